"""A recording through the same engine and desk at full speed: what would have paged, and when.

Time is that of the mentions. Nothing is kept but what suggestions need: the last matched mentions, which go
into a store in memory when something escalates. The records do not depend on the batch size.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from agents.building import build_desk, build_engine, build_pipeline
from agents.pipeline import event_clock
from agents.settings import Settings
from agents.station import stored
from alerts.incidents import Notice
from alerts.store.sqlite import SqliteStore
from streams.records import Escalation, Mention, Pulse, ScoredMention

AFTERWARDS = timedelta(days=1)  # so long after the last mention the watch goes on: storms end
KEPT = 5_000  # matched mentions at hand for a suggestion
KINDS = {"opened": "escalation", "raised": "escalation", "resolved": "resolved", "reopened": "reopened"}


class Replay:
    """Mentions in, records of what would have happened out."""

    def __init__(self, settings: Settings) -> None:
        self.store = SqliteStore(":memory:")
        self.pipeline = build_pipeline(settings, event_clock)
        self.engine = build_engine(settings)
        self.desk = build_desk(settings, self.store, lambda: None)
        self.tallies: Counter[str] = Counter()
        self._recent: deque[ScoredMention] = deque(maxlen=KEPT)
        self._last: float | None = None

    def step(self, mentions: Sequence[Mention]) -> list[dict[str, Any]]:
        """The records that follow from these mentions, in order."""
        records: list[dict[str, Any]] = []
        arrivals = self.pipeline.arrivals(mentions)
        done = 0
        for taken, effects in self.engine.steps(arrivals):
            self._recent.extend(a.scored for a in arrivals[done:taken] if a.scored is not None)
            records += self._records(effects)
            done = taken
        self._recent.extend(a.scored for a in arrivals[done:] if a.scored is not None)
        self.tallies["mentions"] += len(arrivals)
        self.tallies["matched"] += sum(a.scored is not None for a in arrivals)
        for arrival in arrivals:
            self._last = max(self._last or arrival.clock_s, arrival.clock_s)
        return records

    def finish(self) -> list[dict[str, Any]]:
        """What follows in the day after the last mention."""
        if self._last is None:
            return []
        return self._records(self.engine.advance(self._last + AFTERWARDS.total_seconds()))

    def _records(self, effects: Sequence[Escalation | Pulse]) -> list[dict[str, Any]]:
        return [record for e in effects if isinstance(e, Escalation) for record in self._decided(e)]

    def _decided(self, escalation: Escalation) -> Iterator[dict[str, Any]]:
        with self.store.transaction() as tx:
            tx.add_mentions([stored(scored, lambda _: False) for scored in self._recent])
            self._recent.clear()
            notices = self.desk.take(tx, [escalation], escalation.at)
        if escalation.kind in KINDS:
            yield record_of(KINDS[escalation.kind], escalation)
        for notice in notices:
            if notice.kind == "page":
                self.tallies["pages"] += 1
                yield page_of(notice, escalation)


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
