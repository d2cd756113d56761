"""Made-up streams in which nothing happens but days, weeks, restlessness and chains of replies."""

from __future__ import annotations

import random
from math import cos, exp, pi

DAY = 86400.0
BEGIN = 1_770_000_000.0 // DAY * DAY
BRANCHING = 0.5  # further posts that each brings, within REPLY_S on average
REPLY_S = 1800.0
LEVEL_KEEP, LEVEL_SD = 0.98, 0.35  # of the level's logarithm, hour by hour
WEEKEND = 0.6
SYLLABLES = ("ka", "lo", "mi", "nu", "pe", "ra", "si", "to", "vu", "je")
WORDS = [f"{a}{b}{c}" for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES]  # so many that texts differ


def rhythm(time: float) -> float:
    """Days three times as busy as nights, weekends quieter; the mean over a week is about 0.9.

    >>> round(rhythm(BEGIN + 0.5 * DAY), 2), round(rhythm(BEGIN), 2)
    (1.5, 0.5)
    """
    weekend = int(time // DAY + 3) % 7 >= 5
    return (1 + 0.5 * cos(2 * pi * ((time / DAY) % 1 - 0.5))) * (WEEKEND if weekend else 1.0)


def busy_times(an_hour: float, days: float, chance: random.Random) -> list[float]:
    """Times of a restless topic: a wandering level times the rhythm, each post bringing replies
    (Hawkes 1971, "Spectra of some self-exciting and mutually exciting point processes")."""
    times: list[float] = []
    away, end = 0.0, BEGIN + days * DAY
    hour = BEGIN
    while hour < end:
        away = away * LEVEL_KEEP + chance.gauss(0, LEVEL_SD * (1 - LEVEL_KEEP**2) ** 0.5)
        rate = an_hour * (1 - BRANCHING) * rhythm(hour) * exp(away)
        times += _roots(hour, rate, chance)
        hour += 3600.0
    return sorted(time for time in with_replies(times, chance) if time < end)


def _roots(hour: float, rate: float, chance: random.Random) -> list[float]:
    found, time = [], chance.expovariate(rate / 3600)
    while time < 3600:
        found.append(hour + time)
        time += chance.expovariate(rate / 3600)
    return found


def with_replies(roots: list[float], chance: random.Random) -> list[float]:
    """The posts and what they bring, and what that brings."""
    found, waiting = list(roots), list(roots)
    while waiting:
        time = waiting.pop()
        while chance.random() < BRANCHING / (1 + BRANCHING):  # geometric, its mean is BRANCHING
            reply = time + chance.expovariate(1 / REPLY_S)
            found.append(reply)
            waiting.append(reply)
    return found
