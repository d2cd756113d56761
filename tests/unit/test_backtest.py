"""What other budgets would have brought: the shipped engine over a history, judged by people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agents.backtest.history import arrivals_of, watched_since
from agents.backtest.trial import Opening, Trial
from agents.backtest.verdict import Known, Outcome, known_of, outcome_of, propose
from agents.cli.backtest import proposed
from agents.cli.sparks import sparks
from agents.station import stored
from agents.watch.policy import WatchPolicy
from agents.watch.watch import TopicBudget
from alerts.incidents import State
from alerts.organisation import Organisation
from alerts.quality import MarkedStorm, QualityPolicy
from alerts.store.sqlite import SqliteStore
from tests.build import AT, incident, pulse
from tests.storms import START, TOPICS, Plan, engine, escalations, run, stream

TOPIC = TOPICS[0]
WEEK = timedelta(days=7)
SPAN = (AT - 2 * WEEK, AT + 2 * WEEK)
POLICY = QualityPolicy()


def opening(at: datetime, topic: str = "Posti", *, safety: bool = False) -> Opening:
    return Opening(topic, at, 3, safety)


def judged(budget: float | None, *openings: Opening, known: list[Known] | None = None) -> Outcome:
    return outcome_of(budget, openings, known or [], SPAN, 1)


REAL = Known("Posti", AT, AT + timedelta(hours=6), True, "inc-1")
FALSE = Known("Posti", AT + WEEK, AT + WEEK + timedelta(hours=6), False, "inc-2")


def test_the_trial_of_the_present_setting_opens_what_the_service_opened() -> None:
    arrivals = stream(Plan(seed=3, second_wave=90))
    expected = [(e.topic, e.at) for e in escalations(run(engine(), arrivals)) if e.kind == "opened"]
    trial = Trial([TopicBudget(name) for name in TOPICS], WatchPolicy(), [None, 1.0])
    for start in range(0, len(arrivals), 50):
        trial.step(arrivals[start : start + 50])
    found = [[(o.topic, o.at) for o in one] for one in trial.finish()]
    assert expected
    assert found == [expected, expected]


def test_a_larger_budget_never_pages_less_on_one_storm_a_topic() -> None:
    arrivals = stream(Plan(seed=4, topics=2))
    trial = Trial([TopicBudget(name) for name in TOPICS], WatchPolicy(), [100.0, 1.0, 0.01])
    trial.step(arrivals)
    counts = [len(found) for found in trial.finish()]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 0


def test_the_stores_history_brings_the_same_as_the_service_saw(tmp_path) -> None:
    """All is matched and scored already; authors are pseudonyms, threads and texts as they were."""
    arrivals = stream(Plan(seed=7, edits=0.0, unknown_authors=0.0))
    store = SqliteStore(tmp_path / "store.db")
    with store.transaction() as tx:
        tx.add_mentions([stored(a.scored, Organisation()) for a in arrivals if a.scored])
        tx.add_pulses([pulse(topic=TOPIC, at=START + timedelta(hours=3))])
    end = START + timedelta(days=4)
    again = [a for day in arrivals_of(store, TOPICS, START, end) for a in day]
    matched = [a for a in arrivals if a.scored]
    assert [a.mention.id for a in again] == [a.mention.id for a in matched]
    opened = [
        [e.at for e in escalations(run(engine(), some)) if e.kind == "opened"] for some in (matched, again)
    ]
    assert opened[0]
    assert opened[0] == opened[1]
    assert watched_since(store, TOPIC, START, end) == START + timedelta(hours=3)
    assert watched_since(store, TOPICS[1], START, end) is None


def test_votes_and_marked_storms_are_what_is_known() -> None:
    voted = incident(id="a", votes_useful=1, resolved_at=AT + timedelta(hours=1))
    false = incident(id="b", state=State.FALSE_ALARM)
    marked = MarkedStorm(topic="VR", start=AT, end=AT + timedelta(hours=2), note="seisahdus")
    known = known_of([voted, false, incident(id="c"), incident(id="d", votes_useful=1, drill=True)], [marked])
    assert [(k.what, k.real) for k in known] == [("a", True), ("b", False), ("seisahdus", True)]


def test_an_outcome_counts_found_missed_false_and_unjudged() -> None:
    found = judged(
        1.0,
        opening(AT + timedelta(hours=1)),
        opening(FALSE.start),
        opening(AT - WEEK, safety=True),
        known=[REAL, FALSE, Known("Posti", AT - 2 * WEEK, AT - WEEK - timedelta(days=1), True, "missed one")],
    )
    assert (found.pages, found.safety, found.found, found.known) == (3, 1, 1, 2)
    assert (found.false, found.unjudged) == (1, 1)
    assert [m.what for m in found.missed] == ["missed one"]
    assert found.pages_a_week == (0, 1, 1, 1)
    assert found.precision is not None
    assert found.precision.value == 0.5


def test_another_topics_page_finds_nothing() -> None:
    assert judged(1.0, opening(AT, "VR"), known=[REAL]).found == 0


def test_a_budget_that_keeps_the_storms_and_drops_false_alarms_is_proposed_with_both_outcomes() -> None:
    known = [REAL, FALSE]
    now = judged(None, opening(AT), opening(FALSE.start), known=known)
    less = judged(0.5, opening(AT), known=known)
    proposal = propose(now, [now.model_copy(update={"budget": 2.0}), less], POLICY)
    assert proposal is not None
    assert (proposal.budget, proposal.reason) == (0.5, "fewer_pages")
    assert "0 false alarms instead of 1" in proposed(proposal)
    assert "Nothing was changed" in proposed(proposal)


def test_fewer_false_alarms_for_more_pages_that_nobody_judged_are_no_gain() -> None:
    known = [REAL, FALSE]
    now = judged(None, opening(AT), opening(FALSE.start), known=known)
    other = judged(2.0, opening(AT), opening(AT - WEEK), opening(AT - 2 * WEEK), known=known)
    assert propose(now, [other], POLICY) is None


def test_a_larger_budget_is_proposed_where_storms_were_missed_and_its_pages_are_worth_it() -> None:
    now, more = judged(None, known=[REAL]), judged(4.0, opening(AT), known=[REAL])
    proposal = propose(now, [more], POLICY)
    assert proposal is not None
    assert (proposal.budget, proposal.reason) == (4.0, "missed")


def test_storms_are_given_up_only_where_the_pages_are_surely_worth_too_little() -> None:
    false = [Known("Posti", AT + n * timedelta(days=1), AT + n * timedelta(days=1, hours=6), False, f"f{n}")
             for n in range(1, 12)]  # fmt: skip
    other = Known("Posti", AT - WEEK, AT - WEEK + timedelta(hours=6), True, "small")
    known = [REAL, other, *false]
    now = judged(None, opening(AT), opening(other.start), *(opening(f.start) for f in false), known=known)
    less = judged(0.1, opening(AT), known=known)
    proposal = propose(now, [less], POLICY)
    assert proposal is not None
    assert proposal.reason == "precision"
    assert propose(judged(None, opening(AT), opening(other.start), known=known), [less], POLICY) is None


def test_without_anything_judged_nothing_is_proposed() -> None:
    assert propose(judged(None, opening(AT)), [judged(0.5)], POLICY) is None
    assert proposed(None) == "No other budget is proposed."


@pytest.mark.parametrize(
    ("counts", "drawn"),
    [([], ""), ([0, 0], "··"), ([1], "█"), ([0, 1, 2, 4, 8], "·▁▂▄█"), ([3] * 70, "█" * 60)],
)
def test_sparks_show_none_as_a_dot_and_the_most_as_a_full_bar(counts: list[int], drawn: str) -> None:
    assert sparks(counts) == drawn


def test_times_of_marked_storms_without_a_zone_are_local() -> None:
    storm = MarkedStorm(topic="A", start=datetime(2026, 3, 1, 9), end=datetime(2026, 3, 1, 12))  # noqa: DTZ001
    assert storm.in_zone(ZoneInfo("Europe/Helsinki")).start == datetime(2026, 3, 1, 7, tzinfo=UTC)
