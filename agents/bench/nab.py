"""The Numenta Anomaly Benchmark's scoring rules, and pages chosen from scores the way the watch pages.

An alert inside a labelled window earns up to 1, more the earlier it comes; a window without any costs 1;
every other alert costs up to `FALSE_WEIGHT`, less right after a window (Lavin and Ahmad 2015,
"Evaluating real-time anomaly detection algorithms", standard profile). 0 is a detector that is silent,
100 one that is perfect.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

FALSE_WEIGHT = 0.11
PROBATION = 0.15  # of at most 5,000 rows, in which nothing counts
REFRACTORY_MINUTES = 24 * 60
DAYS_A_MONTH = 30.44


@dataclass(frozen=True, slots=True)
class Labelled:
    """A series with its scores: `minutes` since 1970 in order, windows as index pairs, both ends inside."""

    minutes: Sequence[int]
    scores: Sequence[float]
    windows: Sequence[tuple[int, int]]

    @property
    def probation(self) -> int:
        """Rows at the beginning that do not count."""
        return int(PROBATION * min(len(self.minutes), 5000))

    @property
    def months(self) -> float:
        """Length of what counts, in topic-months."""
        return (self.minutes[-1] - self.minutes[self.probation]) / (1440 * DAYS_A_MONTH)


@dataclass(slots=True)
class Tally:
    """What alerts earned: points, windows hit, windows in all, false pages, topic-months."""

    points: float = 0.0
    hits: int = 0
    windows: int = 0
    false_pages: int = 0
    months: float = 0.0

    def __iadd__(self, other: Tally) -> Tally:
        self.points += other.points
        self.hits += other.hits
        self.windows += other.windows
        self.false_pages += other.false_pages
        self.months += other.months
        return self

    @property
    def score(self) -> float:
        """Normalised: 0 for silence, 100 for perfection."""
        return 100 * (self.points + self.windows) / (2 * self.windows) if self.windows else 0.0

    @property
    def false_rate(self) -> float:
        """False pages a topic-month."""
        return self.false_pages / self.months if self.months else 0.0


def scaled_sigmoid(position: float) -> float:
    """Worth of an alert at a position relative to its window: -1 its beginning, 0 its end.

    >>> [round(scaled_sigmoid(x), 3) for x in (-1.0, 0.0, 1.0, 4.0)]
    [0.987, 0.0, -0.987, -1.0]
    """
    return -1.0 if position > 3 else 2 / (1 + exp(5 * position)) - 1


def window_rows(minutes: Sequence[int], start: float, end: float) -> tuple[int, int]:
    """First and last row within a window that is given in minutes since 1970."""
    return bisect_left(minutes, start), bisect_right(minutes, end) - 1


def pages(series: Labelled, threshold: float) -> list[int]:
    """Rows that would page: at or above the threshold, and 24 hours since the last one."""
    chosen: list[int] = []
    silent_until = -1
    for row, (minute, score) in enumerate(zip(series.minutes, series.scores, strict=True)):
        if score >= threshold and minute >= silent_until:
            chosen.append(row)
            silent_until = minute + REFRACTORY_MINUTES
    return chosen


def tally(series: Labelled, alerts: Sequence[int]) -> Tally:
    """What alerts (rows) earn on one series under the standard profile."""
    counted = [row for row in alerts if row >= series.probation]
    result = Tally(windows=len(series.windows), months=series.months)
    for start, end in series.windows:
        inside = [row for row in counted if start <= row <= end]
        result.points += _worth(inside[0], start, end) if inside else -1.0
        result.hits += bool(inside)
    for row in counted:
        if not any(start <= row <= end for start, end in series.windows):
            result.false_pages += 1
            result.points += FALSE_WEIGHT * _cost(row, series.windows)
    return result


def _worth(row: int, start: int, end: int) -> float:
    return scaled_sigmoid(-(end - row + 1) / (end - start + 1)) / scaled_sigmoid(-1.0)


def _cost(row: int, windows: Sequence[tuple[int, int]]) -> float:
    """Minus 1 to 0; mild right after a window, full where none came before."""
    before = [w for w in windows if w[1] < row]
    if not before:
        return -1.0
    start, end = before[-1]
    return scaled_sigmoid((row - end) / max(1, end - start))


def at_threshold(corpus: Mapping[str, Labelled], threshold: float) -> dict[str, Tally]:
    """Tally of each series where everything at or above the threshold pages."""
    return {name: tally(series, pages(series, threshold)) for name, series in corpus.items()}


def total(tallies: Mapping[str, Tally], leaving_out: str | None = None) -> Tally:
    """Sum over series."""
    result = Tally()
    for name, one in tallies.items():
        if name != leaving_out:
            result += one
    return result


@dataclass(frozen=True, slots=True)
class Sweep:
    """Tallies of every series at every threshold."""

    by_threshold: Mapping[float, Mapping[str, Tally]]

    def best(self) -> tuple[float, Tally]:
        """Threshold with the highest score, and what it earns on the same data."""
        threshold = max(self.by_threshold, key=lambda t: total(self.by_threshold[t]).score)
        return threshold, total(self.by_threshold[threshold])

    def leave_one_out(self) -> Tally:
        """Each series at the threshold that is best on all others."""
        result = Tally()
        for name in next(iter(self.by_threshold.values())):
            best = max(self.by_threshold, key=lambda t: total(self.by_threshold[t], name).score)
            result += self.by_threshold[best][name]
        return result

    def within(self, false_rate: float) -> tuple[float, Tally]:
        """Threshold with most windows hit at no more false pages a topic-month than stated."""
        allowed = [t for t in self.by_threshold if total(self.by_threshold[t]).false_rate <= false_rate]
        best = max(allowed, key=lambda t: total(self.by_threshold[t]).hits)
        return best, total(self.by_threshold[best])


def sweep(corpus: Mapping[str, Labelled], thresholds: Sequence[float]) -> Sweep:
    """Try every threshold."""
    return Sweep({t: at_threshold(corpus, t) for t in thresholds})
