"""What must hold, as the benchmark measures it: disorder, figures of pages, controls."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.bench import check_parts, controls, cost, disorder, fidelity
from agents.bench.disorder import Compared
from agents.bench.fidelity import Checked
from agents.bench.mentions import arrival


def test_disorder_loses_and_invents_nothing() -> None:
    ordered = [arrival(str(n), 1e9 + n, 1.0, "a", None) for n in range(2000)]
    came = disorder.delayed(ordered, 1)
    assert {one.mention.id for one in came} == {one.mention.id for one in ordered}
    assert [one.clock_s for one in came] == sorted(one.clock_s for one in came)
    assert all(one.clock_s >= one.mention.published_at.timestamp() for one in came)


def test_one_in_twenty_comes_twice_and_one_in_a_hundred_very_late() -> None:
    ordered = [arrival(str(n), 1e9 + n, 1.0, "a", None) for n in range(20_000)]
    came = disorder.delayed(ordered, 2)
    assert len(came) / len(ordered) == pytest.approx(1.05, abs=0.005)
    assert 1 - len(disorder.within(came, 3600)) / len(came) == pytest.approx(0.0096, abs=0.003)


def test_the_shift_is_that_of_the_nearest_page_of_the_topic() -> None:
    rows = check_parts.disorder_rows([Compared("b", 3, 2, 1, (0.0, -4.0))])
    (row,) = rows
    assert (row["within_a_minute"], row["within_five_minutes"], row["largest_shift_minutes"]) == (1, 2, 4.0)


@pytest.mark.slow
def test_within_the_bound_the_pages_are_the_same_to_the_identifier() -> None:
    found = disorder.compare(1, disorder.BOUND_S)
    assert found.ordered > 0
    assert found.ordered == found.disordered == found.same_ids


@pytest.mark.slow
def test_every_figure_of_an_escalation_is_found_again_by_plain_counting() -> None:
    """Guards what a page says; a figure added to Evidence is compared as well."""
    checked = fidelity.checks(1)
    assert {one.figure for one in checked} >= fidelity.COUNTED
    assert len(checked) > 100
    assert not fidelity.disagreements(checked)


def test_a_figure_that_is_not_true_is_found() -> None:
    assert not Checked("negative_last_hour", 48.0, 47.9).agrees
    assert Checked("negative_last_hour", 48.0, 48.0 + 1e-9).agrees
    assert fidelity.disagreements([Checked("people_last_hour", 3, 4)]) == {"people_last_hour": 1}


def test_of_one_authors_posts_in_a_quarter_of_an_hour_the_most_negative_speaks() -> None:
    mild, angry = arrival("1", 9000.0, 0.2, "a", None), arrival("2", 9300.0, 0.9, "a", None)
    later = replace(arrival("3", 9900.0, 0.1, "a", None))
    assert fidelity.speaking([mild, angry, later]) == [angry, later]


def test_only_the_day_after_the_event_counts_in_a_control() -> None:
    stream = controls.effects_of(controls.first_day(1))
    assert controls.pages("an event", stream) == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "seed"), [("bots: three accounts", 1), ("positive virality", 1), ("planned peak", 4)]
)
def test_what_used_to_page_in_vain_does_no_longer(name: str, seed: int) -> None:
    effects = controls.effects_of(controls.CONTROLS[name](seed))
    assert controls.pages(name, effects) == 0


def test_a_catch_up_brings_every_mention_once() -> None:
    late, usual = controls.catch_up(2), controls.nights(2)
    assert sorted(one.mention.id for one in late) == sorted(one.mention.id for one in usual)
    assert max(one.clock_s - one.mention.published_at.timestamp() for one in late) > 5 * 3600


def test_what_is_remembered_of_a_thread_and_a_topic_is_small() -> None:
    found = {one.what: one for one in cost.weights()}
    assert 0 < found["thread at rest"].held <= 150
    assert 0 < (found["detector of a topic"].stored or 0) <= 2000


def test_every_case_of_the_cost_has_a_row() -> None:
    rows = list(check_parts.cost_rows([cost.Spent("busy", 5.0, 6.0), [cost.Weight("thread", 90, 60, "two")]]))
    assert [row["what"] for row in rows] == ["busy", "thread"]
    assert (rows[0]["us"], rows[1]["held"]) == (5.0, 90)
