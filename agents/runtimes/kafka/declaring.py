"""A transport that is patient where Faust makes sure at each start that its topics are there."""

from __future__ import annotations

from typing import Any

from aiokafka.errors import KafkaError
from faust.exceptions import NotReady

from agents.runtimes.kafka.chunks import ChunkTransport
from streams.clock import elapsed_seconds

PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.5


class PatientTransport(ChunkTransport):
    """The transport of chunks, for workers that start while a broker goes or comes."""

    async def _create_topic(self, owner: Any, client: Any, *args: Any, **kwargs: Any) -> None:
        """As Faust does, which asks one broker once: that one may have died, or not lead any more."""
        until = elapsed_seconds() + PATIENCE_SECONDS
        while True:
            try:
                return await super()._create_topic(owner, client, *args, **kwargs)
            except (KafkaError, NotReady, RuntimeError) as error:
                if not getattr(error, "retriable", True) or owner.should_stop or elapsed_seconds() >= until:
                    raise
            await owner.sleep(PAUSE_SECONDS)
            await client.force_metadata_update()
