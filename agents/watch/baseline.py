"""What is usual for a topic: level, rhythm, exposure, over-dispersion, negative share.

Learnt from closed hours only. Levels are Gamma-Poisson posterior means with exponential forgetting: a
fast one (half-life three days) and a slow one (sixty), the fast one trusted in so far as it rests on
about ten mentions. Storms are winsorised, and an open incident freezes the level for a day at most.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from agents.watch.volume import Volume
from streams.statistics.season import Season
from streams.statistics.share import variance
from streams.statistics.surprise import quantile
from streams.windows import HOUR_MINUTES

FAST, SLOW = 0.5 ** (1 / 72), 0.5 ** (1 / 1440)
SHARE_KEEP = 0.5 ** (1 / 336)  # an hour with voices
PRIOR_EVENTS, PRIOR_MINUTES = 1.5, 60.0
TRUSTED_EVENTS = 10.0
LEARNING_HOURS = 7 * 24
FANO_PRIOR, FANO_WEIGHT = 1.3, 5.0
ALPHA_PRIOR, ALPHA_MEMORY = 0.3, 168.0
SCATTER_WEIGHT, SCATTER_VOICES = 24.0, 20.0
WILDEST = 9.0  # square of standard deviations that one hour may teach


class Expectation(NamedTuple):
    """What is usual in an hour: the rhythm's factor, the exposure, and negative mentions a minute."""

    factor: float
    exposure: float
    rate: float


class Baseline:
    """The usual negative mentions of one topic. Rates are per minute of usual exposure."""

    __slots__ = (
        "alpha", "correlated_hours", "fano_mean", "fano_square", "fast_events", "fast_minutes", "hours",
        "raw_level", "scatter_hours", "scatter_sum", "season",
        "share_all", "share_negative", "slow_events", "slow_minutes",
    )  # fmt: skip

    def __init__(self) -> None:
        self.fast_events = self.fast_minutes = 0.0
        self.slow_events = self.slow_minutes = 0.0
        self.season = Season()
        self.alpha = ALPHA_PRIOR
        self.fano_square = self.fano_mean = 0.0
        self.share_negative = self.share_all = 0.0
        self.scatter_sum = self.scatter_hours = 0.0
        self.raw_level = 0.0  # all mentions an hour, for the exposure of the others
        self.hours = 0
        self.correlated_hours = 1.0  # hours that move as one, in a series of wide bins

    @property
    def learning(self) -> bool:
        """Less than seven days of history."""
        return self.hours < LEARNING_HOURS

    @property
    def level(self) -> float:
        """Negative mentions a minute, rhythm and exposure taken out."""
        slow = (self.slow_events + PRIOR_EVENTS) / (self.slow_minutes + PRIOR_MINUTES)
        trusted = TRUSTED_EVENTS / slow
        return (self.fast_events + TRUSTED_EVENTS) / (self.fast_minutes + trusted)

    @property
    def fano(self) -> float:
        """Variance-to-mean ratio of hourly counts, at least 1."""
        ratio = (self.fano_square + FANO_PRIOR * FANO_WEIGHT) / (self.fano_mean + FANO_WEIGHT)
        return max(1.0, ratio) * self.correlated_hours

    def share(self, volume: Volume) -> float:
        """Usual negative share of the topic's voices, shrunk to what is told for all."""
        return (self.share_negative + 10 * volume.share) / (self.share_all + 10)

    @property
    def scatter(self) -> float:
        """By how much the share varies from hour to hour against what `variance` says; about 1 where posts
        are surely negative or not, less where the scorer is unsure of each."""
        return (self.scatter_sum + SCATTER_WEIGHT) / (self.scatter_hours + SCATTER_WEIGHT)

    def factor(self, hour: int, volume: Volume) -> float:
        """How this hour of day and week stands against the level."""
        return self.season.factor(hour, volume.rhythm(hour))

    def expect(self, hour: int, volume: Volume, all_count: float, own_count: float) -> Expectation:
        """What is usual in an hour, given how many mentions all and this topic had in it."""
        factor = self.factor(hour, volume)
        usual = volume.usual(hour) - self.raw_level * factor
        exposure = volume.residual(all_count - own_count, usual)
        return Expectation(factor, exposure, self.level * factor * exposure)

    def usual_range(self, mean: float, deviations: float = 1.645) -> tuple[float, float]:
        """Where nine in ten hours lie."""
        return quantile(mean, self.alpha, -deviations), quantile(mean, self.alpha, deviations)

    def learn(
        self, hour: int, counts: tuple[int, int, float], expected: Expectation, volume: Volume, frozen: bool
    ) -> None:
        """Take in a closed hour: raw mentions, voices, negative mass; frozen, it teaches volume only."""
        raw, voices, negative = counts
        self.hours += 1
        self.raw_level += max(1 / self.hours, 1 - FAST) * (raw - self.raw_level)
        if frozen:
            return
        mean = expected.rate * HOUR_MINUTES
        limit = mean + 4 * sqrt(mean + self.alpha * mean * mean) + 1
        learnt = negative if self.hours <= 24 else min(negative, limit)
        self._learn_dispersion(learnt, mean)
        self.season.update(hour, learnt, self.level * HOUR_MINUTES * expected.exposure)
        self._learn_level(learnt, HOUR_MINUTES * expected.factor * expected.exposure)
        if voices:
            self._learn_share(learnt, voices * (learnt / negative if negative else 1), volume)

    def _learn_share(self, negative: float, voices: float, volume: Volume) -> None:
        if self.share_all >= SCATTER_VOICES:
            usual = self.share(volume)
            square = (negative - voices * usual) ** 2 / variance(voices, usual)
            self.scatter_sum = self.scatter_sum * SHARE_KEEP + min(WILDEST, square)
            self.scatter_hours = self.scatter_hours * SHARE_KEEP + 1
        self.share_negative = self.share_negative * SHARE_KEEP + negative
        self.share_all = self.share_all * SHARE_KEEP + voices

    def _learn_level(self, events: float, minutes: float) -> None:
        self.fast_events = self.fast_events * FAST + events
        self.fast_minutes = self.fast_minutes * FAST + minutes
        self.slow_events = self.slow_events * SLOW + events
        self.slow_minutes = self.slow_minutes * SLOW + minutes

    def _learn_dispersion(self, count: float, mean: float) -> None:
        if self.hours <= 6:
            return  # the level itself is still unknown
        square = (count - mean) ** 2
        self.fano_square = self.fano_square * SLOW + square
        self.fano_mean = self.fano_mean * SLOW + mean
        if mean >= 0.5:
            sample = min(4.0, max(0.0, (square - mean) / (mean * mean)))
            self.alpha += (sample - self.alpha) / ALPHA_MEMORY * min(1.0, mean)

    def dump(self) -> list[object]:
        """As a plain list."""
        return [
            self.season.dump() if name == "season" else getattr(self, name) for name in sorted(self.__slots__)
        ]

    @classmethod
    def load(cls, parts: list[object]) -> Baseline:
        """The inverse of `dump`."""
        baseline = cls()
        for name, value in zip(sorted(cls.__slots__), parts, strict=True):
            setattr(baseline, name, Season.load(value) if name == "season" else value)  # type: ignore[arg-type]
        return baseline
