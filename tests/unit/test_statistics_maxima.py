"""Block maxima: what is exceeded once in so many days is exceeded about as often in a simulation."""

from __future__ import annotations

import random
from math import log

import pytest

from streams.statistics.maxima import BLOCK_DAYS, LOCATION, NEVER, SCALE, Spread, return_days


def gumbel(chance: random.Random, location: float, scale: float) -> float:
    return location - scale * log(chance.expovariate(1))


def test_the_return_period_grows_with_the_score_up_to_its_bound() -> None:
    periods = [return_days(score / 10) for score in range(-50, 300)]
    assert periods == sorted(periods)
    assert periods[0] == pytest.approx(-0.602, abs=0.001), "every block, four a day"
    assert periods[-1] == return_days(1e6) == NEVER


@pytest.mark.parametrize("days", [1.0, 3.0, 10.0, 30.0])
def test_in_simulated_blocks_a_score_is_exceeded_once_in_its_return_period(days: float) -> None:
    chance = random.Random(9)
    score = next(s / 1000 for s in range(-1000, 9000) if 10 ** return_days(s / 1000) >= days)
    blocks = 200_000
    exceeded = sum(gumbel(chance, LOCATION, SCALE) >= score for _ in range(blocks))
    assert exceeded * days / (blocks * BLOCK_DAYS) == pytest.approx(1.0, rel=0.1)


def test_mean_and_spread_of_blocks_are_found_again() -> None:
    chance, spread = random.Random(1), Spread()
    for _ in range(400):
        spread.update(chance.gauss(3.0, 0.5))
    assert spread.mean == pytest.approx(3.0, abs=0.25)
    assert spread.sd == pytest.approx(0.5, abs=0.15)
    assert spread.standardised(spread.mean + 2 * spread.sd) == pytest.approx(2.0)


def test_a_storm_does_not_stay_in_what_is_usual() -> None:
    calm, stormy = Spread(), Spread()
    chance = random.Random(2)
    for number in range(60):
        value = chance.gauss(2.0, 0.3)
        calm.update(value)
        stormy.update(50.0 if number == 30 else value)
    assert stormy.mean < calm.mean + 0.1
    assert stormy.sd < 2 * calm.sd


def test_blocks_that_never_varied_may_vary_yet() -> None:
    spread = Spread()
    for _ in range(100):
        spread.update(1.0)
    assert spread.sd > 0.15
    assert spread.standardised(1.2) < 2


def test_maxima_that_grow_steadily_are_followed() -> None:
    chance, spread = random.Random(2), Spread()
    for block in range(120):
        spread.update(0.02 * block + chance.gauss(0.0, 0.3))
    assert abs(spread.mean + spread.lag - 0.02 * 120) < 0.5 < 0.02 * 120 - spread.mean


@pytest.mark.parametrize("slope", [0.0, -0.02])
def test_maxima_that_do_not_grow_have_no_lag(slope: float) -> None:
    chance, spread = random.Random(3), Spread()
    for block in range(120):
        spread.update(slope * block + chance.gauss(0.0, 0.3))
    assert spread.lag == 0.0
