"""Block maxima: how often a score as high as this one is to be expected.

Scores of a stream are heavy-tailed and clustered, so a tail probability per tick does not keep its
promise. The maxima of long blocks (six hours) are nearly independent and follow a Gumbel law
(Gumbel 1958, "Statistics of Extremes"); what is exceeded once in N blocks can be read off it.
"""

from __future__ import annotations

from math import exp, expm1, log, log10, pi, sqrt

EULER = 0.5772156649
KEPT = 112  # blocks of six hours: 28 days
LEAST_SD = 0.25
LEAST_SCALE = 0.25  # the same for the Gumbel law of a standardised score
NEVER = 12.0  # a return period is not stated above 10^12 days
BLOCK_DAYS = 0.25


class Spread:
    """Discounted mean and standard deviation of block maxima, winsorised so that no storm stays in them.

    >>> s = Spread()
    >>> for x in (1.0, 2.0, 3.0, 2.0): s.update(x)
    >>> round(s.mean, 2), s.count
    (2.0, 4.0)
    """

    __slots__ = ("count", "mean", "var")

    def __init__(self, mean: float = 0.0, var: float = 1.0, count: float = 0.0) -> None:
        self.mean = mean
        self.var = var
        self.count = count

    def update(self, value: float, memory: float = KEPT / 2) -> None:
        """Take in a block's maximum; `memory` is the number of blocks that count."""
        if self.count >= 8:
            value = min(value, self.mean + 3 * self.sd)
        self.count += 1
        rate = max(1 / self.count, 1 / memory)
        delta = value - self.mean
        self.mean += rate * delta
        self.var += rate * (delta * delta * (1 - rate) - self.var) if self.count > 1 else 0.0

    @property
    def sd(self) -> float:
        """Standard deviation, never near 0: maxima that hardly varied so far may vary yet."""
        return sqrt(max(self.var, LEAST_SD**2))

    def standardised(self, value: float) -> float:
        """How many standard deviations above the usual block maximum."""
        return (value - self.mean) / self.sd


class BlockMaxima:
    """The last maxima of a score, a block each, and the return period of any score under them."""

    __slots__ = ("values",)

    def __init__(self, values: list[float] | None = None) -> None:
        self.values = values or []

    def update(self, maximum: float) -> None:
        """Take in a closed block's maximum; the oldest beyond 28 days is dropped."""
        self.values.append(maximum)
        del self.values[: -KEPT or None]

    def gumbel(self) -> tuple[float, float]:
        """Location and scale by the method of moments, the scale widened for few blocks."""
        n = len(self.values)
        if n < 2:
            return (self.values[0] if self.values else 0.0), 1.0
        mean = sum(self.values) / n
        var = sum((v - mean) ** 2 for v in self.values) / (n - 1)
        scale = max(sqrt(6 * var) / pi, LEAST_SCALE) * (1 + 2 / n)
        return mean - EULER * scale, scale

    def return_days(self, score: float) -> float:
        """log10 of the days in which a block maximum of at least `score` is expected once.

        >>> m = BlockMaxima([0.0, 0.5, 1.0, 0.2, 0.8, 0.4] * 10)
        >>> round(m.return_days(1.0), 1), round(m.return_days(3.0), 1)
        (0.5, 3.6)
        """
        location, scale = self.gumbel()
        exponent = -(score - location) / scale
        if exponent < -NEVER * log(10):
            return NEVER
        exceeded = -expm1(-exp(min(exponent, 50.0)))
        return min(NEVER, log10(BLOCK_DAYS / exceeded))
