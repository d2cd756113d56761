"""How good the pages were: votes, intervals, budgets, the weekly report, and what the metrics tell."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from alerts.incidents import Incident, State
from alerts.organisation import LANGUAGES
from alerts.quality import (
    DAYS_A_MONTH,
    MarkedStorm,
    Quality,
    QualityPolicy,
    proposes_less,
    quality_of,
    vote_of,
)
from alerts.quality_report import conclusions, markdown
from alerts.web.views import worth_of
from streams.metrics import Metrics
from streams.statistics.proportion import poisson_interval, wilson
from tests.build import AT, incident, minutes

MONTH = timedelta(days=DAYS_A_MONTH)
SPAN = (AT - MONTH, AT + MONTH)
POLICY = QualityPolicy()


def paged(number: int, vote: str | None = None, **fields: Any) -> Incident:
    votes = {"useful": {"votes_useful": 1}, "false_alarm": {"votes_false": 1}, None: {}}[vote]
    return incident(id=f"inc-{number}", first_page_at=AT + minutes(number), **votes, **fields)


def measured(*incidents: Incident, budget: float = 1.0, marked: tuple[MarkedStorm, ...] = ()) -> Quality:
    return quality_of(incidents, {"Posti": budget}, {"Posti": 2 * MONTH}, SPAN, marked)


@pytest.mark.parametrize(
    ("fields", "vote"),
    [
        ({}, None),
        ({"votes_useful": 1}, "useful"),
        ({"votes_useful": 2, "votes_false": 1}, "useful"),
        ({"votes_useful": 1, "votes_false": 1}, None),
        ({"votes_false": 1}, "false_alarm"),
        ({"votes_useful": 1, "state": State.FALSE_ALARM}, "false_alarm"),
    ],
)
def test_a_vote_is_that_of_the_majority_and_a_closed_false_alarm_is_one(
    fields: dict[str, Any], vote: str | None
) -> None:
    assert vote_of(incident(**fields)) == vote


def test_pages_are_counted_by_vote_and_rates_are_those_of_the_time_watched() -> None:
    votes = ["useful"] * 6 + ["false_alarm"] * 2 + [None]
    (one,) = measured(*(paged(n, vote) for n, vote in enumerate(votes))).topics
    assert (one.pages, one.useful, one.false, one.unvoted) == (9, 6, 2, 1)
    assert one.false_a_month is not None
    assert one.false_a_month.value == 1.0
    assert one.false_a_month.low < 1.0 < one.false_a_month.high
    assert one.precision is not None
    assert (one.precision.value, one.precision.low, one.precision.high) == (0.75, 0.409, 0.929)
    assert not one.over_budget


def test_what_did_not_page_or_was_a_drill_or_lies_outside_the_span_does_not_count() -> None:
    outside = incident(id="old", first_page_at=SPAN[0] - minutes(1), votes_false=1)
    silent = incident(id="silent", first_page_at=None, votes_false=1)
    drill = paged(1, "false_alarm", drill=True)
    (one,) = measured(outside, silent, drill).topics
    assert one.pages == 0
    assert one.precision is None


def test_a_topic_that_was_not_watched_has_no_rate() -> None:
    found = quality_of([], {"Uusi": 1.0}, {}, SPAN).topics[0]
    assert found.false_a_month is None


def test_a_storm_that_did_not_page_while_it_lasted_was_missed() -> None:
    storm = MarkedStorm(topic="Posti", start=AT, end=AT + minutes(60))
    assert measured(paged(30), marked=(storm,)).topics[0].missed == 0
    assert measured(paged(90), marked=(storm,)).topics[0].missed == 1


def test_topics_together_are_weighed_by_the_time_they_were_watched() -> None:
    found = quality_of(
        [paged(1, "false_alarm")], {"Posti": 1.0, "VR": 4.0}, {"Posti": 3 * MONTH, "VR": MONTH}, SPAN
    )
    assert found.all.budget == 1.75
    assert found.all.false_a_month is not None
    assert found.all.false_a_month.value == 0.25


def test_less_is_proposed_only_when_the_pages_are_surely_worth_too_little() -> None:
    few = measured(*(paged(n, "false_alarm") for n in range(2)))
    many = measured(*(paged(n, "false_alarm") for n in range(6)), paged(9, "useful"))
    assert not proposes_less(few.topics[0], POLICY)
    assert proposes_less(many.topics[0], QualityPolicy(precision_target=0.6))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_tells_the_figures_and_what_follows(language: str) -> None:
    bad = measured(*(paged(n, "false_alarm") for n in range(20)), budget=0.25)
    told = markdown(bad, bad, POLICY, language)
    assert "| Posti |" in told
    assert "0.25" in told
    assert "palovahti backtest" in told
    assert len(conclusions(bad, POLICY, language)) == 4, (
        "the topic and all together, over budget and below target"
    )
    assert len(conclusions(measured(paged(1, "useful")), POLICY, language)) == 1


def test_a_topic_with_a_bar_in_its_name_breaks_no_table() -> None:
    found = quality_of([], {"A|B": 1.0}, {}, SPAN)
    rows = [line for line in markdown(found, found, POLICY, "en").splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {11}


def test_the_page_of_incidents_tells_how_many_were_useful() -> None:
    assert worth_of([paged(1)], AT + minutes(60)) is None
    worth = worth_of([paged(1, "useful"), paged(2, "false_alarm"), paged(3)], AT + minutes(60))
    assert worth is not None
    assert (worth.voted, worth.useful) == (2, 1)


def test_what_is_not_known_has_no_series() -> None:
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    metrics.know(topics=["Posti"])
    metrics.quality("Posti", budget=2.0, false_a_month=None, precision=None)
    assert registry.get_sample_value("palovahti_topic_false_page_budget", {"topic": "Posti"}) == 2.0
    assert registry.get_sample_value("palovahti_topic_precision", {"topic": "Posti"}) is None
    metrics.quality("Posti", budget=2.0, false_a_month=0.5, precision=(0.8, 0.4, 0.9))
    assert registry.get_sample_value("palovahti_topic_precision_high", {"topic": "Posti"}) == 0.9


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_share_lies_within_its_interval_and_more_trials_narrow_it(useful: int, false: int) -> None:
    low, high = wilson(useful, useful + false)
    assert 0 <= low <= high <= 1
    if useful + false:
        assert low <= useful / (useful + false) <= high
        tighter = wilson(4 * useful, 4 * (useful + false))
        assert tighter[1] - tighter[0] <= high - low + 1e-12


@pytest.mark.parametrize(
    ("events", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39), (100, 81.36, 121.63)]
)
def test_the_interval_of_a_rate_is_garwoods(events: int, low: float, high: float) -> None:
    """Against published tables of the exact Poisson limits."""
    assert poisson_interval(events) == pytest.approx((low, high), abs=6e-3)
