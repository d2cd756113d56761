"""How the rule about threads is fitted: what is counted, and that the fit finds what tells."""

from __future__ import annotations

import numpy as np
import pytest

from agents.bench import thread_parts
from agents.bench.cascades import Traced
from agents.bench.thread_fit import START, Moments, fitted, moments, odds

TWO = np.array([0, 2, 3])  # where three cascades begin among five minutes


def judged(features: list[list[float]]) -> Moments:
    """Three cascades: a large one whose second minute comes after half of it, and two others, one large."""
    return Moments(
        np.array(features), TWO, np.array([True, False, True]), np.array([True, False, True, True, False])
    )


def test_a_score_after_half_of_a_large_thread_raises_no_recall_but_costs_precision() -> None:
    before, late = judged([[9.0], [0.0], [1.0], [8.0], [0.0]]), judged([[0.0], [9.0], [1.0], [8.0], [0.0]])
    every = np.arange(3)
    assert before.precision(np.ones(1), every) == 1.0
    assert late.precision(np.ones(1), every) < 0.7


def test_the_precision_is_that_of_the_cascades_asked_for() -> None:
    """The small one scores highest of all: alone with one large one, one alert in two is a mistake."""
    found = judged([[5.0], [0.0], [9.0], [8.0], [0.0]])
    assert found.precision(np.ones(1), np.array([0, 2])) == 1.0
    assert found.precision(np.ones(1), np.array([0, 1])) == pytest.approx(0.5)


def test_moments_end_where_a_cascade_is_small_and_know_its_half() -> None:
    found = moments({"slow": [60.0 * n for n in range(40)], "large": [6.0 * n for n in range(600)]}, 500)
    assert found.large.tolist() == [False, True]
    first, second = found.starts
    assert first == 0
    large = found.early[second:]
    assert large[0]
    assert not large[-1]
    speed = found.features[:, 0]
    assert speed[second:].max() > speed[:second].max()


def test_the_fit_finds_the_feature_that_tells() -> None:
    chance = np.random.default_rng(5)
    large = np.arange(120) < 40
    features = chance.normal(size=(120, 4))
    features[:, 1] += 8 * large
    one = Moments(features, np.arange(120), large, np.ones(120, bool))
    every = np.arange(120)
    assert one.precision(START, every) < 0.9
    assert one.precision(fitted([one], every, chance), every) > 0.99


def test_odds_are_those_observed() -> None:
    scores = np.repeat([0.0, 1.0], 100)
    large = np.array(([True] * 20 + [False] * 80) + ([True] * 80 + [False] * 20))
    constant, slope = odds(scores, large)
    assert constant == pytest.approx(np.log(20 / 80))
    assert constant + slope == pytest.approx(np.log(80 / 20))


def test_a_row_says_how_sure_precision_and_recall_are() -> None:
    loud = [Traced(f"{n}", 600, 30.0, ((10, 9.0),)) for n in range(190)]
    silent = [Traced(f"s{n}", 600, 30.0, ()) for n in range(10)]
    small = [Traced(f"t{n}", 60, 30.0, ((10, 9.0),)) for n in range(50)]
    row = next(iter(thread_parts.thread_rows([("rule", [*loud, *silent, *small])])))
    for figure, about in (("precision", 190 / 240), ("recall", 0.95)):
        low, high = row[f"{figure}_interval"]  # type: ignore[misc]
        assert low < row[figure] < high  # type: ignore[has-type]
        assert row[figure] == pytest.approx(about, abs=0.05)
