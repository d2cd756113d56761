"""The topic detector over a plain count series: to try it on an export of another tool.

Every value counts as that many negative voices, spread evenly over its bin; there are no people, threads
or other topics, so the scalar rests on windows and rhythm alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from agents.pulse.sighting import SCALE
from agents.watch.policy import DAYS_A_MONTH, WatchPolicy
from agents.watch.scale import threshold_days
from agents.watch.topic import TopicState
from agents.watch.volume import Volume
from streams.windows import HOUR_MINUTES, SLOT_MINUTES, minute_of


@dataclass(frozen=True, slots=True)
class Judged:
    """One row of a series with the detector's verdict; score and threshold are log10 of days."""

    timestamp: str
    value: float
    score: float
    threshold: float
    page: bool


class SeriesWatch:
    """Judges one series row by row, each with what was known until then."""

    def __init__(self, policy: WatchPolicy, bin_minutes: int) -> None:
        self.policy = policy
        self.bin = max(1, bin_minutes)
        self.threshold = threshold_days(policy.budget, DAYS_A_MONTH)
        self._volume = Volume()
        self._state: TopicState | None = None
        self._silent_until = 0

    def judge(self, timestamp: str, value: float) -> Judged:
        """The verdict on a bin that starts at `timestamp` (ISO 8601; without a zone UTC), once it is full.

        Rows come in order of time. After a page nothing pages for the refractory time.
        """
        start = minute_of(_epoch(timestamp))
        state, end = self._state_at(start), start + self.bin
        self._count(state, start, max(0.0, value))
        measure = state.measure(end, self._volume)
        state.surprise.note(end - 1, measure.surprises, 0.0)
        page = (
            measure.score >= self.threshold
            and measure.mass >= self.policy.negative_floor
            and start >= self._silent_until
        )
        if page:
            self._silent_until = start + self.policy.refractory_hours * HOUR_MINUTES
            state.low.reset(end)
        return Judged(timestamp, value, round(measure.score, 4), round(self.threshold, 4), page)

    def _state_at(self, minute: int) -> TopicState:
        """The state with all hours before this minute learnt."""
        hour = minute // HOUR_MINUTES
        if self._state is None:
            self._volume.closed = hour
            self._state = TopicState(hour)
            self._state.baseline.correlated_hours = max(1.0, self.bin / HOUR_MINUTES)
        self._volume.close(hour)
        self._state.close_until(hour, self._volume)
        return self._state

    def _count(self, state: TopicState, start: int, value: float) -> None:
        parts = max(1, self.bin // SLOT_MINUTES)
        for part in range(parts):
            minute = start + part * self.bin // parts
            state.counts.add_plain(minute, value / parts, SCALE)
            self._volume.add(minute, round(value / parts))


def bin_minutes(first: str, second: str) -> int:
    """Width of the bins of a series, from its first two times.

    >>> bin_minutes("2026-01-01 00:00:00", "2026-01-01 00:05:00")
    5
    """
    return max(1, round((_epoch(second) - _epoch(first)) / 60))


def _epoch(stamp: str) -> float:
    at = datetime.fromisoformat(stamp)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
