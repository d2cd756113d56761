"""The Feed protocol: one channel a file, a pure `parse` plus a thin reader."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol

from streams.records import DeadLetter, Gap, Mention


@dataclass(frozen=True, slots=True)
class FeedBatch:
    """What a feed read in one go. `cursor` is where to go on after these mentions are durable.

    The runtime stores mentions, cursor, gaps and dead letters in one transaction, and only then
    calls `confirm` on the feed (a webhook answers 200 then).
    """

    feed: str
    mentions: list[Mention] = field(default_factory=list)
    cursor: str | None = None
    gaps: list[Gap] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    token: object | None = None


class Feed(Protocol):
    """A source of mentions that can go on where it stopped."""

    name: str

    def read(self, cursor: str | None) -> AsyncIterator[FeedBatch]:
        """Batches from `cursor` on; ends when the source is exhausted, or never."""
        ...

    async def confirm(self, batch: FeedBatch) -> None:
        """Called after the batch is durable."""
        ...

    async def close(self) -> None:
        """Release sockets and files."""
        ...
