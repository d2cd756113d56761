"""Chunks of `mentions` judged, and their records sent on; a chunk is done when all of them are durable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from agents.runtimes.kafka.sending import Sending, durable, send
from agents.stages.score import Chunk, Judged, Refusal, ScoreStage
from streams.clock import Clock
from streams.kafka.dead_letters import Refused, letter
from streams.kafka.reading import Raw
from streams.kafka.settings import KafkaSettings
from streams.metrics import Metrics
from streams.names import DEAD_LETTERS, FINDINGS, MENTIONS, SCORED

UNDER_WAY = 12  # chunks that are judged and not yet acknowledged

Fail = Callable[[BaseException], None]


class Scoring:
    """Behind the agent of `mentions`."""

    def __init__(
        self, app: Any, stage: ScoreStage, kafka: KafkaSettings, clock: Clock, fail: Fail, metrics: Metrics
    ) -> None:
        self._app, self._stage, self._kafka, self._clock, self._fail = app, stage, kafka, clock, fail
        self._metrics = metrics
        self._last: dict[int, int] = {}
        self._generation = -1
        self._room = asyncio.Semaphore(UNDER_WAY)
        self._before: asyncio.Task[None] | None = None
        self.mentions = self.matched = 0

    async def take(self, event: Any) -> None:
        """Judge a chunk, and send it on while the next one is judged."""
        if event.message.generation_id != self._app.consumer_generation_id:
            return  # it will be read again by whoever has the partition now
        await self._room.acquire()
        judged = self._stage.step(self._chunk(event.message, event.value), self._clock.now())
        self.mentions += judged.mentions
        self.matched += judged.matched
        self._count(judged)
        self._before = asyncio.create_task(self._send(event, judged, self._before))

    def _count(self, judged: Judged) -> None:
        """Which feed each came from is left to who read it: here it would cost more than it tells."""
        self._metrics.mentions("in", None, judged.mentions)
        self._metrics.mentions("matched", None, judged.matched)
        self._metrics.mentions("scored", None, judged.matched)
        for refusal in judged.refused:
            self._metrics.bad(None, refusal.reason)

    def _chunk(self, message: Any, records: Any) -> Chunk:
        """The chunk, and what was before it: nothing, where a generation of the group begins with it."""
        if message.generation_id != self._generation:
            self._generation = message.generation_id
            self._last.clear()
        partition, first = message.partition, records[0].offset
        before = self._last.get(partition)
        begins = before is None or first <= before
        self._last[partition] = records[-1].offset
        after = first - 1 if begins or before is None else before
        return Chunk(partition, after, begins, [(each.offset, each.value or b"") for each in records])

    async def _send(self, event: Any, judged: Judged, before: asyncio.Task[None] | None) -> None:
        """In the order of the chunks; mentions are kept before anything is decided about them."""
        try:
            kept = await send(self._app, [*self._findings(judged), *self._letters(event, judged)])
            await durable(kept)
            if before is not None:
                await before
            sent = await send(self._app, self._scored(judged))
            self._room.release()
            await durable(sent)
            event.ack()
        except BaseException as error:
            self._fail(error)
            raise

    def _findings(self, judged: Judged) -> list[Sending]:
        name = FINDINGS.full_name(self._kafka.prefix)
        return [Sending(name, partition, None, value) for partition, value in judged.findings.items()]

    def _scored(self, judged: Judged) -> list[Sending]:
        name = SCORED.full_name(self._kafka.prefix)
        return [Sending(name, partition, None, value) for partition, value in judged.scored.items()]

    def _letters(self, event: Any, judged: Judged) -> list[Sending]:
        """What could not be used, with reason, position and bytes."""
        if not judged.refused:
            return []
        records = {each.offset: each for each in event.value}
        name = DEAD_LETTERS.full_name(self._kafka.prefix)
        partition = event.message.partition
        letters = [letter(_refused(partition, records[each.offset], each)) for each in judged.refused]
        return [Sending(name, each.partition, each.key, each.value, each.headers) for each in letters]


def _refused(partition: int, record: Any, why: Refusal) -> Refused:
    at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    headers = tuple((name, value or b"") for name, value in record.headers or ())
    raw = Raw(MENTIONS.name, partition, record.offset, at, record.key, record.value, headers)
    return Refused(raw, why.reason, why.detail)
