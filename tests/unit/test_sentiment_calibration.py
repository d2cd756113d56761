"""Probabilities hold, move with the prior, and stay finite."""

from __future__ import annotations

import math

import numpy as np
import pytest

from agents.sentiment import figures
from agents.sentiment.calibration import Platt, Reading, fit_platt, logistic

RANDOM = np.random.default_rng(5)
SUMS = RANDOM.normal(size=20_000)
HITS = (RANDOM.random(20_000) < logistic(1.7 * SUMS - 0.8)).astype(float)


def test_platt_finds_the_line_the_data_came_from() -> None:
    """Within what chance allows."""
    found = fit_platt(SUMS, HITS)
    assert found.slope == pytest.approx(1.7, abs=0.1)
    assert found.offset == pytest.approx(-0.8, abs=0.1)


def test_a_fitted_reading_is_calibrated() -> None:
    """What is promised comes true."""
    assert figures.calibration_error(HITS, fit_platt(SUMS, HITS)(SUMS)) < 0.02
    assert figures.calibration_error(HITS, logistic(SUMS + 2)) > 0.1


def test_separable_data_stay_finite() -> None:
    """Ten clean examples do not make certainty."""
    found = fit_platt(np.arange(10.0), (np.arange(10) >= 5).astype(float))
    assert math.isfinite(found.slope)
    assert 0.01 < found(np.array([0.0]))[0] < 0.3


def test_a_useless_score_is_read_as_the_share() -> None:
    """A model that ranks the wrong way round is not turned, it is ignored."""
    found = fit_platt(-SUMS, HITS)
    assert found.slope == 0
    assert found(np.zeros(1))[0] == pytest.approx(HITS.mean(), abs=0.01)


def test_one_class_only_can_be_fitted() -> None:
    """Nobody is negative: the probability is small, not zero."""
    chances = fit_platt(SUMS[:50], np.zeros(50))(SUMS[:50])
    assert (chances > 0).all()
    assert chances.mean() < 0.1


def test_prior_correction_moves_the_odds_by_the_ratio_of_priors() -> None:
    """From 20 % negative to 50 % the odds of each text grow fourfold."""
    reading = Reading(negative=Platt(1.0, 0.0), negative_share=0.2)
    before = reading.negative(np.array([0.3]))[0]
    after = reading.corrected(0.5).negative(np.array([0.3]))[0]
    assert after / (1 - after) == pytest.approx(4 * before / (1 - before))
    assert reading.corrected(None) is reading


def test_a_label_is_the_side_further_above_its_cut() -> None:
    """Neutral where neither side reaches its own; lower cuts give more labels."""
    negative, positive = np.array([-0.5, -2.0, 1.0, 1.0]), np.array([-3.0, 0.5, 2.0, -1.0])
    assert Reading().choose(negative, positive).tolist() == [1, 2, 2, 0]
    assert Reading(negative_cut=-1.0).choose(negative, positive).tolist() == [0, 2, 0, 0]


def test_area_counts_ordered_pairs() -> None:
    """Against the plain definition, ties as half."""
    hits, scores = np.array([1.0, 0, 1, 0, 1]), np.array([3.0, 1, 2, 2, 0])
    pairs = [(a > b) + (a == b) / 2 for a in scores[hits > 0] for b in scores[hits == 0]]
    assert figures.area(hits, scores) == pytest.approx(np.mean(pairs))


def test_average_precision_of_a_perfect_order_is_one() -> None:
    """And less where a miss comes first."""
    assert figures.average_precision(np.array([1.0, 1, 0]), np.array([3.0, 2, 1])) == 1
    assert figures.average_precision(np.array([0.0, 1]), np.array([3.0, 2])) == 0.5


def test_macro_f1_is_the_mean_over_classes() -> None:
    """By hand: 1, 4/5 and 0."""
    truth, given = np.array([0, 1, 1, 2]), np.array([0, 1, 1, 1])
    assert figures.macro_f1(truth, given) == pytest.approx((1 + 0.8 + 0) / 3)
