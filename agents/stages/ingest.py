"""From a feed's batch to records of `mentions`, and the marks by which time goes on.

Each partition has its own order, so each is told the time: whenever a tick becomes due, before the mention
that makes it so. Then every mention is judged at the same time as it would be in one queue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from agents.pipeline import ClockOf, event_clock
from agents.stages.placing import partition_of
from agents.stages.records import time_mark
from streams.codec import encode
from streams.records import Mention


class Outgoing(NamedTuple):
    """A record for `mentions`; without a key it is a time mark."""

    partition: int
    key: bytes | None
    value: bytes


class IngestStage:
    """Deals mentions to partitions by their id; `lateness_seconds` as the watch has it."""

    def __init__(self, partitions: int, lateness_seconds: int, clock_of: ClockOf = event_clock) -> None:
        self._partitions, self._lateness, self._clock_of = partitions, lateness_seconds, clock_of
        self.clock = float("-inf")
        self._due = float("-inf")

    def step(self, mentions: Sequence[Mention]) -> list[Outgoing]:
        """The records of these mentions, in order, with the marks between them."""
        return [record for mention in mentions for record in self._records(mention)]

    def tell(self, clock: float) -> list[Outgoing]:
        """Time went on until `clock`, whether or not anything came."""
        if clock <= self.clock:
            return []
        self.clock, self._due = clock, (clock - self._lateness) // 60
        value = time_mark(clock)
        return [Outgoing(partition, None, value) for partition in range(self._partitions)]

    def _records(self, mention: Mention) -> Iterator[Outgoing]:
        clock = self._clock_of(mention)
        if (clock - self._lateness) // 60 > self._due:
            yield from self.tell(clock)
        self.clock = max(self.clock, clock)
        key = mention.id.encode(errors="surrogatepass")
        yield Outgoing(partition_of(mention.id, self._partitions), key, encode(mention))
