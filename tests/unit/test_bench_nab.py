"""NAB's scoring rules against cases computed by hand, and the benchmark's own parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.bench import controls, headlines, nab, storm_parts
from agents.bench.injections import Injection, Outcome
from agents.bench.intervals import bootstrap
from agents.bench.readers import TRUE
from agents.watch.engine import Arrival

MINUTES = range(0, 5000, 5)  # 1,000 rows, of which 150 are probation


def series(*windows: tuple[int, int], scores: dict[int, float] | None = None) -> nab.Labelled:
    """A series that scores 0 but where told."""
    return nab.Labelled(MINUTES, [(scores or {}).get(row, 0.0) for row in range(1000)], windows)


def test_silence_scores_0() -> None:
    assert nab.tally(series((400, 499), (700, 799)), []).score == 0.0


def test_the_first_row_of_every_window_scores_100() -> None:
    assert nab.tally(series((400, 499), (700, 799)), [400, 700]).score == pytest.approx(100.0)


def test_the_last_row_of_a_window_is_worth_little_more_than_nothing() -> None:
    late = nab.tally(series((400, 499)), [499])
    assert late.hits == 1
    assert late.points == pytest.approx(nab.scaled_sigmoid(-0.01) / nab.scaled_sigmoid(-1.0))
    assert late.points == pytest.approx(0.0253, abs=1e-4)


def test_a_false_alert_before_any_window_costs_its_full_weight() -> None:
    assert nab.tally(series((400, 499)), [200, 400]).points == pytest.approx(1 - nab.FALSE_WEIGHT)


def test_a_false_alert_right_after_a_window_costs_less_than_a_far_one() -> None:
    near, far = (nab.tally(series((400, 499)), [400, row]).points for row in (504, 900))
    assert far == pytest.approx(1 - nab.FALSE_WEIGHT)
    assert far < near < 1


def test_a_false_alert_just_after_a_window_costs_what_its_sigmoid_says() -> None:
    """5 rows after a window that is 99 rows wide: 0.11 * (2 / (1 + e^(5 * 5 / 99)) - 1) = -0.0138."""
    tally = nab.tally(series((400, 499)), [400, 504])
    assert tally.points == pytest.approx(1 - 0.01381, abs=1e-5)
    assert tally.score == pytest.approx(100 * (2 - 0.01381) / 2, abs=1e-3)


def test_a_second_alert_in_a_window_neither_earns_nor_costs() -> None:
    assert nab.tally(series((400, 499)), [420, 480]) == nab.tally(series((400, 499)), [420])


def test_the_middle_of_a_window_is_worth_most_of_it() -> None:
    """Row 450 of 400 to 499 lies at -0.5: (2 / (1 + e^-2.5) - 1) / (2 / (1 + e^-5) - 1) = 0.8598."""
    assert nab.tally(series((400, 499)), [450]).points == pytest.approx(0.8598, abs=1e-4)


def test_a_missed_window_and_a_far_false_alert_score_below_silence() -> None:
    """Normalised: 100 * (-1 - 0.11 + 1) / 2."""
    assert nab.tally(series((400, 499)), [200]).score == pytest.approx(-5.5)


def test_alerts_between_two_windows_are_measured_from_the_last_one() -> None:
    two = series((300, 349), (700, 799))
    near_first, near_second = (nab.tally(two, [300, 700, row]).points for row in (352, 802))
    assert near_first == pytest.approx(2 + nab.FALSE_WEIGHT * nab.scaled_sigmoid(3 / 49))
    assert near_second == pytest.approx(2 + nab.FALSE_WEIGHT * nab.scaled_sigmoid(3 / 99))


def test_false_pages_are_counted_by_the_month_after_the_probation() -> None:
    one = nab.tally(series((400, 499)), [200, 600])
    assert one.false_rate == pytest.approx(2 / ((999 - 150) * 5 / 1440 / 30.44))


def test_nothing_counts_in_the_probation() -> None:
    assert nab.tally(series((400, 499)), [100, 149]) == nab.tally(series((400, 499)), [])


def test_a_page_is_followed_by_a_day_of_silence() -> None:
    scores = dict.fromkeys(range(200, 600), 1.0)
    assert nab.pages(series(scores=scores), 1.0) == [200, 488]


def test_a_series_left_out_has_no_say_in_its_threshold() -> None:
    corpus = {
        "a": series((400, 499), scores={400: 3.0, 900: 2.0}),
        "b": series((400, 499), scores={400: 1.0}),
        "c": series((400, 499), scores={400: 3.0, 900: 1.0}),
    }
    swept = nab.sweep(corpus, [0.5, 2.5])
    assert (swept.best()[0], swept.best()[1].hits) == (0.5, 3)
    assert swept.leave_one_out().hits == 2  # without its own window, b gets the higher threshold
    assert swept.within(0.0)[1].false_pages == 0


def test_half_of_the_storms_paged_is_a_recall_of_one_half() -> None:
    paged = [Injection("b", "s", 1.0, lead, 5) for lead in (60.0, None)]
    assert storm_parts.recall([Outcome("b", paged)], 1.0) == 0.5
    assert bootstrap([Outcome("b", paged)], lambda some: storm_parts.recall(some, 1.0)) == (0.5, 0.5)


def test_the_brands_are_those_of_the_replay() -> None:
    import yaml

    page = Path(__file__).parents[1] / "bench" / "headlines.yaml"
    topics = yaml.safe_load(page.read_text(encoding="utf-8"))["topics"]
    own = {name: (name, *more) for name, more in headlines.BRANDS.items()}
    assert {one["name"]: tuple(one["terms"]) for one in topics} == own


def test_copies_and_praise_do_not_page_but_people_would() -> None:
    def pages(arrivals: list[Arrival]) -> int:
        return controls.pages("an event", controls.effects_of(arrivals))

    assert pages(controls.copies(1)) == 0
    # By chance the share rises in one of five such streams; docs/benchmarks/detection.md tells all five.
    assert [pages(controls.praise(seed)) for seed in (2, 3)] == [0, 0]
    angry = controls._with(1, list(controls.storm(controls._peak(1), TRUE, "1")))
    assert pages(angry) >= 1
