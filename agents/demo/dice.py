"""Chance that falls the same on every machine and every Python.

Python promises the same sequence for `random()` alone, so all choices here are made from it.
"""

from __future__ import annotations

import math
import random
from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TypeVar

Thing = TypeVar("Thing")


class Dice:
    """Chance of its own for each name, so that a change in one episode leaves the others alone."""

    def __init__(self, *names: object) -> None:
        seed = "/".join(str(name) for name in names)
        self._throw = random.Random(seed).random  # noqa: S311 - a story, not a secret

    def falls(self, share: float) -> bool:
        """True in `share` (0-1) of the throws."""
        return self._throw() < share

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1, all alike."""
        return int(self._throw() * limit)

    def between(self, low: float, high: float) -> float:
        """A number from `low` to `high`, all alike."""
        return low + (high - low) * self._throw()

    def pick(self, things: Sequence[Thing]) -> Thing:
        """One of the things, all alike."""
        return things[self.below(len(things))]

    def weigh(self, weights: Mapping[Thing, float]) -> Thing:
        """One of the keys, as often as its weight says."""
        sums = list(accumulate(weights.values()))
        return list(weights)[min(bisect(sums, self._throw() * sums[-1]), len(sums) - 1)]

    def wait(self, mean: float) -> float:
        """A waiting time with that mean, exponential."""
        return -mean * math.log(1.0 - self._throw())

    def count(self, mean: float) -> int:
        """How many events happen where `mean` are expected, Poisson."""
        events, at = 0, self.wait(1.0)
        while at < mean:
            events, at = events + 1, at + self.wait(1.0)
        return events

    def tail(self, limit: int, skew: float = 2.2) -> int:
        """A whole number below `limit` where small ones are far likelier: the few who write much."""
        return int(limit * self._throw() ** skew)

    def around_zero(self) -> float:
        """A number near zero, spread about one, never beyond two: nearly a normal one."""
        return (self._throw() + self._throw() + self._throw() + self._throw() - 2.0) * math.sqrt(3.0)
