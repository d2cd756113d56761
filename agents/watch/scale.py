"""One scalar per topic: the return period of what is seen, whatever window, thread or channel shows it.

Two channels, of which one speaks at a time. *Surprise*, for topics with two days of history and at least
one negative post an hour: windows and the fastest thread, each standardised by its own block maxima,
folded into one number that is read off the law of such maxima. *Low volume*, for all others: the
mixture e-CUSUM, whose threshold states a return period by theory. Both end on the same scale, log10 of
days, so that there is one threshold: a month divided by the budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, log1p, log10

from streams.statistics.cusum import FACTORS, evidence, lifted, lowered
from streams.statistics.maxima import NEVER, Spread
from streams.windows import BLOCK_MINUTES

WINDOWS = (10, 60, 180)  # minutes
WARM_BLOCKS = 8
RARER = 0.2  # log10: of hours so high so few have a larger share of complaint than usual, too
QUIET_THREAD, THREAD_SD = log1p(4), 0.6  # least usual peak of a topic's threads, and its spread
RECENT_MINUTES, RECENT_WEIGHT = 180.0, 0.8  # how long what came lately is expected to go on, and how much
RECENT_FREE = 4.0  # so many posts lately say nothing yet of what is to be expected
LOOKS_AN_EVENT = 60.0  # posts come in clumps: each is looked at as often as an hour has minutes
LEAST_LOOKS, MOST_LOOKS = 16.0, 1440.0  # steps a day of the low-volume channel


def height(count: float) -> float:
    """How high a window stands: its logarithm. Block maxima of plain logarithms page earliest and keep the
    budget best (`docs/benchmarks/detection.md`); set against the usual of the hour, quiet nights page, and
    set against other talk, a scorer that is unsure hides the storm (decision 15)."""
    return log1p(count)


class Surprise:
    """Block-maximum calibration of the windows, the fastest thread, and their combination."""

    __slots__ = ("block", "peaks", "spreads", "thread_peak", "thread_spread")

    def __init__(self) -> None:
        self.spreads = [Spread() for _ in WINDOWS]
        self.thread_spread = Spread(1.0, 1.0)
        self.block = -1
        self._clear()

    def _clear(self) -> None:
        self.peaks = [-9.0] * len(WINDOWS)
        self.thread_peak = 0.0

    @property
    def warm(self) -> bool:
        """Enough blocks to know what is usual: two days."""
        return self.spreads[0].count >= WARM_BLOCKS

    def combined(self, surprises: Sequence[float], thread: float) -> float:
        """The scalar: the mean over windows or the fastest thread, in units of usual block maxima."""
        scores = [s.standardised(z) for s, z in zip(self.spreads, surprises, strict=True)]
        mean = sum(scores) / len(scores)
        if thread <= 0 or self.thread_spread.count < WARM_BLOCKS:
            return mean
        usual, sd = max(self.thread_spread.mean, QUIET_THREAD), max(self.thread_spread.sd, THREAD_SD)
        return max(mean, (thread - usual) / sd)

    def note(self, minute: int, surprises: Sequence[float], thread: float) -> None:
        """Remember the highest of the running block; a finished block is learnt first."""
        block = minute // BLOCK_MINUTES
        if block > self.block:
            self._learn()
            self.block = block
        self.peaks = [max(p, z) for p, z in zip(self.peaks, surprises, strict=True)]
        self.thread_peak = max(self.thread_peak, thread)

    def _learn(self) -> None:
        if self.block < 0:
            return
        for spread, peak in zip(self.spreads, self.peaks, strict=True):
            spread.update(peak)
        self.thread_spread.update(self.thread_peak)
        self._clear()

    def dump(self) -> list[object]:
        """As a plain list."""
        spreads = [[s.mean, s.var, s.count, s.drift] for s in (*self.spreads, self.thread_spread)]
        return [spreads, self.block, self.peaks, self.thread_peak]

    @classmethod
    def load(cls, parts: list[object]) -> Surprise:
        """The inverse of `dump`."""
        surprise = cls()
        spreads, surprise.block, surprise.peaks, surprise.thread_peak = parts  # type: ignore[assignment]
        *surprise.spreads, surprise.thread_spread = (Spread(*s) for s in spreads)  # type: ignore[attr-defined]
        return surprise


class LowVolume:
    """The mixture e-CUSUM up to the last closed minute, and the negative mass since it left zero.

    What is expected is the usual, or what came lately if that is more: a rate that has been high for hours
    is no news, whatever was usual before.
    """

    __slots__ = ("at", "began", "mass", "pending", "recent", "sums")

    def __init__(self, at: int) -> None:
        self.at = self.began = at
        self.pending = 0.0  # expected up to `at` while nothing came, not yet taken off the sums
        self.sums = [0.0] * len(FACTORS)
        self.mass = 0.0
        self.recent = 0.0  # negative mass, decayed with RECENT_MINUTES

    def run(
        self, until: int, counts: Sequence[tuple[int, float]], rate: float, fano: float
    ) -> tuple[list[float], float, float]:
        """Sums, mass and recent mass at `until`, given (minute, mass) in order; `rate` a minute is usual."""
        sums, mass, at, recent = self.sums, self.mass, self.at, self.recent
        if self.pending:
            sums = lowered(sums, self.pending / fano)
        for minute, count in counts:
            lost, recent = self._expected(recent, at, minute + 1, rate)
            sums = lowered(sums, lost / fano)
            mass = count + (mass if any(sums) else 0.0)
            sums = lifted(sums, count / fano)
            recent += count
            at = minute + 1
        lost, recent = self._expected(recent, at, max(at, until), rate)
        sums = lowered(sums, lost / fano)
        return sums, mass if any(sums) else 0.0, recent

    def _expected(self, recent: float, start: int, end: int, rate: float) -> tuple[float, float]:
        """What is expected in a stretch, and what is left of the recent mass at its end."""
        usual = rate * (end - start)
        left = recent * exp((start - end) / RECENT_MINUTES)
        if recent <= RECENT_FREE:
            return usual, left
        known = 1.0 - exp((self.began - end) / RECENT_MINUTES)
        lately = (recent - RECENT_FREE) * RECENT_WEIGHT * (1.0 - left / recent) / max(0.1, known)
        return max(usual, lately), left

    def close(self, until: int, sums: list[float], mass: float, recent: float) -> None:
        """Make this the state at minute `until`."""
        self.at, self.sums, self.mass, self.pending, self.recent = until, sums, mass, 0.0, recent

    def wait(self, until: int, rate: float) -> None:
        """Nothing came up to minute `until`: what was expected meanwhile is taken off when asked for."""
        lost, self.recent = self._expected(self.recent, self.at, until, rate)
        self.pending += lost
        self.at = until

    def damp(self) -> None:
        """Halve the evidence: there is more talk, but not more complaint in it."""
        self.sums = [s / 2 for s in self.sums]

    def reset(self, minute: int, recent: float) -> None:
        """Start anew after a page; what paged does not page again."""
        self.close(minute, [0.0] * len(FACTORS), 0.0, recent)

    def dump(self) -> list[object]:
        """As a plain list."""
        return [self.at, self.began, self.sums, self.mass, self.pending, self.recent]

    @classmethod
    def load(cls, parts: list[object]) -> LowVolume:
        """The inverse of `dump`."""
        low = cls(0)
        low.at, low.began, low.sums, low.mass, low.pending, low.recent = parts  # type: ignore[assignment]
        return low


def low_volume_days(sums: Sequence[float], events_a_day: float) -> float:
    """log10 of the days in which such evidence arises once by chance.

    A theory of steps needs their number: about two looks an event are independent, sixteen a day at least.
    """
    looks = min(MOST_LOOKS, max(LEAST_LOOKS, LOOKS_AN_EVENT * events_a_day))
    return min(NEVER, (evidence(sums) - log(looks)) / log(10))


def threshold_days(budget: float, days_a_month: float) -> float:
    """log10 of the return period above which a page is due, for a budget in pages a month.

    >>> round(threshold_days(1.0, 30.44), 2)
    1.48
    """
    return log10(days_a_month / budget)
