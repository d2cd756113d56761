"""A recording through the same engine and desk at full speed: what would have paged, and when.

Time is that of the mentions. Nothing is kept but what suggestions need: the last matched mentions, which go
into a store in memory when something escalates. The records do not depend on the batch size.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from agents.building import build_desk, build_engine, build_pipeline
from agents.pipeline import event_clock
from agents.receivers import receiver_infos
from agents.settings import Settings
from agents.station import stored
from agents.watch.engine import Arrival
from alerts.incidents import Notice
from alerts.routing import Route, routes
from alerts.store.sqlite import SqliteStore
from alerts.store.store import Transaction
from streams.records import Escalation, Mention, Pulse, ScoredMention

AFTERWARDS = timedelta(days=1)  # so long after the last mention the watch goes on: storms end
KEPT = 5_000  # matched mentions at hand for a suggestion
KEPT_DAYS = 3  # no suggestion looks further back
KINDS = {"opened": "escalation", "raised": "escalation", "resolved": "resolved", "reopened": "reopened"}


class Replay:
    """Mentions in, records of what would have happened out."""

    def __init__(self, settings: Settings) -> None:
        self.store = SqliteStore(":memory:")
        self.pipeline = build_pipeline(settings, event_clock)
        self.engine = build_engine(settings)
        self.desk = build_desk(settings, self.store, lambda: None)
        self.tallies: Counter[str] = Counter()
        self._receivers = receiver_infos(settings.receivers)
        self._organisation = settings.organisation
        self._recent: deque[ScoredMention] = deque(maxlen=KEPT)
        self._deleted: deque[str] = deque(maxlen=KEPT)
        self._last: float | None = None
        self._pruned: datetime | None = None

    def step(self, mentions: Sequence[Mention]) -> list[dict[str, Any]]:
        """The records that follow from these mentions, in order."""
        records: list[dict[str, Any]] = []
        arrivals = self.pipeline.arrivals(mentions)
        done = 0
        for taken, effects in self.engine.steps(arrivals):
            self._remember(arrivals[done:taken])
            records += self._records(effects)
            done = taken
        self._remember(arrivals[done:])
        return records

    def finish(self) -> list[dict[str, Any]]:
        """What follows in the day after the last mention."""
        if self._last is None:
            return []
        return self._records(self.engine.advance(self._last + AFTERWARDS.total_seconds()))

    def _remember(self, arrivals: Sequence[Arrival]) -> None:
        matched = [arrival.scored for arrival in arrivals if arrival.scored is not None]
        self._recent.extend(matched)
        self._deleted.extend(a.mention.id for a in arrivals if a.mention.op == "delete")
        self.tallies["mentions"] += len(arrivals)
        self.tallies["matched"] += len(matched)
        if arrivals:
            latest = max(arrival.clock_s for arrival in arrivals)
            self._last = max(self._last or latest, latest)

    def _records(self, effects: Sequence[Escalation | Pulse]) -> list[dict[str, Any]]:
        return [record for e in effects if isinstance(e, Escalation) for record in self._decided(e)]

    def _decided(self, escalation: Escalation) -> Iterator[dict[str, Any]]:
        with self.store.transaction() as tx:
            self._write(tx)
            notices = self.desk.take(tx, [escalation], escalation.at)
        self._prune(escalation.at)
        if escalation.kind in KINDS:
            yield record_of(KINDS[escalation.kind], escalation)
        for notice in notices:
            if notice.kind == "page" and self._reaches(notice):
                self.tallies["pages"] += 1
                yield page_of(notice, escalation)

    def _write(self, tx: Transaction) -> None:
        """The mentions at hand, for the suggestion to see; what was deleted is forgotten."""
        tx.add_mentions([stored(scored, self._organisation) for scored in self._recent])
        for mention_id in self._deleted:
            tx.forget_mention(mention_id)
        self._recent.clear()
        self._deleted.clear()

    def _reaches(self, notice: Notice) -> bool:
        """Whether a receiver is configured that gets it; without any receiver it counts as sent."""
        reached = routes(notice.kind, notice.incident, self._receivers)
        return not reached or Route.WANTED in reached.values()

    def _prune(self, now: datetime) -> None:
        if self._pruned is None or now >= self._pruned + timedelta(days=KEPT_DAYS):
            self.store.prune(now, KEPT_DAYS, KEPT_DAYS, KEPT_DAYS)
            self._pruned = now


def record_of(kind: str, escalation: Escalation) -> dict[str, Any]:
    """A decision as one flat record."""
    body = escalation.model_dump(mode="json")
    names = ("at", "topic", "thread", "severity", "score", "threshold", "evidence", "incident")
    return {"type": kind, **{name: body[name] for name in names}}


def page_of(notice: Notice, escalation: Escalation) -> dict[str, Any]:
    """A page as one flat record: the decision behind it, why it goes out, and its five lines."""
    suggestion = notice.incident.suggestion
    return record_of("page", escalation) | {
        "reason": notice.reason,
        "lines": list(notice.lines),
        "suggestion": suggestion.model_dump(mode="json") if suggestion else None,
    }
