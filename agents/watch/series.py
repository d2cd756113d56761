"""The topic detector over a plain count series: to try it on an export of another tool.

Every value counts as that many negative voices; there are no people, threads or other topics, so the
scalar rests on windows and rhythm alone. Windows are at least one bin wide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from agents.pulse.sighting import SCALE
from agents.watch.policy import DAYS_A_MONTH, WatchPolicy
from agents.watch.scale import threshold_days
from agents.watch.topic import TopicState
from agents.watch.volume import Volume
from streams.windows import HOUR_MINUTES, minute_of


@dataclass(frozen=True, slots=True)
class Judged:
    """One row of a series with the detector's verdict; score and threshold are log10 of days."""

    timestamp: str
    value: float
    score: float
    threshold: float
    page: bool


def judge(rows: Iterable[tuple[str, float]], policy: WatchPolicy) -> Iterator[Judged]:
    """Each row (ISO time, count) in order, judged with what was known until then.

    A row's time is the start of its bin; it is judged as soon as it is there. After a page nothing pages
    for the refractory time.
    """
    threshold = threshold_days(policy.budget, DAYS_A_MONTH)
    volume = Volume()
    state: TopicState | None = None
    silent_until = 0
    for stamp, value in rows:
        minute = minute_of(_epoch(stamp))
        if state is None:
            volume.closed = minute // HOUR_MINUTES
            state = TopicState(volume.closed)
        volume.close(minute // HOUR_MINUTES)
        state.close_until(minute // HOUR_MINUTES, volume)
        state.counts.add_plain(minute, max(0.0, value), SCALE)
        volume.add(minute, round(max(0.0, value)))
        measure = state.measure(minute + 1, volume)
        state.surprise.note(minute, measure.surprises, 0.0)
        page = measure.score >= threshold and measure.mass >= policy.negative_floor and minute >= silent_until
        if page:
            silent_until = minute + policy.refractory_hours * HOUR_MINUTES
            state.low.reset(minute + 1)
        yield Judged(stamp, value, round(measure.score, 4), round(threshold, 4), page)


def _epoch(stamp: str) -> float:
    at = datetime.fromisoformat(stamp)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
