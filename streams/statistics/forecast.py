"""How large a conversation will become, from what constant memory keeps of it.

The logarithm of what is still to come, as a multiple of what has come, is linear in the logarithm of the size
so far and in how long ago the events were: -log(S/n) * tau / age, where S is the sum of n events that decays
with tau, is 0 where all came just now and about 1 where all came at the beginning. The coefficients change
with age, for interest ages (Kobayashi and Lambiotte 2016, "TiDeH"). They are those of quantile regressions
(Koenker and Bassett 1978) for the 5 %, 50 % and 95 % quantile over the tune half of public cascades, half of
the weight on retweets that grew above 2,000 (TiDeH), half on trees of 50 to 3,000 (Twitter15/16).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from typing import NamedTuple

from streams.statistics.cascade import TAUS

Line = tuple[float, float, float, float]  # constant; log size; how long ago, within 10 minutes and 6 hours
Quantile = tuple[Line, Line, Line]  # at each of the AGES

AGES = (log(5), log(60), log(1440))  # of minutes; linear between them
SHORT, LONG = 0, 2  # the decayed sums that say how long ago the events were
FINAL: tuple[Quantile, ...] = (
    ((1.69, 0.29, -4.01, 0.0), (2.42, 0.01, -8.06, 0.07), (0.78, -0.07, -14.75, -6.77)),
    ((2.38, -0.03, -2.31, 1.72), (3.92, 0.16, -3.32, -4.75), (-0.28, 0.14, 0.0, -5.17)),
    ((5.5, -0.43, 0.0, 0.0), (4.33, -0.43, -1.39, 1.25), (5.98, -0.16, 4.77, -8.67)),
)
IN_A_DAY: tuple[Quantile, ...] = (
    ((1.49, 0.26, -3.5, 0.0), (2.02, 0.12, -8.34, 0.0), (0.51, -0.18, -13.67, -6.35)),
    ((2.54, -0.05, -1.01, 0.22), (3.65, 0.15, -3.41, -4.44), (-0.7, 0.08, 0.0, -4.87)),
    ((5.02, -0.37, 0.0, 0.0), (4.54, -0.36, -2.86, 1.17), (2.13, -0.08, 2.27, -5.25)),
)
LARGE = (3.75, 0.55, 0.17, 3.63, 0.13)  # constant; weights of `growth_features`
MOST = 6.0  # nothing is foretold to grow more than e^6 times


class Forecast(NamedTuple):
    """A size that is expected (the median), and the interval that holds it nine times in ten.

    What has come already is part of all three.
    """

    expected: float
    low: float
    high: float


def final_size(events: float, sums: Sequence[float], age: float) -> Forecast:
    """Size after seven days of what began `age` minutes ago and has had `events` so far.

    `sums` are the decayed sums of these events (`streams.statistics.cascade.folded`).

    >>> fast = final_size(100, [60.0, 90.0, 98.0, 99.0, 100.0], 15)
    >>> slow = final_size(100, [2.0, 30.0, 80.0, 95.0, 99.0], 120)
    >>> [round(x, -1) for x in fast], [round(x, -1) for x in slow]
    ([720.0, 330.0, 2240.0], [170.0, 110.0, 1150.0])
    """
    return _sizes(FINAL, events, sums, age)


def size_in_a_day(events: float, sums: Sequence[float], age: float) -> Forecast:
    """The same 24 hours from now.

    >>> round(size_in_a_day(100, [60.0, 90.0, 98.0, 99.0, 100.0], 15).expected, -1)
    600.0
    """
    return _sizes(IN_A_DAY, events, sums, age)


def growth_features(size: float, sums: Sequence[float], age: float) -> tuple[float, ...]:
    """What says whether something will outgrow a size: logarithms of its speed (the sum of 10 minutes) and of
    its mass that is still young (1 and 6 hours) as shares of that size, and of its age in minutes."""
    return (*(log((s + 0.1) / size) for s in sums[:3]), log(max(1.0, age)))


def outgrows(size: float, sums: Sequence[float], age: float) -> float:
    """Log odds that what has these decayed sums after `age` minutes will exceed `size` within a week.

    Linear in `growth_features`. What is fitted is the moment at which each conversation looks most alarming,
    of large ones before half of their size, for a threshold over time is crossed there
    (`python -m agents.bench.thread_fit`).

    >>> round(outgrows(500, [60.0, 170.0, 220.0, 225.0, 228.0], 30), 1)
    -0.1
    """
    constant, *weights = LARGE
    return constant + sum(w * x for w, x in zip(weights, growth_features(size, sums, age), strict=True))


def _sizes(table: tuple[Quantile, ...], events: float, sums: Sequence[float], age: float) -> Forecast:
    if events <= 0:
        return Forecast(0.0, 0.0, 0.0)
    n, age = max(1.0, events), max(1.0, age)
    features = (1.0, log(n), _ago(n, sums, age, SHORT), _ago(n, sums, age, LONG))
    low, middle, high = sorted(n * _more(quantile, features, log(age)) for quantile in table)
    return Forecast(events + middle, events + low, events + high)


def _ago(events: float, sums: Sequence[float], age: float, which: int) -> float:
    """How long ago the events were, as a share of the age, by the sum that decays with `TAUS[which]`."""
    return -log((sums[which] + 0.1) / (events + 0.1)) * TAUS[which] / age


def _more(quantile: Quantile, features: Sequence[float], log_age: float) -> float:
    """What is still to come, in multiples of what has come."""
    at = min(max(log_age, AGES[0]), AGES[-1])
    left = 0 if at <= AGES[1] else 1
    share = (at - AGES[left]) / (AGES[left + 1] - AGES[left])
    before, after = quantile[left], quantile[left + 1]
    grown = sum(f * (a + share * (b - a)) for f, a, b in zip(features, before, after, strict=True))
    return exp(min(MOST, grown))
