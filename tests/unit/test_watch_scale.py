"""What the low-volume channel makes of posts: evidence against what came lately."""

from __future__ import annotations

import random
from math import log10

import pytest

from agents.watch.scale import RECENT_FREE, LowVolume, low_volume_days
from streams.statistics.cusum import evidence

RATE = 1 / 60  # a post an hour
HOURS = 48


def spread_out(an_hour: int, hours: int) -> list[tuple[int, float]]:
    return [(60 // an_hour * n, 1.0) for n in range(an_hour * hours)]


def test_a_rate_that_has_been_high_for_hours_is_no_news() -> None:
    """Ten an hour where one is usual: two days later nothing of it speaks for a threefold rise any more."""
    counts = spread_out(10, HOURS)
    soon = LowVolume(0).run(120, counts[:20], RATE, 1.0)[0]
    late = LowVolume(0).run(60 * HOURS, counts, RATE, 1.0)[0]
    assert soon[2] > 5
    assert not any(late[2:])


def test_a_jump_above_what_came_lately_is_news() -> None:
    counts = [*spread_out(10, 12), *((720 + n, 2.0) for n in range(30))]
    before = LowVolume(0).run(720, counts[:120], RATE, 1.0)[0]
    after = LowVolume(0).run(750, counts, RATE, 1.0)[0]
    assert evidence(after) > evidence(before) + 20


def test_the_first_posts_are_not_expected_to_go_on() -> None:
    """Vastaamo's fourth headline pages: what is expected of a silent topic stays with the first few."""
    low, lone = LowVolume(0), LowVolume(0)
    low.recent, lone.recent = RECENT_FREE, 0.0
    assert low.run(500, [], RATE, 1.0)[0] == lone.run(500, [], RATE, 1.0)[0]
    for one in (low, lone):
        one.wait(600, RATE)
    assert low.pending == lone.pending == pytest.approx(600 * RATE)


def test_folding_hours_where_nothing_came_changes_nothing() -> None:
    whole, parts = LowVolume(0), LowVolume(0)
    whole.recent = parts.recent = 40.0
    expected, _, recent = whole.run(300, [], RATE, 1.0)
    for hour in range(60, 301, 60):
        parts.wait(hour, RATE)
    assert parts.recent == pytest.approx(recent)
    assert parts.run(300, [], RATE, 1.0)[0] == pytest.approx(expected)


def test_what_paged_is_forgotten_and_what_came_lately_is_not() -> None:
    low = LowVolume(0)
    sums, mass, recent = low.run(30, [(n, 1.0) for n in range(20)], RATE, 1.0)
    assert any(sums)
    assert mass == 20
    low.reset(30, recent)
    assert not any(low.sums)
    assert low.recent == recent > 15


@pytest.mark.parametrize("an_hour", [0.2, 0.5, 2.0])
def test_chance_crosses_the_threshold_of_a_month_hardly_ever(an_hour: float) -> None:
    """Thirty months of Poisson posts whose usual rate is known: at most about one crossing a month."""
    chance, low, crossings, minute = random.Random(int(an_hour * 10)), LowVolume(0), 0, 0.0
    while minute < 30 * 30.44 * 1440:
        minute += chance.expovariate(an_hour / 60)
        sums, mass, recent = low.run(int(minute) + 1, [(int(minute), 1.0)], an_hour / 60, 1.3)
        low.close(int(minute) + 1, sums, mass, recent)
        if low_volume_days(sums, an_hour * 24) >= 1.48:
            crossings += 1
            low.reset(int(minute) + 1, recent)
    assert crossings <= 30


def test_the_busier_a_topic_the_more_often_chance_is_tried() -> None:
    sums = [20.0] * 7
    assert low_volume_days(sums, 0.1) == low_volume_days(sums, 0.2) > low_volume_days(sums, 5)
    assert low_volume_days(sums, 5) - low_volume_days(sums, 10) == pytest.approx(log10(2))
    assert low_volume_days(sums, 100) == low_volume_days(sums, 1000)
