"""What the embedded runtime tells the metrics, and what it knows of its feeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from agents.station import Outcome
from alerts.incidents import LIVE, waited
from alerts.page.state import FRESH, DataState
from alerts.store.store import Store
from streams.feeds.feed import FeedBatch
from streams.feeds.health import FeedHealth
from streams.metrics import Metrics
from streams.records import Mention, Pulse
from streams.windows import time_of


class Watched(Protocol):
    """A feed that tells of its health."""

    name: str
    health: FeedHealth


class Meter:
    """Counts what happens, by feed, topic and receiver."""

    def __init__(
        self, metrics: Metrics, store: Store, feeds: Mapping[str, Watched], topics: Sequence[str]
    ) -> None:
        self._metrics, self._store, self._feeds, self._topics = metrics, store, feeds, topics
        self._lags: dict[str, float] = {}
        self._gaps: list[datetime] = []

    def accepted(self, batch: FeedBatch, new: int, now: datetime) -> None:
        """A feed's batch is durable."""
        self._metrics.mentions("in", batch.feed, len(batch.mentions))
        self._metrics.mentions("duplicate", batch.feed, len(batch.mentions) - new)
        for letter in batch.dead_letters:
            self._metrics.bad(batch.feed, letter.reason)
        fresh = [end for end in self._gaps if end > now - FRESH]
        self._gaps = fresh + [gap.end for gap in batch.gaps]
        if batch.mentions:
            last = max(batch.mentions, key=_published)
            self._metrics.arrived(batch.feed, last.published_at, now)
            self._lags[batch.feed] = max(0.0, (now - last.published_at).total_seconds())

    def worked(self, outcome: Outcome, late: Counter[str | None], ticked: int) -> None:
        """A step of work is committed; `late` mentions by feed, `ticked` the last minute decided."""
        matched = Counter(a.mention.feed for a in outcome.arrivals if a.scored is not None)
        for feed, count in matched.items():
            self._metrics.mentions("matched", feed, count)
            self._metrics.mentions("scored", feed, count)
        for feed, count in late.items():
            self._metrics.mentions("late", feed, count)
        for pulse in _last_of_each(outcome.pulses):
            self._metrics.pulse(pulse)
        for notice in outcome.notices:
            if notice.kind == "page":
                self._metrics.paged(notice.reason)
        if ticked:
            self._metrics.watermark(time_of(ticked))

    def look(self, now: datetime) -> None:
        """Incidents as they stand."""
        live = self._store.incidents(LIVE)
        self._metrics.open_incidents(Counter(incident.severity for incident in live))
        waits = [(one.topic, waited(one, now).total_seconds()) for one in live if one.answered_at is None]
        for topic in self._topics:
            self._metrics.unanswered(topic, max((s for name, s in waits if name == topic), default=0.0))

    def data_state(self, now: datetime, accuracy: Mapping[str, float]) -> DataState:
        """How well we see: for the page's fourth line; `accuracy` of the scorer by language, 0-1."""
        alive = [feed.name for feed in self._feeds.values() if feed.health.alive]
        lags = [self._lags[name] for name in alive if name in self._lags]
        gaps = sum(end > now - FRESH for end in self._gaps)
        return DataState(
            feeds_alive=len(alive),
            feeds_total=len(self._feeds),
            lag_seconds=max(lags, default=None),
            gaps=gaps,
            accuracy=dict(accuracy),
        )


def _published(mention: Mention) -> datetime:
    return mention.published_at


def _last_of_each(pulses: list[Pulse]) -> list[Pulse]:
    return list({pulse.topic: pulse for pulse in pulses}.values())
