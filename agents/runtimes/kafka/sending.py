"""Records on their way to the broker, acknowledged by all copies that are in sync before we go on."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from typing import Any, NamedTuple

Headers = Sequence[tuple[str, bytes]]


class Sending(NamedTuple):
    """A record for a stream on the broker; a partition of None is chosen by the key."""

    topic: str
    partition: int | None
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


async def send(app: Any, records: Iterable[Sending]) -> list[Awaitable[Any]]:
    """Hand records to the producer in order; await what it gives to know that they are durable."""
    producer = await app.maybe_start_producer()
    return [
        await producer.send(
            each.topic, each.key, each.value, each.partition, None, list(each.headers) or None
        )
        for each in records
    ]


async def durable(sent: Iterable[Awaitable[Any]]) -> None:
    """Wait until all of it is acknowledged; raises what the broker answered."""
    for future in sent:
        await future
