"""When things happen: curves of mentions an hour, and moments drawn from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise

from agents.demo.dice import Dice


def rate_at(curve: Mapping[float, float], hour: float) -> float:
    """The curve's value at `hour`, straight between its points and 0 outside them.

    >>> rate_at({0: 10, 2: 30}, 0.5)
    15.0
    """
    for (left, low), (right, high) in pairwise(curve.items()):
        if left <= hour < right:
            return low + (high - low) * (hour - left) / (right - left)
    return 0.0


def moments(curve: Mapping[float, float], start: datetime, dice: Dice) -> Iterator[datetime]:
    """Times at which mentions come, in order, so many an hour as the curve says."""
    for minute in range(int(60 * max(curve))):
        begin = start + timedelta(minutes=minute)
        seconds = sorted(dice.below(60) for _ in range(dice.count(rate_at(curve, minute / 60) / 60)))
        yield from (begin + timedelta(seconds=second) for second in seconds)
