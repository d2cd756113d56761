"""The quality of the pages of all configured topics, as the store knows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from agents.backtest.history import watched_since
from agents.settings import Settings
from alerts.incidents import Incident
from alerts.quality import Quality, quality_of
from alerts.store.store import Store
from streams.metrics import Metrics

MOST = 10_000  # incidents
EVERY = timedelta(hours=1)


def measured(
    store: Store, incidents: Sequence[Incident], settings: Settings, span: tuple[datetime, datetime]
) -> Quality:
    """The quality of all configured topics over a span, from votes, pulses and marked storms."""
    start, end = span
    budgets = {topic.name: topic.budget or settings.watch.budget for topic in settings.topics}
    since = {name: watched_since(store, name, start, end) for name in budgets}
    watched = {name: end - at for name, at in since.items() if at is not None}
    marked = [storm.in_zone(settings.organisation.zone) for storm in settings.marked]
    return quality_of(incidents, budgets, watched, span, marked)


class QualityMeter:
    """Tells the metrics how good the pages are, once an hour."""

    def __init__(self, metrics: Metrics, store: Store, settings: Settings) -> None:
        self._metrics, self._store, self._settings = metrics, store, settings
        self._due: datetime | None = None

    def look(self, now: datetime) -> None:
        """Measure anew when it is due."""
        if self._due is not None and now < self._due:
            return
        self._due = now + EVERY
        span = now - timedelta(days=self._settings.quality.days), now
        incidents = self._store.incidents(limit=MOST)
        for one in measured(self._store, incidents, self._settings, span).topics:
            rate, precision = one.false_a_month, one.precision
            self._metrics.quality(
                one.topic,
                budget=one.budget,
                false_a_month=rate.value if rate else None,
                precision=(precision.value, precision.low, precision.high) if precision else None,
            )
