"""The detector over bare counts: a jump pages once, rhythm and quiet do not."""

from __future__ import annotations

import random
from math import pi, sin

import pytest

from agents.watch.policy import WatchPolicy
from agents.watch.series import SeriesWatch

START = 29_541_600
DAYS = 21


def judged(values: list[float], minutes: int = 60, **policy: float) -> list[int]:
    """Places of the bins that page."""
    watch = SeriesWatch(WatchPolicy.model_validate(policy), minutes)
    verdicts = [watch.judge(START + minutes * n, value) for n, value in enumerate(values)]
    return [n for n, verdict in enumerate(verdicts) if verdict.page]


def daily(level: float, seed: int = 1, minutes: int = 60) -> list[float]:
    """Counts with day and night."""
    chance, bins = random.Random(seed), 1440 // minutes
    means = (level * (1 + 0.7 * sin(2 * pi * n / bins)) for n in range(DAYS * bins))
    return [max(0.0, round(chance.gauss(mean, mean**0.5))) for mean in means]


@pytest.mark.parametrize("level", [3, 30, 300])
def test_a_rhythm_pages_hardly_ever(level: float) -> None:
    assert sum(len(judged(daily(level, seed))) for seed in range(4)) <= 3


@pytest.mark.parametrize(("level", "minutes"), [(3, 60), (30, 60), (300, 60), (5, 5)])
def test_a_jump_pages_at_once_and_only_once_a_day(level: float, minutes: int) -> None:
    values = daily(level, minutes=minutes)
    jump = 15 * 1440 // minutes
    hours = 60 // minutes
    for n in range(jump, jump + 6 * hours):
        values[n] = 12 * level
    pages = [n for n in judged(values, minutes) if n >= jump - 1]
    assert jump <= pages[0] <= jump + hours
    assert all(n >= pages[0] + 24 * hours for n in pages[1:])


def test_nothing_pages_in_the_first_day() -> None:
    assert judged([0.0] * 12 + [500.0] * 6) == []


def test_a_series_of_nothing_says_nothing() -> None:
    assert judged([0.0] * 24 * DAYS) == []


def test_each_verdict_hangs_on_the_past_alone() -> None:
    values = daily(20)
    cut = 10 * 24
    watch, short = SeriesWatch(WatchPolicy(), 60), SeriesWatch(WatchPolicy(), 60)
    whole = [watch.judge(START + 60 * n, v) for n, v in enumerate(values)]
    assert [short.judge(START + 60 * n, v) for n, v in enumerate(values[:cut])] == whole[:cut]
