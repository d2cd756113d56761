"""The demo: the bundled recording through the product's own parts, time flowing as the mentions say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from prometheus_client import CollectorRegistry

from agents.building import build_station
from agents.demo import CONFIGURATION, SCENARIO, stored_lines
from agents.scenario import check, load
from agents.settings import Settings, load_settings
from agents.station import Outcome
from alerts.incidents import Incident
from alerts.page.state import DataState
from alerts.store.sqlite import SqliteStore
from streams.clock import ManualClock, SystemClock
from streams.codec import decode_lines
from streams.feeds.feed import FeedBatch
from streams.metrics import Metrics
from streams.recent import Recent
from streams.records import Evidence, Mention
from streams.repair import Defaults

BATCH = 250
AFTERWARDS = timedelta(hours=8)
FEED = "esittely"


class Show:
    """A station over the recording, with a clock that follows it."""

    def __init__(self) -> None:
        self.settings: Settings = load_settings(CONFIGURATION, {})
        self.store = SqliteStore(":memory:")
        self.clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
        self._wall = SystemClock()  # the recording is never from the future, whatever the demo's clock says
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry)
        self.station = build_station(self.settings, self.store, self.data_state, recorded=True)
        self.metrics.know(
            feeds=[FEED],
            topics=self.station.engine.topics,
            receivers=[receiver.name for receiver in self.settings.receivers],
        )
        self.lines = list(stored_lines())
        self.mentions = self.bad = 0
        self._opening: dict[str, Evidence] = {}
        self._lag = 0.0

    def steps(self) -> Iterator[tuple[int, Outcome]]:
        """Play the recording; after each batch (lines done, what followed)."""
        recent, lines, done = Recent(), iter(self.lines), 0
        while chunk := list(islice(lines, BATCH)):
            decoded = decode_lines(
                [line.encode() for line in chunk],
                self._wall.now(),
                defaults=Defaults(feed=FEED),
                recent=recent,
            )
            done += len(chunk)
            self.bad += sum(not letter.repaired for letter in decoded.dead_letters)
            batch = FeedBatch(FEED, decoded.mentions, str(done), [], decoded.dead_letters)
            yield done, self._play(batch)
        self.clock.advance(AFTERWARDS)
        yield done, self._noted(self.station.idle(self.clock.now()))

    def _play(self, batch: FeedBatch) -> Outcome:
        if batch.mentions:
            self.clock.move_to(max(m.event_at for m in batch.mentions))
            self._lag = _lag(batch.mentions[-1])
        self.mentions += self.station.accept(batch, self.clock.now())
        return self._noted(self.station.work(self.clock.now(), limit=2 * BATCH))

    def _noted(self, outcome: Outcome) -> Outcome:
        for escalation in outcome.escalations:
            if escalation.kind == "opened":
                self._opening[escalation.incident] = escalation.evidence
        for pulse in outcome.pulses:
            self.metrics.pulse(pulse)
        return outcome

    def data_state(self) -> DataState:
        """The recording is the only feed."""
        accuracy = self.station.pipeline.accuracy
        return DataState(feeds_alive=1, feeds_total=1, lag_seconds=self._lag, accuracy=accuracy)

    def incidents(self) -> list[Incident]:
        """What came, oldest first."""
        return sorted(self.store.incidents(), key=lambda incident: incident.opened_at)

    def differences(self) -> list[str]:
        """What differs from the incidents that the scenario file expects; empty is as it should be."""
        return check(load(SCENARIO).expect, self.incidents(), self._opening)


def _lag(mention: Mention) -> float:
    seen = mention.observed_at or mention.published_at
    return max(0.0, (seen - mention.published_at).total_seconds())
