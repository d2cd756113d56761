"""The topic detector over a plain count series: to try it on an export of another tool.

Every value counts as that many negative voices, spread evenly over its bin; there are no people, threads
or other topics, so the scalar rests on windows and rhythm alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from agents.pulse.sighting import SCALE
from agents.watch.policy import DAYS_A_MONTH, WatchPolicy
from agents.watch.scale import threshold_days
from agents.watch.topic import TopicState
from agents.watch.volume import Volume
from streams.windows import DAY_MINUTES, HOUR_MINUTES, SLOT_MINUTES

WARM_BINS = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the detector says of a bin; score and threshold are log10 of days."""

    score: float
    threshold: float
    page: bool


class SeriesWatch:
    """Judges one series bin by bin, each with what was known until then.

    A series was there before its first row, so what is usual is not known then: for a day, and for eight
    bins, nothing pages and no score is above 0. After a page nothing pages for the refractory time.
    """

    def __init__(self, policy: WatchPolicy, bin_minutes: int) -> None:
        self.policy = policy
        self.bin = max(1, bin_minutes)
        self.threshold = threshold_days(policy.budget, DAYS_A_MONTH)
        self._volume = Volume(1.0)  # all that is counted is what is judged
        self._state: TopicState | None = None
        self._silent_until = self._warm_until = 0
        self._counted = (-1, 0.0)

    def judge(self, start: int, value: float) -> Verdict:
        """The verdict on the bin that begins at minute `start`, once it is full; bins come in order of time.

        Of several values for one bin (the hour that clocks repeat in autumn) the largest counts.
        """
        state, end = self._state_at(start), start + self.bin
        self._count(state, start, max(0.0, value))
        measure = state.measure(end, self._volume)
        state.surprise.note(end - 1, measure.surprises, 0.0)
        if start < self._warm_until:
            state.forget_evidence(end)
            return self._verdict(min(0.0, measure.score), page=False)
        page = (
            measure.score >= self.threshold
            and measure.mass >= self.policy.negative_floor
            and start >= self._silent_until
        )
        if page:
            self._silent_until = start + self.policy.refractory_hours * HOUR_MINUTES
            state.forget_evidence(end)
        return self._verdict(measure.score, page=page)

    def _verdict(self, score: float, *, page: bool) -> Verdict:
        return Verdict(round(score, 4), round(self.threshold, 4), page)

    def _state_at(self, minute: int) -> TopicState:
        """The state with all hours before this minute learnt."""
        hour = minute // HOUR_MINUTES
        if self._state is None:
            self._volume.closed = hour
            self._state = TopicState(hour)
            self._state.baseline.correlated_hours = max(1.0, self.bin / HOUR_MINUTES)
            self._warm_until = minute + max(DAY_MINUTES, WARM_BINS * self.bin)
        self._volume.close(hour)
        self._state.close_until(hour, self._volume)
        return self._state

    def _count(self, state: TopicState, start: int, value: float) -> None:
        before = self._counted[1] if self._counted[0] == start else 0.0
        self._counted = (start, max(before, value))
        more = max(0.0, value - before)
        parts = max(1, self.bin // SLOT_MINUTES)
        for part in range(parts):
            minute = start + part * self.bin // parts
            state.counts.add_plain(minute, more / parts, SCALE)
            self._volume.add(minute, round(more / parts))


def bin_minutes(starts: Sequence[int]) -> int:
    """Width of the bins that begin at these minutes, in order of time: the commonest distance; else an hour.

    >>> bin_minutes([0, 5, 10, 30, 35])
    5
    """
    distances = Counter(later - earlier for earlier, later in pairwise(starts) if later > earlier)
    most = max(distances.values(), default=0)
    return min((width for width, count in distances.items() if count == most), default=HOUR_MINUTES)
