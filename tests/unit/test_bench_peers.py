"""The peers of the benchmark do what their papers say, and are judged as fairly as the engine."""

from __future__ import annotations

import random
from math import lgamma
from statistics import fmean, pstdev

import numpy as np
import pytest

from agents.bench import contest
from agents.bench.contest import Faced, Trial
from agents.bench.peers import DAY_BINS, Kleinberg, Level, Macd, SigniTrend, TrailingZ
from agents.bench.places import Storm
from agents.bench.robust_peers import Spot, log_gamma


def calm(days: float, seed: int = 1) -> list[float]:
    """Counts around four a bin."""
    chance = random.Random(seed)
    return [float(sum(chance.random() < 0.4 for _ in range(10))) for _ in range(round(days * DAY_BINS))]


@pytest.mark.parametrize("name", sorted(contest.every_peer()))
def test_every_peer_finds_ten_times_the_usual_more_unusual_than_the_days_before(name: str) -> None:
    peer = contest.every_peer()[name]()
    scores = [peer.score(number, count) for number, count in enumerate(calm(9))]
    burst = [peer.score(len(scores) + number, 40.0) for number in range(36)]
    assert max(burst) > max(scores[8 * DAY_BINS :])


def test_the_trailing_z_score_is_that_of_the_bins_before() -> None:
    peer, values = TrailingZ(0.05), calm(0.2)
    given = [peer.score(number, count) for number, count in enumerate(values)]
    kept = round(0.05 * DAY_BINS)
    for number in range(kept, len(values)):
        before = values[number - kept : number]
        expected = (values[number] - fmean(before)) / (pstdev(before) ** 2 + 0.25) ** 0.5
        assert given[number] == pytest.approx(expected)


def test_a_level_is_a_plain_mean_until_it_has_seen_enough() -> None:
    level = Level(1e9)
    for value in (1.0, 5.0, 3.0):
        level.update(value)
    assert (level.mean, level.var) == (pytest.approx(3.0), pytest.approx(8 / 3))


def test_a_rare_word_is_not_significant_at_its_first_mention() -> None:
    assert SigniTrend(bias=1.0).score(0, 1.0) == 0.0


def test_averages_that_agree_show_no_trend() -> None:
    peer = Macd()
    assert [peer.score(number, 5.0) for number in range(50)][-1] == pytest.approx(0.0)


def test_the_burst_state_gains_the_log_likelihood_ratio_and_never_owes() -> None:
    peer = Kleinberg(factor=2.0)
    peer.level.mean = 1.0
    peer.level.seen = 10**9
    assert peer.score(0, 0.0) == 0.0
    assert peer.score(1, 4.0) == pytest.approx(4 * 0.6931 - 1, abs=0.01)


def test_spot_says_nothing_for_a_week_and_then_the_rarer_the_higher() -> None:
    peer = Spot()
    assert {peer.score(number, count) for number, count in enumerate(calm(6.9))} == {0.0}
    for number, count in enumerate(calm(2, seed=2)):
        peer.score(number, count)
    high, higher = peer.score(0, 15.0), peer.score(0, 25.0)
    assert 0 < high < higher


def test_stirling_is_near_enough() -> None:
    for x in (1.0, 1.5, 7.0, 300.0):
        assert log_gamma(np.array([x]))[0] == pytest.approx(lgamma(x), abs=1e-6)


def trial(scores: list[float], records: tuple[tuple[float, float], ...] = (), clean: bool = True) -> Trial:
    storm = Storm(0.0, "crisis:x", 1.0, [60.0 * n for n in range(40)], "s")
    size = len(scores)
    return Trial("p", "b", np.array(scores), np.array([clean] * size), (Faced(storm, records),))


def test_two_pages_lie_a_day_apart() -> None:
    scores = [0.0] * 1000
    for place in (10, 11, 200, 299):
        scores[place] = 5.0
    assert trial(scores).false_pages(5.0) == 2
    assert trial(scores, clean=False).false_pages(5.0) == 0


def test_the_lowest_threshold_that_keeps_the_budget_is_taken() -> None:
    scores = [0.0] * (30 * DAY_BINS)
    for day, height in enumerate((3.0, 4.0, 5.0, 6.0)):
        scores[day * 2 * DAY_BINS + 5] = height
    assert contest.tuned([trial(scores)], 2.1) == 5.0
    assert contest.tuned([trial(scores)], 0.1) > 6.0


def test_a_page_after_half_of_the_storm_is_none() -> None:
    early = trial([0.0], ((300.0, 4.0),)).outcome(4.0).injections[0]
    late = trial([0.0], ((1500.0, 4.0),)).outcome(4.0).injections[0]
    assert (early.lead_s, early.mentions) == (900.0, 5)
    assert late.lead_s is None
