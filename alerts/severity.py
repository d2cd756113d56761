"""How bad it is, 1 to 5 (5 the worst), from the evidence: one table of points.

Each measure earns a point for each step of its row that it exceeds; the points together give the severity.
The steps double or quadruple, so severity rises once for some threefold growth of the whole, and pages for a
rise stay few. No measure alone gives more than severity 2, but for harm to people: what several independent
authors assert makes it at least 3 by itself.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from streams.records import Evidence

POINTS: dict[str, tuple[float, ...]] = {
    "times_usual": (2, 4, 8, 16, 32),  # negative posts in the last hour over the upper end of usual
    "voices": (10, 40, 160, 640, 2560),  # distinct people in the last hour; unknown: capped negative posts
    "growth": (1.0, 1.5),  # lower end of what each post brings further; above 1 it feeds itself
    "forecast": (100, 400, 1600, 6400),  # further negative posts in 24 hours
    "channels": (1, 3),  # with at least CARRIES negative posts each
    "reach": (100_000, 1_000_000, 10_000_000),  # followers of those who speak
    "arousal": (0.6,),  # share of complaints with words of anger, fear or disgust, from CARRIES on
    "persistence": (360, 1440),  # minutes since the onset
    "rarity": (30, 365, 3650),  # days in which chance brings such an hour once
}
"""The steps of each measure, rising; each one exceeded is a point."""

CARRIES = 5
"""Negative posts with which a channel counts as reached."""

SEVERITY_FROM = (4, 7, 10, 13)
"""Points from which severity is 2, 3, 4 and 5."""

SAFETY_FROM = (1, 2, 5, 20)
"""Independent authors who assert the same harm, from which severity is at least 2, 3, 4 and 5."""


def severity(evidence: Evidence) -> int:
    """1-5, 5 the worst; more of any measure never makes it less. What is not known earns nothing."""
    by_points = 1 + bisect_right(SEVERITY_FROM, sum(points(evidence).values()))
    by_safety = 1 + bisect_right(SAFETY_FROM, max(evidence.safety.values(), default=0))
    return max(by_points, by_safety)


def points(evidence: Evidence) -> dict[str, int]:
    """The points of each measure, as `explain` shows them."""
    measured = {
        "times_usual": evidence.negative_last_hour / max(evidence.usual_high, 1.0),
        "voices": _voices(evidence),
        "growth": evidence.reproduction_low,
        "forecast": evidence.expected_24h,
        "channels": sum(count >= CARRIES for count in evidence.channels.values()),
        "reach": evidence.reach_last_hour,
        "arousal": evidence.aroused_share if evidence.negative_last_hour >= CARRIES else None,
        "persistence": evidence.lasted_minutes,
        "rarity": evidence.return_days,
    }
    return {name: _exceeded(POINTS[name], value) for name, value in measured.items()}


def _voices(evidence: Evidence) -> float:
    """People, or where the feed names none, negative posts, which are capped for each author already."""
    if evidence.people_last_hour is None:
        return evidence.negative_last_hour
    return evidence.people_last_hour


def _exceeded(steps: tuple[float, ...], value: float | None) -> int:
    """How many of the rising `steps` lie below `value`: 0 for what is not known.

    >>> _exceeded((2, 4, 8), 4.5), _exceeded((2, 4, 8), 4), _exceeded((2, 4, 8), None)
    (2, 1, 0)
    """
    if value is None or not value > 0:
        return 0
    return bisect_left(steps, value)
