"""Rules that say how serious a thread is, minute by minute: the shipped forecast beside simpler ones.

Every rule takes the times of a thread's posts (seconds from its first) and gives (minute, score) after each
minute that had a post, with what was known then; rising scores only, for a threshold is crossed at one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from math import exp

import numpy as np
from numpy.typing import NDArray

from agents.pulse.threads import Thread
from streams.statistics.cascade import TAUS, folded
from streams.statistics.forecast import final_size

F64 = NDArray[np.float64]
Scores = Iterator[tuple[int, float]]
Rule = Callable[[Sequence[float]], Scores]

CONSTANT_S, POWER, LEVEL = 300.0, 0.242, 6.27e-4  # SEISMIC's memory kernel
LEAST_EVENTS = 5
SUBCRITICAL = 0.9


def minutes_of(times: Sequence[float]) -> Iterator[tuple[int, int, int]]:
    """(minute, posts in it, posts until its end) of each minute that has any."""
    seen = 0
    for minute, together in groupby(times, key=lambda time: int(time // 60)):
        count = sum(1 for _ in together)
        seen += count
        yield minute, count, seen


def shipped(times: Sequence[float]) -> Scores:
    """The final size that the watch expects."""
    sums, last = [0.0] * len(TAUS), 0
    for minute, count, seen in minutes_of(times):
        sums, _ = folded(sums, last, minute + 1, [(minute, count)])
        last = minute + 1
        if seen >= LEAST_EVENTS:
            yield minute + 1, final_size(seen, sums, minute + 1).expected


def shipped_odds(times: Sequence[float]) -> Scores:
    """Log odds, by the watch's own threads, that more than 500 voices will speak; 100 is added."""
    thread = Thread(0)
    for minute, count, seen in minutes_of(times):
        thread.add(minute, count, 0)
        if seen >= LEAST_EVENTS:
            yield minute + 1, 100 + thread.outgrows(500, minute + 1)
        thread.close(minute - 120)


def size(times: Sequence[float]) -> Scores:
    """How many posts there were."""
    for minute, _, seen in minutes_of(times):
        yield minute + 1, seen


def velocity(minutes: float) -> Rule:
    """Posts, each counting less the older it is: the decay has a mean of so many minutes."""

    def scores(times: Sequence[float]) -> Scores:
        level, last = 0.0, 0
        for minute, count, _ in minutes_of(times):
            level = level * exp((last - minute) / minutes) + count
            last = minute
            yield minute + 1, level

    return scores


def seismic(times: Sequence[float]) -> Scores:
    """Final size by SEISMIC (Zhao et al., KDD 2015), where nobody's followers are known."""
    events = np.asarray(times)
    for minute, _, seen in minutes_of(times):
        if seen >= LEAST_EVENTS:
            yield minute + 1, seismic_size(events[:seen], np.ones(seen), 1.0, (minute + 1) * 60.0)


def seismic_size(times: F64, followers: F64, usual_followers: float, now: float) -> float:
    """Final size expected at a time (s), given the times of posts and how many people each reached.

    `usual_followers` are those of the people who are still to come. Infectiousness is posts over exposures,
    recent ones weighing more; a cascade that grows without end is taken to be just short of it.
    """
    ages = now - times
    weights = np.maximum(0.0, 1 - 2 * ages / now)
    exposed = followers * kernel_integral(ages)
    infectious = weights[1:].sum() / max(1e-9, (followers * _weighted(ages, now)).sum())
    to_come = infectious * float((followers - exposed).sum())
    branching = min(SUBCRITICAL, float(infectious * usual_followers))
    return len(times) + max(0.0, float(to_come)) / (1 - branching)


def kernel_integral(ages: F64) -> F64:
    """Share of a post's effect that has passed at an age (s).

    >>> kernel_integral(np.array([0.0, 300.0, 1e12])).round(2).tolist()
    [0.0, 0.19, 0.96]
    """
    flat = LEVEL * np.minimum(ages, CONSTANT_S)
    later = LEVEL * CONSTANT_S / POWER * (1 - (np.maximum(ages, CONSTANT_S) / CONSTANT_S) ** -POWER)
    return np.asarray(flat + later)


def _weighted(ages: F64, now: float) -> F64:
    """Effect that has passed, its moments weighted as the posts are: in steps of a tenth of the age."""
    steps = np.linspace(0, 1, 11)
    passed = kernel_integral(ages[:, None] * steps)
    middle = ages[:, None] * (1 - (steps[1:] + steps[:-1]) / 2)
    return np.asarray((np.diff(passed, axis=1) * np.maximum(0.0, 1 - 2 * middle / now)).sum(axis=1))


RULES: dict[str, Rule] = {
    "shipped odds of 500": shipped_odds,
    "shipped forecast": shipped,
    "velocity, 15 minutes": velocity(15.0),
    "velocity, 2 hours": velocity(120.0),
    "size": size,
    "SEISMIC, followers unknown": seismic,
}
