"""How sure a measured figure is: bootstrap intervals, exact bounds of a rate."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from math import exp, lgamma, log
from typing import TypeVar

RESAMPLES = 1000
HALVINGS = 60

One = TypeVar("One")


def bootstrap(groups: Sequence[One], figure: Callable[[Sequence[One]], float]) -> tuple[float, float]:
    """Where 95 % of a figure lie when its groups (topics, backgrounds) are drawn anew (Efron 1979)."""
    chance = random.Random(0)  # noqa: S311
    drawn = sorted(figure(chance.choices(groups, k=len(groups))) for _ in range(RESAMPLES))
    return round(drawn[int(0.025 * RESAMPLES)], 2), round(drawn[int(0.975 * RESAMPLES)], 2)


def poisson_bounds(events: int, exposure: float) -> tuple[float, float]:
    """Exact 95 % bounds of a rate after so many events in an exposure (Garwood 1936).

    >>> [round(bound, 3) for bound in poisson_bounds(10, 1.0)]
    [4.795, 18.39]
    """
    if exposure <= 0:
        return 0.0, float("inf")
    low = 0.0 if events == 0 else _mean_at(events - 1, 0.975)
    return low / exposure, _mean_at(events, 0.025) / exposure


def _mean_at(events: int, probability: float) -> float:
    """Mean of the Poisson law under which at most so many events have this probability."""
    low, high = 0.0, 10.0 + 2 * events
    while at_most(events, high) > probability:
        high *= 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(events, middle) > probability else (low, middle)
    return (low + high) / 2


def at_most(events: int, mean: float) -> float:
    """Probability of at most so many events under a Poisson law.

    >>> round(at_most(2, 1.0), 4)
    0.9197
    """
    if mean <= 0:
        return 1.0
    return min(1.0, sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(events + 1)))
