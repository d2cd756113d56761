"""How surprising a count is where counts are over-dispersed.

A negative binomial with mean mu and variance mu + alpha * mu^2 is stabilised by
2 / sqrt(alpha) * asinh(sqrt(alpha * (x + 3/8))): the difference of the transformed count and the
transformed mean is roughly standard normal (Anscombe 1948, "The transformation of Poisson, binomial
and negative-binomial data").
"""

from __future__ import annotations

from math import asinh, sinh, sqrt

OFFSET = 0.375


def stabilised(count: float, alpha: float) -> float:
    """A count on the scale where its standard deviation is about 1; alpha >= 0 is the over-dispersion.

    >>> round(stabilised(9, 0), 2), round(stabilised(9, 0.5), 2)
    (6.12, 4.29)
    """
    x = count + OFFSET
    if alpha < 1e-6:
        return 2 * sqrt(x)
    root = sqrt(alpha)
    return 2 / root * asinh(root * sqrt(x))


def surprise(count: float, mean: float, alpha: float) -> float:
    """Standard deviations by which a count lies above (+) or below (-) its mean.

    >>> round(surprise(20, 5, 0.1), 1)
    3.0
    """
    return stabilised(count, alpha) - stabilised(mean, alpha)


def quantile(mean: float, alpha: float, deviations: float) -> float:
    """The count that lies `deviations` above the mean; never below 0.

    >>> [round(quantile(6, 0.05, d)) for d in (-1.645, 1.645)]
    [2, 12]
    """
    level = max(0.0, stabilised(mean, alpha) + deviations)
    if alpha < 1e-6:
        return max(0.0, (level / 2) ** 2 - OFFSET)
    root = sqrt(alpha)
    return max(0.0, (sinh(level * root / 2) / root) ** 2 - OFFSET)
