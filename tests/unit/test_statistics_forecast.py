"""The forecast of a conversation's size: sane at every age, and right where a cascade is simulated."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.statistics.cascade import TAUS, folded
from streams.statistics.forecast import Forecast, final_size, size_in_a_day

STEADY = settings(derandomize=True, max_examples=200, deadline=None)


def sums_of(minutes: list[int], now: int) -> list[float]:
    return folded([0.0] * len(TAUS), 0, now, [(m, 1.0) for m in sorted(minutes)])[0]


@STEADY
@given(st.lists(st.integers(0, 2999), min_size=1, max_size=200), st.integers(1, 3000))
def test_a_forecast_holds_what_has_come_and_its_interval_holds_it(minutes: list[int], now: int) -> None:
    seen = [m for m in minutes if m < now]
    for forecast in (final_size, size_in_a_day):
        expected, low, high = forecast(len(seen), sums_of(seen, now), now)
        assert len(seen) <= low <= expected <= high


def test_nothing_promises_nothing() -> None:
    assert final_size(0, [0.0] * len(TAUS), 60) == Forecast(0.0, 0.0, 0.0)


def test_what_runs_promises_more_than_what_has_run() -> None:
    running, over = sums_of(list(range(30, 60)), 60), sums_of(list(range(30)), 60)
    assert final_size(30, running, 60).expected > 1.5 * final_size(30, over, 60).expected


def test_what_fell_silent_is_not_expected_to_grow() -> None:
    chance = random.Random(1)
    minutes = [int(chance.expovariate(1 / 20)) for _ in range(300)]
    assert final_size(300, sums_of(minutes, 1440), 1440).expected < 310


def test_a_day_brings_no_more_than_a_week_does() -> None:
    for age in (15, 60, 240):
        minutes = list(range(0, age, 2))
        sums = sums_of(minutes, age)
        assert size_in_a_day(len(minutes), sums, age).expected <= final_size(len(minutes), sums, age).expected
