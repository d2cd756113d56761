"""The rhythm of day and week as factors around 1, shrunk towards a group's while data are few.

A factor is (observed + weight * group) / (expected + weight): the posterior mean of a rate under a
Gamma prior (Gelman et al., "Bayesian Data Analysis", ch. 2), discounted with a half-life of 28 days.
"""

from __future__ import annotations

from array import array

DAY_WEIGHT = 200 / 24
WEEK_WEIGHT = 200 / 7
KEEP_DAY = 0.5 ** (1 / 28)  # an hour of the day comes once a day
KEEP_WEEK = 0.5 ** (1 / (28 * 24 / 7))  # a weekday is updated 24 times a week


def _flat(n: int) -> array[float]:
    return array("d", bytes(8 * n))


class Season:
    """Factors by hour of day and by weekday (both in UTC).

    >>> s = Season()
    >>> for _ in range(200): s.update(15, observed=30, expected=10)
    >>> 2.5 < s.factor(15) / s.factor(3) < 3.0
    True
    """

    __slots__ = ("day_expected", "day_seen", "week_expected", "week_seen")

    def __init__(self) -> None:
        self.day_seen, self.day_expected = _flat(24), _flat(24)
        self.week_seen, self.week_expected = _flat(7), _flat(7)

    def update(self, hour: int, observed: float, expected: float) -> None:
        """Take in an hour (since 1970): what came, and what the level without any rhythm expects."""
        h, d = hour % 24, hour // 24 % 7
        by_day = expected * self.factors(hour)[0]
        self.day_seen[h] = self.day_seen[h] * KEEP_DAY + observed
        self.day_expected[h] = self.day_expected[h] * KEEP_DAY + expected
        self.week_seen[d] = self.week_seen[d] * KEEP_WEEK + observed
        self.week_expected[d] = self.week_expected[d] * KEEP_WEEK + by_day

    def factors(self, hour: int, group: tuple[float, float] = (1.0, 1.0)) -> tuple[float, float]:
        """Factors of the hour of the day and of the weekday (0 is Thursday, the day of 1970-01-01)."""
        h, d = hour % 24, hour // 24 % 7
        return (
            (self.day_seen[h] + DAY_WEIGHT * group[0]) / (self.day_expected[h] + DAY_WEIGHT),
            (self.week_seen[d] + WEEK_WEIGHT * group[1]) / (self.week_expected[d] + WEEK_WEIGHT),
        )

    def factor(self, hour: int, group: tuple[float, float] = (1.0, 1.0)) -> float:
        """Factor of an hour since 1970 against the level; `group` are the group's factors of that hour."""
        day, week = self.factors(hour, group)
        return day * week

    def dump(self) -> list[list[float]]:
        """As plain lists."""
        return [list(self.day_seen), list(self.day_expected), list(self.week_seen), list(self.week_expected)]

    @classmethod
    def load(cls, lists: list[list[float]]) -> Season:
        """The inverse of `dump`."""
        season = cls()
        season.day_seen, season.day_expected, season.week_seen, season.week_expected = (
            array("d", numbers) for numbers in lists
        )
        return season
