"""Block maxima: how often a score as high as this one is to be expected.

Scores of a stream are heavy-tailed and clustered, so a tail probability per tick does not keep its
promise. The maxima of long blocks (six hours) are nearly independent and follow a Gumbel law
(Gumbel 1958, "Statistics of Extremes"); what is exceeded once in N blocks can be read off it.
"""

from __future__ import annotations

from math import exp, expm1, log, log10, sqrt

KEPT = 112  # blocks of six hours: 28 days
SD_PRIOR, SD_WEIGHT = 0.4, 20.0  # spread of the log of block maxima, and the blocks that opinion is worth
WARM = 8  # blocks from which a deviation means something
OUTLIER = 5.0  # standard deviations beyond which a block tells no more about what is usual
LOCATION, SCALE = -0.1, 0.47  # Gumbel law of a standardised score's maxima, from the benchmark's tune half
SURE_OF_TREND = 3.0  # standard errors from which maxima are taken to grow
NEVER = 12.0  # a return period is not stated above 10^12 days
BLOCK_DAYS = 0.25


class Spread:
    """Discounted mean and standard deviation of block maxima, winsorised so that no storm stays in them.

    The variance is shrunk towards what block maxima of mentions usually show, for a few days of calm say
    little about how a topic varies (normal model with a scaled inverse chi-squared prior; Gelman et al.,
    "Bayesian Data Analysis", ch. 3).

    Of maxima that grow the mean lags behind. By how much is smoothed a second time (Brown 1963, "Smoothing,
    Forecasting and Prediction of Discrete Time Series") and added where it is surely more than chance.

    >>> s = Spread()
    >>> for x in (1.0, 2.0, 3.0, 2.0): s.update(x)
    >>> round(s.mean, 2), round(s.sd, 2), s.count
    (2.0, 0.51, 4.0)
    """

    __slots__ = ("count", "drift", "mean", "var")

    def __init__(self, mean: float = 0.0, var: float = 1.0, count: float = 0.0, drift: float = 0.0) -> None:
        self.mean = mean
        self.var = var
        self.count = count
        self.drift = drift  # how far blocks lie above the mean until then, on average

    def update(self, value: float, memory: float = KEPT / 2) -> None:
        """Take in a block's maximum; `memory` is the number of blocks that count."""
        if self.count >= WARM:
            value = min(value, self.mean + OUTLIER * self.sd)
        self.count += 1
        rate = max(1 / self.count, 1 / memory)
        delta = value - self.mean
        self.mean += rate * delta
        if self.count > WARM:
            self.drift += max(1 / (self.count - WARM), 1 / memory) * (delta - self.drift)
        self.var += rate * (delta * delta * (1 - rate) - self.var) if self.count > 1 else 0.0

    @property
    def sd(self) -> float:
        """Standard deviation, shrunk: maxima that hardly varied so far may vary yet."""
        n = min(self.count, KEPT / 2)
        return sqrt((n * self.var + SD_WEIGHT * SD_PRIOR**2) / (n + SD_WEIGHT))

    def standardised(self, value: float) -> float:
        """How many standard deviations above the usual block maximum."""
        return (value - self.mean - self.lag) / self.sd

    @property
    def lag(self) -> float:
        """By how much the mean lags behind growth; 0 unless that is sure, and of maxima that fall."""
        blocks = self.count - WARM
        if blocks <= WARM:
            return 0.0
        error = self.sd / sqrt(min(2 * blocks, KEPT))
        return self.drift if self.drift > SURE_OF_TREND * error else 0.0


def return_days(score: float) -> float:
    """log10 of the days in which a block maximum of at least so many standard deviations is expected once.

    >>> [round(return_days(z), 2) for z in (0.0, 2.0, 4.0)]
    [-0.35, 1.34, 3.19]
    """
    exponent = -(score - LOCATION) / SCALE
    if exponent < -NEVER * log(10):
        return NEVER
    exceeded = -expm1(-exp(min(exponent, 50.0)))
    return min(NEVER, log10(BLOCK_DAYS / exceeded))
