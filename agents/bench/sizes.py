"""How large does a cascade become, asked an hour after its first post (TiDeH, Twitter15/16)?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from agents.bench import data as public
from agents.bench.thread_rules import minutes_of, seismic_size
from streams.statistics.cascade import TAUS, folded
from streams.statistics.forecast import Forecast, final_size

AFTER_MINUTES = 60
USUAL_FOLLOWERS = 100.0  # as SEISMIC's authors take it
LEAST = 20  # posts in the first hour
LONGEST = 7 * public.DAY


@dataclass(frozen=True, slots=True)
class Guess:
    """A cascade's size after seven days, what had come after an hour, and what two methods expected."""

    source: str
    size: int
    seen: int
    shipped: Forecast
    seismic: float


def guesses(data: Path, half: str) -> list[Guess]:
    """Cascades of a half that had enough posts in their first hour."""
    sources = {"TiDeH": public.retweets(data), "Twitter15/16": public.followed_trees(data)}
    return [
        guess(source, posts)
        for source, cascades in sources.items()
        for name, posts in sorted(cascades.items())
        if half in (public.half_of(f"{source}:{name}"), "all")
        and sum(time < AFTER_MINUTES * 60 for time, _ in posts) >= LEAST
    ]


def guess(source: str, posts: Sequence[tuple[float, float]]) -> Guess:
    """What is expected of one cascade; `posts` are (seconds from the first, followers)."""
    early = [(t, f) for t, f in posts if t < AFTER_MINUTES * 60]
    times = [t for t, _ in early]
    counts = [(minute, float(count)) for minute, count, _ in minutes_of(times)]
    sums, _ = folded([0.0] * len(TAUS), 0, AFTER_MINUTES, counts)
    followers = np.array([f for _, f in early], dtype=float)
    usual = USUAL_FOLLOWERS if source == "TiDeH" else 1.0
    return Guess(
        source,
        sum(t < LONGEST for t, _ in posts),
        len(early),
        final_size(len(early), sums, AFTER_MINUTES),
        seismic_size(np.array(times), followers, usual, AFTER_MINUTES * 60.0),
    )


def error(pairs: Sequence[tuple[float, int]]) -> float:
    """Median of the absolute error as a share of the true size.

    >>> error([(50, 100), (110, 100), (100, 100)])
    0.1
    """
    return round(median(abs(expected - size) / size for expected, size in pairs), 3)


def covered(found: Sequence[Guess]) -> float:
    """Share of the true sizes that lie within the shipped interval, which promises 0.9."""
    return round(sum(g.shipped.low <= g.size <= g.shipped.high for g in found) / len(found), 3)
