"""Intervals of a share and of a rate from few counts: what an observed precision or rate is worth."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, lgamma, log, sqrt

Z95 = 1.959964  # two-sided 95 %


def wilson(successes: int, trials: int, z: float = Z95) -> tuple[float, float]:
    """The score interval of a share, 0-1; (0, 1) without any trial.

    Wilson 1927, recommended for small counts by Brown, Cai and DasGupta 2001 ("Interval Estimation for a
    Binomial Proportion").

    >>> [round(end, 3) for end in wilson(8, 10)], wilson(0, 0)
    ([0.49, 0.943], (0.0, 1.0))
    """
    if not 0 <= successes <= trials:
        raise ValueError("successes lie between 0 and the trials")
    if trials == 0:
        return 0.0, 1.0
    share, weight = successes / trials, z * z / trials
    middle = (share + weight / 2) / (1 + weight)
    half = z * sqrt(share * (1 - share) / trials + weight / (4 * trials)) / (1 + weight)
    low = 0.0 if successes == 0 else middle - half
    high = 1.0 if successes == trials else middle + half
    return max(0.0, low), min(1.0, high)


def poisson_interval(events: int, confidence: float = 0.95) -> tuple[float, float]:
    """The exact interval of the mean number of events where so many were seen (Garwood 1936).

    >>> [round(end, 2) for end in poisson_interval(3)], [round(end, 2) for end in poisson_interval(0)]
    ([0.62, 8.77], [0.0, 3.69])
    """
    tail = (1 - confidence) / 2
    most = events + 10 * sqrt(events + 1) + 10
    high = _where(lambda mean: _at_most(events, mean) < tail, most)
    low = _where(lambda mean: 1 - _at_most(events - 1, mean) > tail, most) if events else 0.0
    return low, high


def _at_most(events: int, mean: float) -> float:
    """The probability of at most so many events, by summing downwards from the largest term's scale."""
    term = total = 1.0
    for k in range(events, 0, -1):
        term *= k / mean if mean > 0 else 0.0
        total += term
    largest = _poisson(events, mean)
    return min(1.0, largest * total)


def _poisson(events: int, mean: float) -> float:
    """The probability of exactly so many events."""
    if mean <= 0:
        return 1.0 if events == 0 else 0.0
    return exp(events * log(mean) - mean - lgamma(events + 1))


def _where(reached: Callable[[float], bool], most: float) -> float:
    """The least mean at which `reached` holds, by bisection."""
    low, high = 0.0, most
    for _ in range(60):
        middle = (low + high) / 2
        if reached(middle):
            high = middle
        else:
            low = middle
    return high
