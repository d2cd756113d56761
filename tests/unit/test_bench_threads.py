"""Threads of the benchmark: which grow large, how large, against cases computed by hand."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from agents.bench import cascades, sizes, thread_parts
from agents.bench.cascades import Traced
from agents.bench.thread_rules import RULES, kernel_integral, minutes_of, seismic_size, velocity
from streams.statistics.forecast import Forecast


def traced(size: int, half: float, *records: tuple[int, float]) -> Traced:
    return Traced(f"{size}{half}", size, half, records)


def test_an_alert_is_the_first_minute_at_the_threshold() -> None:
    assert traced(9, 5.0, (1, 2.0), (3, 8.0)).alert(7.0) == 3
    assert traced(9, 5.0, (1, 2.0)).alert(7.0) is None


def test_late_alerts_and_alerts_on_small_cascades_are_mistakes() -> None:
    early, late, small, silent = (
        traced(600, 30.0, (10, 9.0)),
        traced(600, 30.0, (40, 9.0)),
        traced(100, 30.0, (10, 9.0)),
        traced(600, 30.0, (10, 1.0)),
    )
    judged = cascades.quality([early, late, small, silent], 5.0)
    assert (judged.precision, judged.recall) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert (judged.minutes, judged.lead_minutes) == (10, 20.0)


def test_the_threshold_with_most_recall_at_the_precision_is_taken() -> None:
    found = [traced(600, 30.0, (10, score)) for score in (9.0, 8.0, 3.0)] + [traced(50, 9.0, (1, 5.0))]
    assert cascades.tuned(found, 1.0) == 8.0
    assert cascades.tuned(found, 0.7) == 3.0
    assert cascades.tuned([traced(50, 9.0, (1, 5.0))], 0.7) is None


def test_minutes_without_a_post_are_left_out() -> None:
    assert list(minutes_of([0.0, 30.0, 200.0])) == [(0, 2, 2), (3, 1, 3)]


def test_velocity_forgets() -> None:
    assert list(velocity(15.0)([0.0, 1.0, 15 * 60.0])) == [(1, 2.0), (16, pytest.approx(2 * exp(-1) + 1))]


@pytest.mark.parametrize("rule", ["shipped forecast", "velocity, 2 hours", "size"])
def test_a_rule_finds_ten_times_the_posts_more_serious(rule: str) -> None:
    few, many = ([float(n) * gap for n in range(count)] for count, gap in ((20, 60), (200, 6)))
    assert max(score for _, score in RULES[rule](many)) > max(score for _, score in RULES[rule](few))


def test_the_kernel_is_flat_for_five_minutes_and_nearly_used_up_in_the_end() -> None:
    shares = kernel_integral(np.array([150.0, 300.0, 1e9]))
    assert shares[1] == pytest.approx(2 * shares[0])
    assert shares[2] == pytest.approx(0.94, abs=0.03)


def test_seismic_expects_more_where_posts_came_lately() -> None:
    late, early = np.linspace(1800, 3500, 50), np.linspace(0, 600, 50)
    reach = np.full(50, 100.0)
    late[0] = 0.0
    assert seismic_size(late, reach, 100.0, 3600.0) > seismic_size(early, reach, 100.0, 3600.0) >= 50


def test_a_guess_uses_only_the_first_hour() -> None:
    posts = [(60.0 * n, 100.0) for n in range(90)]
    first = sizes.guess("TiDeH", posts)
    assert (first.size, first.seen) == (90, 60)
    assert sizes.guess("TiDeH", posts[:60]).shipped == first.shipped


def test_coverage_is_the_share_within_the_interval() -> None:
    found = [sizes.Guess("s", size, 10, Forecast(50, 20, 90), 0.0) for size in (10, 20, 90, 100)]
    assert sizes.covered(found) == 0.5
    row = next(iter(thread_parts.size_rows([found])))
    assert (row["covered"], row["error_frozen"]) == (0.5, pytest.approx(0.694, abs=1e-3))
