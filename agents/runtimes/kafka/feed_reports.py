"""How the feeds are doing, told by who reads them: every ten seconds, and at once when one falls or rises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from agents.feeds import AnyFeed
from agents.stages.records import VERSION, FeedState, Finding
from alerts.page.state import FRESH
from streams.feeds.feed import FeedBatch
from streams.records import Mention

EVERY: Final = timedelta(seconds=10)


class FeedReports:
    """What is to be told of feeds. `recorded`: a mention was late by what it says itself."""

    def __init__(self, feeds: Mapping[str, AnyFeed], *, recorded: bool) -> None:
        self._feeds, self._recorded = feeds, recorded
        self._lags: dict[str, float] = {}
        self._gaps: dict[str, list[datetime]] = {}
        self._told: tuple[tuple[str, bool], ...] = ()
        self._told_at: datetime | None = None

    def accepted(self, batch: FeedBatch, now: datetime) -> None:
        """A batch is durable."""
        fresh = [end for end in self._gaps.get(batch.feed, ()) if end > now - FRESH]
        self._gaps[batch.feed] = fresh + [gap.end for gap in batch.gaps]
        if batch.mentions:
            self._lags[batch.feed] = self._lag(batch.mentions, now)

    def due(self, names: Sequence[str], now: datetime) -> Finding | None:
        """The report on these feeds, when it is time for one."""
        state = tuple((name, self._feeds[name].health.alive) for name in names)
        if not names or (state == self._told and self._told_at is not None and now - self._told_at < EVERY):
            return None
        self._told, self._told_at = state, now
        finding = Finding(VERSION, 0, None, 0, False, 0.0, [], [], [], [], [])
        finding.feeds = [self._state(name, alive, now) for name, alive in state]
        return finding

    def _state(self, name: str, alive: bool, now: datetime) -> FeedState:
        gaps = [end.timestamp() for end in self._gaps.get(name, ())]
        return FeedState(name, alive, self._lags.get(name), gaps, now.timestamp())

    def _lag(self, mentions: Sequence[Mention], now: datetime) -> float:
        last = mentions[-1] if self._recorded else max(mentions, key=_published)
        seen = (last.observed_at or last.published_at) if self._recorded else now
        return max(0.0, (seen - last.published_at).total_seconds())


def _published(mention: Mention) -> datetime:
    return mention.published_at
