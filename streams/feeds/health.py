"""How a feed is doing, for metrics and the page; feeds count their errors here and go on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from pydantic import Field

FeedName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w.-]+$")]


@dataclass(slots=True)
class FeedHealth:
    """`alive`: the last look at the source succeeded; `errors` counts by kind (a small fixed set)."""

    alive: bool = True
    reads: int = 0
    mentions: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    last_error: str | None = None
    last_read_at: datetime | None = None
    last_mention_at: datetime | None = None

    def read(self, now: datetime, mentions: int) -> None:
        """The source answered with so many mentions."""
        self.alive, self.last_read_at = True, now
        self.reads += 1
        self.mentions += mentions
        if mentions:
            self.last_mention_at = now

    def failed(self, kind: str, detail: str) -> None:
        """The source did not answer as it should; the feed tries again later."""
        self.alive, self.last_error = False, f"{kind}: {detail}"
        self.errors[kind] += 1
