"""Each running statistic against the plain truth: a direct loop over all that came, or a simulation."""

from __future__ import annotations

import random
from math import exp, isclose, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.statistics.cascade import (
    SUBCRITICAL,
    TAUS,
    WEIGHTS,
    decayed,
    expected_within_day,
    folded,
    reproduction,
)
from streams.statistics.cusum import CAP, FACTORS, advanced, evidence
from streams.statistics.season import DAY_WEIGHT, WEEK_WEIGHT, Season
from streams.statistics.share import risen
from streams.statistics.surprise import quantile, stabilised, surprise

STEADY = settings(derandomize=True, max_examples=100, deadline=None)
NOTHING = [0.0] * len(TAUS)
events = st.dictionaries(st.integers(0, 600), st.floats(0.1, 40), max_size=30).map(
    lambda d: sorted(d.items())
)
means = st.floats(0.05, 500)
alphas = st.one_of(st.just(0.0), st.floats(1e-5, 2))


def close(a: float, b: float) -> bool:
    return isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


# cascade


@STEADY
@given(events, st.integers(601, 2000))
def test_decayed_sums_are_those_of_a_direct_loop(counts: list[tuple[int, float]], end: int) -> None:
    sums, _ = folded(NOTHING, 0, end, counts)
    for tau, found in zip(TAUS, sums, strict=True):
        assert close(found, sum(n * exp(-(end - m) / tau) for m, n in counts))


@STEADY
@given(events, st.integers(601, 2000))
def test_the_pressure_is_what_a_reproduction_of_one_would_have_brought(
    counts: list[tuple[int, float]], end: int
) -> None:
    """Each event brings, until `end`, its weight times the share of each exponential that is over."""
    _, pressure = folded(NOTHING, 0, end, counts)
    brought = (
        n * w * (1 - exp(-(end - m) / t)) for m, n in counts for w, t in zip(WEIGHTS, TAUS, strict=True)
    )
    assert close(pressure, sum(brought))


@STEADY
@given(events, st.integers(0, 600))
def test_folding_in_two_pieces_is_folding_at_once(counts: list[tuple[int, float]], cut: int) -> None:
    whole, pressure = folded(NOTHING, 0, 700, counts)
    half, first = folded(NOTHING, 0, cut, [c for c in counts if c[0] < cut])
    rest, second = folded(half, cut, 700, [c for c in counts if c[0] >= cut])
    assert all(close(a, b) for a, b in zip(whole, rest, strict=True))
    assert close(pressure, first + second)


@pytest.mark.parametrize(("count", "pressure"), [(0, 0.0), (3, 4.0), (40, 25.0), (400, 800.0)])
def test_nine_in_ten_draws_of_the_posterior_lie_in_the_interval_of_r(count: int, pressure: float) -> None:
    chance = random.Random(5)
    mean, low, high = reproduction(count, pressure)
    draws = [chance.gammavariate(1.6 + count, 1 / (2.0 + pressure)) for _ in range(20_000)]
    assert abs(sum(draws) / len(draws) - mean) < 0.02 * mean + 0.005
    assert 0.04 < sum(d < low for d in draws) / len(draws) < 0.06
    assert 0.04 < sum(d > high for d in draws) / len(draws) < 0.06


def test_r_is_found_again_in_a_simulated_cascade() -> None:
    """Posts bring 0.7 further ones each by the kernel; the interval holds the truth nine in ten times."""
    chance, kernel = random.Random(3), sum(WEIGHTS)
    held = 0
    for _ in range(120):
        counts = sorted(simulated(chance, 0.7, kernel).items())
        _, pressure = folded(NOTHING, 0, 6000, counts)
        _, low, high = reproduction(sum(n for _, n in counts) - 30, pressure)
        held += low <= 0.7 <= high
    assert 96 <= held <= 118


def simulated(chance: random.Random, r: float, kernel: float) -> dict[int, int]:
    """Thirty first posts and what they bring before minute 6000, with their children's children."""
    found: dict[int, int] = {}
    todo = [0.0] * 30
    while todo:
        at = todo.pop()
        if at < 6000:
            found[int(at)] = found.get(int(at), 0) + 1
            children = sum(chance.random() < r * kernel / 20 for _ in range(20))
            todo += [at + chance.expovariate(1 / chance.choices(TAUS, WEIGHTS)[0]) for _ in range(children)]
    return found


@STEADY
@given(st.lists(st.floats(0, 1000), min_size=5, max_size=5), st.floats(0, 5), st.floats(0, 5))
def test_a_forecast_grows_with_r_and_always_ends(sums: list[float], r: float, more: float) -> None:
    small, large = expected_within_day(sums, r), expected_within_day(sums, r + more)
    assert 0 <= small <= large + 1e-9
    assert large <= (r + more) * sum(sums) / (1 - SUBCRITICAL) + 1e-9


def test_sums_decay_to_nothing() -> None:
    assert max(decayed([100.0] * 5, 200_000)) < 1e-9


# cusum


def direct(steps: list[tuple[float, float]], factor: float, fano: float) -> float:
    """The sum for one factor, as Page wrote it."""
    total = 0.0
    for count, mean in steps:
        total = min(CAP, max(0.0, total - mean / fano * (factor - 1)) + count / fano * log(factor))
    return total


@STEADY
@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0, 5)), max_size=40), st.floats(1, 8))
def test_the_cusum_of_each_factor_is_that_of_a_direct_loop(
    steps: list[tuple[float, float]], fano: float
) -> None:
    sums = [0.0] * len(FACTORS)
    for count, mean in steps:
        sums = advanced(sums, count, mean, fano)
    assert all(close(s, direct(steps, f, fano)) for s, f in zip(sums, FACTORS, strict=True))
    assert close(evidence(sums), max(0.0, log(sum(exp(s) for s in sums) / len(sums))))


