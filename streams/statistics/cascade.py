"""Self-exciting spread in constant memory: decayed sums, reproduction number, forecast.

Each post brings R further ones, spread over time by a kernel that is a mixture of five exponentials;
it fits the memory kernel of SEISMIC (Zhao et al., KDD 2015: flat for 5 minutes, then a power law of
1.242). R over a stretch has the posterior Gamma(a + events, b + pressure) of Cori et al. (2013,
American Journal of Epidemiology 178: 1505-1512), `pressure` being the events that R = 1 would have
brought.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import exp, sqrt

TAUS = (10.0, 60.0, 360.0, 1440.0, 7200.0)  # minutes
WEIGHTS = V, W, X, Y, Z = (0.375, 0.195, 0.123, 0.065, 0.083)
PRIOR_SHAPE, PRIOR_RATE = 1.6, 2.0  # mean 0.8
DECAY_ONE = tuple(exp(-1 / tau) for tau in TAUS)
HORIZON_SHARE = tuple(1 - exp(-1440 / tau) for tau in TAUS)
SUBCRITICAL = 0.9  # a forecast needs a sum that ends


def decayed(sums: Sequence[float], minutes: float) -> list[float]:
    """The sums after so many minutes without an event."""
    return [s * left for s, left in zip(sums, _left(minutes), strict=True)]


@lru_cache(maxsize=4096)
def _left(minutes: float) -> tuple[float, ...]:
    """What is left of each sum; minutes are mostly small and whole, and few of them differ."""
    return tuple(exp(-minutes / tau) for tau in TAUS)


def folded(
    sums: Sequence[float], start: int, end: int, counts: Iterable[tuple[int, float]]
) -> tuple[list[float], float]:
    """The sums at minute `end` and the pressure between `start` and `end`.

    `counts` are (minute, events) in order of time, all within [start, end).
    """
    (v, w, x, y, z), pressure, at = sums, 0.0, start
    for minute, events in counts:  # once a minute, topic and thread: five sums by hand, no calls but one
        a, b, c, d, e = _left(minute - at)
        a, b, c, d, e = v * a, w * b, x * c, y * d, z * e
        pressure += V * (v - a) + W * (w - b) + X * (x - c) + Y * (y - d) + Z * (z - e)
        v, w, x, y, z, at = a + events, b + events, c + events, d + events, e + events, minute
    later = decayed((v, w, x, y, z), end - at)
    pressure += sum(s * (a - b) for s, a, b in zip(WEIGHTS, (v, w, x, y, z), later, strict=True))
    return later, pressure


def reproduction(events: float, pressure: float) -> tuple[float, float, float]:
    """Posterior mean of R and its 90 % interval (Wilson-Hilferty quantiles of the Gamma).

    >>> tuple(round(r, 1) for r in reproduction(90, 50))
    (1.8, 1.5, 2.1)
    """
    shape, rate = PRIOR_SHAPE + events, PRIOR_RATE + pressure
    spread = 1 / (9 * shape)
    low, high = (shape * max(0.0, 1 - spread + z * sqrt(spread)) ** 3 / rate for z in (-1.645, 1.645))
    return shape / rate, low, high


def expected_within_day(sums: Sequence[float], r: float) -> float:
    """Further events to be expected in the next 24 hours, at most as a just subcritical cascade brings.

    >>> round(expected_within_day([10.0] * 5, 0.5))
    6
    """
    direct = sum(w * s * h for w, s, h in zip(WEIGHTS, sums, HORIZON_SHARE, strict=True))
    branching = min(SUBCRITICAL, r * sum(WEIGHTS))
    return r * direct / (1 - branching)
