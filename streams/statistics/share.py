"""Whether a share has risen above its usual value."""

from __future__ import annotations

from math import sqrt

ALWAYS = 0.7  # a stream whose share is this high carries too little contrast to test
TOGETHER = 0.03  # correlation of the posts of an hour: what they talk about is the same
SURE = 1.64  # standard deviations: 95 of 100 hours of the usual share lie below
LEAST = 0.02  # a usual share below this is taken to be this


def tested(usual: float) -> bool:
    """Whether a share can be told to have risen above this usual one.

    >>> tested(0.3), tested(1.0)
    (True, False)
    """
    return usual < ALWAYS


def variance(whole: float, usual: float) -> float:
    """Of the part of so many posts: Beta-Binomial, for the share itself wanders from hour to hour.

    >>> round(variance(1, 0.5), 2), round(variance(100, 0.5) / 25, 2)
    (0.25, 3.97)
    """
    usual = min(1 - LEAST, max(LEAST, usual))
    return whole * usual * (1 - usual) * (1 + max(0.0, whole - 1) * TOGETHER)


def risen(part: float, whole: float, usual: float, scatter: float = 1.0, deviations: float = SURE) -> bool:
    """Whether `part` of `whole` is above what 95 of 100 hours of the usual share have.

    Normal approximation of the Beta-Binomial (Gelman et al., "Bayesian Data Analysis"), with half a count
    of continuity; `scatter` is by how much the variance seen so far exceeds the theory's. Where the usual
    share is nearly 1 it cannot rise: True.

    >>> risen(17, 20, 0.3), risen(6, 20, 0.3), risen(20, 20, 1.0), risen(120, 300, 0.3)
    (True, False, True, False)
    """
    if not tested(usual):
        return True
    usual = max(usual, LEAST)
    return part - whole * usual > deviations * sqrt(scatter * variance(whole, usual) + 0.25)