def test_in_quiet_topics_chance_crosses_the_evidence_about_as_often_as_stated() -> None:
    """A mention in 100 minutes, two looks a mention: ln(1000) once in 1,000 looks, within a factor of 5."""
    chance, crossed, sums = random.Random(2), 0, [0.0] * len(FACTORS)
    mentions, stated = 40_000, 1000
    for _ in range(mentions):
        sums = advanced(sums, 0.0, 0.01 * (1 + int(chance.expovariate(0.01))), 1.0)
        sums = advanced(sums, 1.0, 0.0, 1.0)
        if evidence(sums) > log(stated):
            crossed, sums = crossed + 1, [0.0] * len(FACTORS)
    assert crossed < 5 * 2 * mentions / stated
    assert crossed > 0.2 * 2 * mentions / stated


def poisson(chance: random.Random, mean: float) -> int:
    count, left = 0, chance.expovariate(1)
    while left < mean:
        count, left = count + 1, left + chance.expovariate(1)
    return count


# surprise


@STEADY
@given(means, alphas, st.floats(-3, 6))
def test_the_surprise_of_a_quantile_is_its_deviations(mean: float, alpha: float, deviations: float) -> None:
    count = quantile(mean, alpha, deviations)
    assert count >= 0
    if count > 0:
        assert isclose(surprise(count, mean, alpha), deviations, rel_tol=1e-6, abs_tol=1e-6)


@STEADY
@given(means, alphas, st.floats(0, 500), st.floats(0.01, 100))
def test_more_is_more_surprising(mean: float, alpha: float, count: float, more: float) -> None:
    assert surprise(count + more, mean, alpha) > surprise(count, mean, alpha)


@pytest.mark.parametrize("alpha", [0.0, 0.1, 0.5])
def test_the_transformed_count_has_a_standard_deviation_of_about_one(alpha: float) -> None:
    chance, mean = random.Random(4), 30.0
    rates = [mean * chance.gammavariate(1 / alpha, alpha) if alpha else mean for _ in range(4000)]
    values = [stabilised(poisson(chance, rate), alpha) for rate in rates]
    middle = sum(values) / len(values)
    assert 0.85 < (sum((v - middle) ** 2 for v in values) / len(values)) ** 0.5 < 1.15


# share


@STEADY
@given(st.integers(0, 200), st.integers(1, 200), st.floats(0, 1))
def test_more_complaint_in_as_much_talk_never_unsays_a_rise(part: int, whole: int, usual: float) -> None:
    part = min(part, whole)
    if risen(part, whole, usual):
        assert risen(min(whole, part + 1), whole, usual)


def test_a_usual_share_that_wanders_is_called_risen_about_one_time_in_twenty() -> None:
    chance = random.Random(6)
    shares = (chance.betavariate(0.3 * 32, 0.7 * 32) for _ in range(4000))  # correlation 1 / 33
    said = sum(risen(sum(chance.random() < share for _ in range(60)), 60, 0.3) for share in shares)
    assert 0.03 < said / 4000 < 0.07


def test_where_the_share_has_varied_little_a_small_rise_is_one() -> None:
    assert not risen(25, 60, 0.3)
    assert risen(25, 60, 0.3, scatter=0.25)


def test_a_stream_of_nothing_but_complaint_cannot_rise_and_is_let_through() -> None:
    assert risen(1, 1, 0.97)


# season


def test_factors_without_data_are_those_of_the_group() -> None:
    season = Season()
    assert season.factors(12345) == (1.0, 1.0)
    assert season.factors(12345, (2.0, 0.5)) == (2.0, 0.5)


def test_a_factor_is_the_shrunk_ratio_of_what_came_to_what_was_expected() -> None:
    season = Season()
    season.update(15, observed=80.0, expected=10.0)
    day, week = season.factors(15)
    assert close(day, (80 + DAY_WEIGHT) / (10 + DAY_WEIGHT))
    assert close(week, (80 + WEEK_WEIGHT) / (10 + WEEK_WEIGHT))
    assert season.factors(16 + 24 * 7)[0] == 1.0, "other hours learn nothing"
    assert season.factors(15 + 24)[1] == 1.0, "other weekdays learn nothing"


def test_a_rhythm_of_day_and_week_is_found_again() -> None:
    """Twice as much by day as at night, half on Saturdays: thirteen weeks tell within a sixth."""
    season = Season()
    for hour in range(13 * 7 * 24):
        season.update(hour, 20.0 * shape(hour) / MEAN_SHAPE, 20.0)
    for hour in range(7 * 24):
        assert season.factor(hour) == pytest.approx(shape(hour) / MEAN_SHAPE, rel=1 / 6), hour


def shape(hour: int) -> float:
    return (2.0 if 8 <= hour % 24 < 20 else 1.0) * (0.5 if hour // 24 % 7 == 2 else 1.0)


MEAN_SHAPE = sum(shape(hour) for hour in range(7 * 24)) / (7 * 24)


def test_an_old_rhythm_is_forgotten() -> None:
    season = Season()
    for day in range(60):
        season.update(day * 24 + 3, 60.0, 20.0)
    for day in range(60, 260):
        season.update(day * 24 + 3, 20.0, 20.0)
    assert season.factors(3)[0] == pytest.approx(1.0, abs=0.05)


def test_a_season_comes_back_as_it_was_written() -> None:
    season = Season()
    season.update(40, 3.0, 2.0)
    assert Season.load(season.dump()).dump() == season.dump()
