"""More detectors of others: extreme values, robust residuals, changepoints, and those of river."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from importlib import import_module
from math import lgamma, log, log1p, pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.bench.peers import DAY_BINS, Level, Peer

F64 = NDArray[np.float64]


class Spot:
    """Siffer et al. (KDD 2017): the chance of a count by a generalised Pareto law fitted to the peaks.

    The law's parameters are by moments (Hosking and Wallis 1987), renewed with each peak; it has no upper
    end, for beyond one all counts would be equally unheard of. The threshold is the 98 % quantile of the
    first week.
    """

    def __init__(self, quantile: float = 0.98, peaks: int = 500) -> None:
        self.quantile = quantile
        self.first: list[float] = []
        self.over: deque[float] = deque(maxlen=peaks)
        self.threshold: float | None = None
        self.seen = 0
        self.exceeded = 0
        self.shape, self.scale = 0.0, 1.0

    def score(self, bin_number: int, count: float) -> float:  # noqa: ARG002
        """Minus the logarithm of the probability of at least this count."""
        if self.threshold is None:
            self._begin(count)
            return 0.0
        excess = count - self.threshold
        result = self._surprise(excess) if excess > 0 else 0.0
        self.seen += 1
        if excess > 0:
            self._learn(excess)
        return result

    def _begin(self, count: float) -> None:
        self.first.append(count)
        if len(self.first) < 7 * DAY_BINS:
            return
        self.threshold = float(np.quantile(self.first, self.quantile))
        self.seen = len(self.first)
        for value in self.first:
            if value > self.threshold:
                self._learn(value - self.threshold)
        self.first = []

    def _learn(self, excess: float) -> None:
        self.exceeded += 1
        self.over.append(excess)
        mean, var = float(np.mean(self.over)), float(np.var(self.over)) + 1e-6
        self.shape = max(0.0, 0.5 * (1 - mean * mean / var))
        self.scale = max(1e-6, mean * (1 - self.shape))

    def _surprise(self, excess: float) -> float:
        share = max(1, self.exceeded) / max(1, self.seen)
        if self.shape < 1e-6:
            return excess / self.scale - log(share)
        return log1p(self.shape * excess / self.scale) / self.shape - log(share)


class SeasonalEsd:
    """The statistic of Twitter's S-H-ESD (Hochenbaum, Vallis, Kejariwal 2017) over the last fortnight:
    without the median of the hour, in median absolute deviations. Medians are renewed every hour."""

    def __init__(self, days: int = 14) -> None:
        self.values: deque[tuple[int, float]] = deque(maxlen=days * DAY_BINS)
        self.medians = [0.0] * 24
        self.middle, self.deviation = 0.0, 1.0

    def score(self, bin_number: int, count: float) -> float:
        """Deviations above the median of the residuals."""
        if bin_number % 12 == 0 and self.values:
            self._renew()
        self.values.append((bin_number // 12 % 24, count))
        return (count - self.medians[bin_number // 12 % 24] - self.middle) / (self.deviation + 0.5)

    def _renew(self) -> None:
        known = np.array(self.values)
        hours, counts = known[:, 0].astype(int), known[:, 1]
        medians = np.array([np.median(counts[hours == h]) if (hours == h).any() else 0.0 for h in range(24)])
        residuals = counts - medians[hours]
        self.medians = medians.tolist()
        self.middle = float(np.median(residuals))
        self.deviation = 1.4826 * float(np.median(np.abs(residuals - self.middle)))


class ChangePoint:
    """Adams, MacKay (2007): Bayesian online changepoints, Gamma-Poisson; the chance that the last three
    hours began anew times how much more there is since. Run lengths beyond three days are not told apart."""

    def __init__(self, hazard: float = 1 / (7 * DAY_BINS), longest: int = 3 * DAY_BINS) -> None:
        self.hazard, self.longest = hazard, longest
        self.chance: F64 = np.ones(1)
        self.shape: F64 = np.ones(1)
        self.rate: F64 = np.ones(1)
        self.level = Level(7 * DAY_BINS)

    def score(self, bin_number: int, count: float) -> float:  # noqa: ARG002
        """Log of the risen mean, weighted by the chance of a recent change."""
        grown = self.chance * self._predicted(count)
        changed = self.hazard * grown.sum()
        chance = np.append(changed, grown * (1 - self.hazard))[: self.longest]
        self.chance = chance / chance.sum()
        self.shape = np.append(1.0, self.shape + count)[: self.longest]
        self.rate = np.append(1.0, self.rate + 1)[: self.longest]
        recent = slice(0, 36)
        mean = self.shape[recent] / self.rate[recent]
        risen = np.log((mean + 0.1) / (self.level.mean + 0.1))
        self.level.update(count)
        return float((self.chance[recent] * np.maximum(0.0, risen)).sum())

    def _predicted(self, count: float) -> F64:
        """Probability of the count for each run length: a negative binomial."""
        a, b = self.shape, self.rate
        terms = log_gamma(a + count) - log_gamma(a) - lgamma(count + 1)
        return np.asarray(np.exp(terms + a * np.log(b / (b + 1)) - count * np.log(b + 1))) + 1e-300


def log_gamma(x: F64) -> F64:
    """The logarithm of the gamma function for x >= 1, by Stirling's series at x + 6.

    >>> log_gamma(np.array([2.5, 5.0])).round(6).tolist()
    [0.284683, 3.178054]
    """
    z = x + 6
    series = (z - 0.5) * np.log(z) - z + 0.5 * log(2 * pi) + 1 / (12 * z) - 1 / (360 * z**3)
    return np.asarray(series - np.log(x * (x + 1) * (x + 2) * (x + 3) * (x + 4) * (x + 5)))


class FromRiver:
    """A detector of river (Montiel et al. 2021) that scores dictionaries of numbers."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.hour: deque[float] = deque(maxlen=12)

    def score(self, bin_number: int, count: float) -> float:  # noqa: ARG002
        """Its score of the last five minutes and the last hour, if these are many."""
        self.hour.append(count)
        x = {"now": log1p(count) / 8, "hour": log1p(sum(self.hour)) / 10}
        result = float(self.model.score_one(x))
        self.model.learn_one(x)
        return result


class RiverDrift:
    """A drift detector of river, which says yes or no; a yes counts where the mean has risen."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.level = Level(DAY_BINS)

    def score(self, bin_number: int, count: float) -> float:  # noqa: ARG002
        """By how much more it is than in the last day, at a drift; else 0."""
        self.model.update(log1p(count))
        risen = log1p(count) - log1p(self.level.mean)
        self.level.update(count)
        return max(0.0, risen) if self.model.drift_detected else 0.0


def river_peers() -> dict[str, Callable[[], Peer]]:
    """River's, or nothing where it is not installed."""
    try:
        anomaly, drift = import_module("river.anomaly"), import_module("river.drift")
    except ImportError:
        return {}
    return {
        "river HalfSpaceTrees": lambda: FromRiver(anomaly.HalfSpaceTrees(n_trees=10, height=6, seed=1)),
        "river ADWIN": lambda: RiverDrift(drift.ADWIN()),
        "river PageHinkley": lambda: RiverDrift(drift.PageHinkley(mode="up")),
    }


ROBUST_PEERS: dict[str, Callable[[], Peer]] = {
    "SPOT": Spot,
    "S-H-ESD, trailing": SeasonalEsd,
    "Bayesian changepoints": ChangePoint,
}
RIVER = ("river HalfSpaceTrees", "river ADWIN", "river PageHinkley")
