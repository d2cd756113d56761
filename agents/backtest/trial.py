"""One run of the shipped engine for each budget over the same arrivals: what would have paged, and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from agents.watch.engine import Arrival, Engine
from agents.watch.policy import WatchPolicy
from agents.watch.watch import SAFETY_WORDS, TopicBudget
from streams.records import Escalation, Pulse

AFTERWARDS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Opening:
    """An incident that would have opened."""

    topic: str
    at: datetime
    severity: int
    safety: bool


class Trial:
    """Engines that differ in their budgets only, fed with the same arrivals."""

    def __init__(
        self, topics: Sequence[TopicBudget], policy: WatchPolicy, budgets: Sequence[float | None]
    ) -> None:
        """A budget of None stands for those that are set now, topic by topic."""
        self._engines = [Engine(_with(topics, budget), policy) for budget in budgets]
        self._openings: list[list[Opening]] = [[] for _ in budgets]
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.mentions = 0

    def step(self, arrivals: Sequence[Arrival]) -> None:
        """Take in arrivals in order of time."""
        if not arrivals:
            return
        self.first = self.first or datetime.fromtimestamp(arrivals[0].clock_s, UTC)
        self.last = datetime.fromtimestamp(arrivals[-1].clock_s, UTC)
        self.mentions += len(arrivals)
        for engine, found in zip(self._engines, self._openings, strict=True):
            found.extend(openings(engine.step(arrivals)))

    def finish(self) -> list[list[Opening]]:
        """The openings of each budget, in the order of the budgets."""
        if self.last is not None:
            end = (self.last + AFTERWARDS).timestamp()
            for engine, found in zip(self._engines, self._openings, strict=True):
                found.extend(openings(engine.advance(end)))
        return self._openings


def openings(effects: Iterable[Escalation | Pulse]) -> list[Opening]:
    """The openings among effects."""
    return [
        Opening(e.topic, e.at, e.severity, e.reason == SAFETY_WORDS)
        for e in effects
        if isinstance(e, Escalation) and e.kind == "opened"
    ]


def _with(topics: Sequence[TopicBudget], budget: float | None) -> list[TopicBudget]:
    return [topic if budget is None else replace(topic, budget=budget) for topic in topics]
