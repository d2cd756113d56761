"""Other people's detectors, as their papers have them, over the same counts: one number a bin, the higher the
more unusual. Each sees only the past, in bins of five minutes.

Left out: `ruptures` segments a whole series and has no online mode; no kept port of Twitter's S-H-ESD was
found among Python packages, so `robust_peers.py` has its idea over a trailing window.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import exp, log, sqrt
from typing import Protocol

from streams.statistics.cusum import FACTORS, advanced, evidence
from streams.statistics.surprise import surprise

BIN_MINUTES = 5
DAY_BINS = 1440 // BIN_MINUTES


class Peer(Protocol):
    """Judges bins in their order."""

    def score(self, bin_number: int, count: float) -> float:
        """How unusual the count of a bin is; bins are numbered since 1970."""


class Level:
    """Exponentially weighted mean and variance; a plain mean until it has seen enough."""

    def __init__(self, half_life_bins: float) -> None:
        self.rate = 1 - exp(-log(2) / half_life_bins)
        self.seen = 0
        self.mean = self.var = 0.0

    def update(self, value: float) -> None:
        """Take in a value (Welford 1962, with forgetting)."""
        self.seen += 1
        rate = max(self.rate, 1 / self.seen)
        away = value - self.mean
        self.mean += rate * away
        self.var = (1 - rate) * (self.var + rate * away * away)


class TrailingZ:
    """Standard deviations above the mean of the last so many days."""

    def __init__(self, days: float) -> None:
        self.values: deque[float] = deque(maxlen=round(days * DAY_BINS))
        self.sum = self.squares = 0.0

    def score(self, bin_number: int, count: float) -> float:  # noqa: ARG002
        """The z-score against the bins before."""
        n = max(1, len(self.values))
        mean = self.sum / n
        result = (count - mean) / sqrt(max(self.squares / n - mean * mean, 0.0) + 0.25)
        old = self.values[0] if len(self.values) == self.values.maxlen else 0.0
        self.values.append(count)
        self.sum += count - old
        self.squares += count * count - old * old
        return result


class SigniTrend:
    """Schubert, Weiler, Kriegel (KDD 2014): significance of a count against an exponential average,
    with a bias that keeps rare things from being significant."""

    def __init__(self, half_life_hours: float = 12.0, bias: float = 1.0) -> None:
        self.level = Level(half_life_hours * 12)
        self.bias = bias

    def score(self, bin_number: int, count: float) -> float:  # noqa: ARG002
        """(x - max(mean, bias)) / (sd + bias)."""
        result = (count - max(self.level.mean, self.bias)) / (sqrt(self.level.var) + self.bias)
        self.level.update(count)
        return result


class Macd:
    """Lu, Yang (2012): a fast average above a slow one, in units of the slow one's noise."""

    def __init__(self, fast_hours: float = 1.0, slow_hours: float = 12.0) -> None:
        self.fast, self.slow = Level(fast_hours * 12), Level(slow_hours * 12)

    def score(self, bin_number: int, count: float) -> float:  # noqa: ARG002
        """The difference of the averages."""
        self.fast.update(count)
        self.slow.update(count)
        return (self.fast.mean - self.slow.mean) / sqrt(self.slow.mean + 0.25)


class Kleinberg:
    """Kleinberg (KDD 2002), two states, online: by how much the path through the burst state is cheaper.

    The mean of the calm state is that of the last week."""

    def __init__(self, factor: float = 2.0) -> None:
        self.factor = factor
        self.level = Level(7 * DAY_BINS)
        self.gain = 0.0

    def score(self, bin_number: int, count: float) -> float:  # noqa: ARG002
        """The gain, never below nothing."""
        usual = max(self.level.mean, 0.01)
        self.gain = max(0.0, self.gain + count * log(self.factor) - usual * (self.factor - 1))
        self.level.update(count)
        return self.gain


class Seasonal:
    """What is usual by the hour of the day, and how restless it is."""

    def __init__(self) -> None:
        self.level = Level(3 * DAY_BINS)
        self.hours = [Level(14 * 12) for _ in range(24)]
        self.alpha = 0.3

    def usual(self, bin_number: int) -> float:
        """The mean of a bin."""
        hour = self.hours[bin_number // 12 % 24]
        factor = (hour.mean * hour.seen + self.level.mean * 24) / max(
            1e-9, self.level.mean * (hour.seen + 24)
        )
        return max(0.02, self.level.mean * factor)

    def learn(self, bin_number: int, count: float) -> None:
        """Take in a bin."""
        usual = self.usual(bin_number)
        self.alpha += 0.001 * (max(0.0, ((count - usual) ** 2 - usual) / usual**2) - self.alpha)
        self.alpha = min(max(self.alpha, 0.01), 5.0)
        self.level.update(count)
        self.hours[bin_number // 12 % 24].update(count)


class SeasonalTail:
    """Deviation of the last hour under a seasonal negative binomial, as surveillance systems have it
    (Noufaily et al. 2013, the improved Farrington algorithm)."""

    def __init__(self) -> None:
        self.season = Seasonal()
        self.hour: deque[float] = deque(maxlen=12)

    def score(self, bin_number: int, count: float) -> float:
        """Standard deviations above the usual hour."""
        self.hour.append(count)
        result = surprise(sum(self.hour), 12 * self.season.usual(bin_number), self.season.alpha)
        self.season.learn(bin_number, count)
        return result


class ECusum:
    """Shin, Ramdas, Rinaldo (2024): a mixture of e-processes against the usual of the hour."""

    def __init__(self) -> None:
        self.season = Seasonal()
        self.sums = [0.0] * len(FACTORS)

    def score(self, bin_number: int, count: float) -> float:
        """The logarithm of the evidence."""
        usual = self.season.usual(bin_number)
        self.sums = advanced(self.sums, count, usual, max(1.0, 1 + self.season.alpha * usual))
        self.season.learn(bin_number, count)
        return evidence(self.sums)


PEERS: dict[str, Callable[[], Peer]] = {
    "z-score, 24 hours": lambda: TrailingZ(1.0),
    "z-score, 7 days": lambda: TrailingZ(7.0),
    "SigniTrend (EWMA)": SigniTrend,
    "MACD": Macd,
    "Kleinberg": Kleinberg,
    "seasonal NB tail": SeasonalTail,
    "e-CUSUM": ECusum,
}
