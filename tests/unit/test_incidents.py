"""The life of an incident, and when it wakes somebody."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.incidents import (
    CLOSED,
    LIVE,
    TRANSITIONS,
    Decision,
    Event,
    Incident,
    IncidentPolicy,
    Overdue,
    SnoozeOver,
    State,
    Step,
    answer_due_at,
    step,
)
from streams.errors import IllegalTransition
from tests.build import AT, action, escalation, minutes, suggestion

POLICY = IncidentPolicy()


def run(*events: Event) -> Step:
    """The last of the steps that `events` lead to."""
    last = step(None, events[0], POLICY)
    for event in events[1:]:
        last = step(last.incident, event, POLICY)
    return last


def raised(severity: int, after: float, **fields: Any) -> Event:
    return escalation(kind="raised", severity=severity, at=AT + minutes(after), **fields)


def told(incident: Incident, **fields: Any) -> Event:
    return Overdue(incident=incident.id, at=AT + minutes(fields["at"]), due_at=AT + minutes(60))


def test_an_opening_pages_once_with_its_reason() -> None:
    opened = run(escalation())
    assert (opened.incident.state, opened.notice, opened.reason) == (State.OPEN, "page", "opened")
    assert (opened.incident.pages, opened.incident.paged_severity) == (1, 3)
    assert opened.audit[0].what == "opened"


def test_the_same_escalation_again_changes_nothing() -> None:
    first = run(escalation())
    again = step(first.incident, escalation(), POLICY)
    assert again == Step(first.incident, Decision.ALREADY_TAKEN)


def test_an_older_escalation_changes_nothing() -> None:
    first = run(escalation())
    again = step(first.incident, raised(5, -1), POLICY)
    assert again == Step(first.incident, Decision.ALREADY_TAKEN)


def test_a_rise_above_the_peak_pages_and_below_it_does_not() -> None:
    assert run(escalation(), raised(4, 5)).reason == "severity_rose"
    below = run(
        escalation(), raised(5, 5), escalation(kind="cooling", severity=2, at=AT + minutes(9)), raised(4, 12)
    )
    assert (below.decision, below.notice) == (Decision.NOT_ABOVE_PEAK, "update")
    assert (below.incident.state, below.incident.severity, below.incident.peak_severity) == (
        State.ESCALATED,
        4,
        5,
    )


def test_a_rise_pages_although_somebody_acknowledged_and_they_keep_it() -> None:
    rise = run(escalation(), action("acknowledge"), raised(4, 6))
    assert (rise.notice, rise.incident.state) == ("page", State.ACKNOWLEDGED)
    assert rise.incident.acknowledged_by == "maija"


def test_a_rise_whose_opening_was_lost_opens_and_pages() -> None:
    lost = run(raised(4, 0))
    assert (lost.incident.state, lost.reason) == (State.ESCALATED, "opened")


def test_cooling_and_the_end_are_told_without_a_page() -> None:
    cooling = run(escalation(), escalation(kind="cooling", severity=2, at=AT + minutes(30)))
    assert (cooling.notice, cooling.incident.state) == ("update", State.COOLING)
    over = step(cooling.incident, escalation(kind="resolved", severity=1, at=AT + minutes(90)), POLICY)
    assert (over.notice, over.incident.state, over.incident.resolved_at) == (
        "resolved",
        State.RESOLVED,
        AT + minutes(90),
    )


@pytest.mark.parametrize(("severity", "reason"), [(3, "changed"), (4, "reopened")])
def test_reopening_pages_only_above_the_former_peak(severity: int, reason: str) -> None:
    over = escalation(kind="resolved", severity=1, at=AT + minutes(90))
    again = run(escalation(), over, escalation(kind="reopened", severity=severity, at=AT + minutes(120)))
    assert (again.incident.state, again.reason) == (State.REOPENED, reason)
    assert again.incident.resolved_at is None


@pytest.mark.parametrize("closing", ["resolve", "false_alarm"])
def test_what_a_person_closed_never_pages_again(closing: str) -> None:
    closed = run(escalation(), action(closing))
    assert (closed.notice, closed.incident.resolved_by) == ("resolved", "maija")
    for kind in ("raised", "reopened"):
        again = step(closed.incident, escalation(kind=kind, severity=5, at=AT + minutes(20)), POLICY)
        assert (again.decision, again.incident.pages) == (Decision.CLOSED_BY_PERSON, 1)


def test_a_resolved_incident_that_rises_shows_in_the_list_again_in_silence() -> None:
    again = run(escalation(), action("resolve"), raised(5, 20))
    assert (again.incident.state, again.notice) == (State.REOPENED, "update")


def test_a_false_alarm_stays_one() -> None:
    again = run(escalation(), action("false_alarm"), raised(5, 20))
    assert (again.incident.state, again.notice, again.incident.votes_false) == (State.FALSE_ALARM, None, 1)


class TestSnooze:
    """Silence that a person asked for."""

    snooze = action("snooze", until=AT + minutes(65))

    def test_holds_a_rise_back_until_its_end(self) -> None:
        held = run(escalation(), self.snooze, raised(4, 10))
        assert (held.decision, held.notice, held.incident.page_held) == (Decision.SNOOZED, "update", True)
        early = step(held.incident, SnoozeOver(incident="inc-1", at=AT + minutes(64)), POLICY)
        assert early == Step(held.incident, Decision.SNOOZED)
        late = step(held.incident, SnoozeOver(incident="inc-1", at=AT + minutes(65)), POLICY)
        assert (late.reason, late.incident.page_held, late.incident.paged_severity) == (
            "severity_rose",
            False,
            4,
        )

    def test_whose_rise_went_down_again_ends_in_silence(self) -> None:
        down = run(
            escalation(),
            self.snooze,
            raised(4, 10),
            escalation(kind="cooling", severity=2, at=AT + minutes(40)),
        )
        over = step(down.incident, SnoozeOver(incident="inc-1", at=AT + minutes(65)), POLICY)
        assert (over.decision, over.notice, over.incident.page_held) == (Decision.NOT_ABOVE_PEAK, None, False)

    def test_is_broken_by_severity_5(self) -> None:
        worst = run(escalation(), self.snooze, raised(4, 10), raised(5, 20))
        assert (worst.reason, worst.incident.page_held) == ("severity_rose", False)

    def test_is_not_broken_by_a_second_rise_to_5(self) -> None:
        worst = run(escalation(severity=5), self.snooze, raised(5, 20))
        assert (worst.decision, worst.incident.pages) == (Decision.NOT_ABOVE_PEAK, 1)

    def test_lets_an_overdue_answer_wait(self) -> None:
        quiet = run(escalation(), self.snooze)
        asked = step(quiet.incident, told(quiet.incident, at=61), POLICY)
        assert asked == Step(quiet.incident, Decision.SNOOZED)
        assert step(quiet.incident, told(quiet.incident, at=65), POLICY).reason == "answer_overdue"

    def test_needs_an_end_ahead(self) -> None:
        for until in (None, AT):
            with pytest.raises(IllegalTransition, match="end"):
                run(escalation(), action("snooze", until=until))


class TestAnswer:
    """The first public answer, and its clock."""

    def test_an_overdue_answer_pages_once(self) -> None:
        opened = run(escalation()).incident
        late = step(opened, told(opened, at=60), POLICY)
        assert (late.notice, late.reason) == ("page", "answer_overdue")
        again = step(late.incident, told(opened, at=90), POLICY)
        assert again == Step(late.incident, Decision.NOT_OVERDUE)

    def test_it_is_not_overdue_before_its_time_or_once_given(self) -> None:
        opened = run(escalation()).incident
        assert step(opened, told(opened, at=59), POLICY) == Step(opened, Decision.NOT_OVERDUE)
        answered = run(escalation(), action("answered")).incident
        assert step(answered, told(answered, at=60), POLICY) == Step(answered, Decision.NOT_OVERDUE)

    def test_the_clock_starts_with_the_first_page_and_stops_with_the_answer(self) -> None:
        opened = run(escalation()).incident
        assert answer_due_at(opened, minutes(60)) == AT + minutes(60)
        assert answer_due_at(run(escalation(), action("answered")).incident, minutes(60)) is None
        assert answer_due_at(run(escalation(), action("resolve")).incident, minutes(60)) is None
        silent = step(None, escalation(), POLICY, AT + minutes(300)).incident
        assert answer_due_at(silent, minutes(60)) is None

    def test_none_is_due_where_the_advice_is_to_watch(self) -> None:
        opened = run(escalation()).incident.model_copy(update={"suggestion": suggestion(action="watch")})
        assert answer_due_at(opened, minutes(60)) is None

    def test_an_answer_long_overdue_is_noted_in_silence(self) -> None:
        opened = run(escalation()).incident
        late = step(opened, told(opened, at=181), POLICY)
        assert (late.decision, late.notice, late.incident.overdue_paged_at) == (
            Decision.TOO_OLD,
            None,
            AT + minutes(181),
        )


class TestHistory:
    """A first run and a backfill record in silence."""

    def test_an_old_opening_is_recorded_without_a_notice_and_says_why(self) -> None:
        old = step(None, escalation(), POLICY, AT + minutes(121))
        assert (old.decision, old.notice, old.incident.pages) == (Decision.TOO_OLD, None, 0)
        assert "too_old" in old.audit[0].detail

    def test_exactly_the_age_still_pages(self) -> None:
        assert step(None, escalation(), POLICY, AT + minutes(120)).notice == "page"

    def test_an_incident_that_never_paged_says_nothing_of_its_changes(self) -> None:
        old = step(None, escalation(), POLICY, AT + minutes(300)).incident
        for event in (
            escalation(kind="cooling", at=AT + minutes(10)),
            action("acknowledge"),
            action("resolve"),
        ):
            assert step(old, event, POLICY, AT + minutes(300)).notice is None

    def test_its_rise_today_pages(self) -> None:
        old = step(None, escalation(), POLICY, AT + minutes(300)).incident
        assert step(old, raised(4, 290), POLICY, AT + minutes(300)).reason == "severity_rose"


class TestUndo:
    """One human step back."""

    @pytest.mark.parametrize(
        "taken",
        [
            action("acknowledge"),
            action("resolve"),
            action("false_alarm"),
            action("snooze", until=AT + minutes(90)),
            action("answered"),
            action("useful"),
        ],
        ids=lambda taken: str(taken.kind),
    )
    def test_gives_back_all_that_the_step_changed(self, taken: Event) -> None:
        opened = run(escalation()).incident
        back = run(escalation(), taken, action("undo", at=AT + minutes(6))).incident
        assert back.model_copy(update={"notices": opened.notices}) == opened

    def test_lands_where_the_incident_would_be_without_the_step(self) -> None:
        cooling = escalation(kind="cooling", severity=2, at=AT + minutes(30))
        back = run(escalation(), action("acknowledge"), cooling, action("undo", at=AT + minutes(31)))
        assert (back.incident.state, back.incident.acknowledged_by) == (State.COOLING, None)

    def test_of_a_resolve_follows_the_end_that_came_meanwhile(self) -> None:
        over = escalation(kind="resolved", severity=1, at=AT + minutes(30))
        back = run(escalation(), action("resolve"), over, action("undo", at=AT + minutes(31)))
        assert (back.incident.state, back.incident.resolved_by) == (State.RESOLVED, None)
        assert back.incident.resolved_at is not None

    def test_goes_back_one_step_only_and_a_note_is_none(self) -> None:
        with pytest.raises(IllegalTransition, match="undo"):
            run(escalation(), action("note"), action("undo"))
        once = run(escalation(), action("acknowledge"), action("note"), action("undo")).incident
        assert once.state is State.OPEN
        with pytest.raises(IllegalTransition, match="undo"):
            step(once, action("undo"), POLICY)


class TestTable:
    """The literal table."""

    def test_every_live_state_takes_every_escalation_but_a_second_opening(self) -> None:
        for state in LIVE:
            for kind in ("raised", "cooling", "resolved", "reopened"):
                assert (state, kind) in TRANSITIONS
            assert (state, "opened") not in TRANSITIONS

    def test_every_state_can_be_reached(self) -> None:
        assert set(TRANSITIONS.values()) == set(State)

    def test_a_live_state_closes_only_by_an_end_or_a_person(self) -> None:
        closing = {event for (_, event), after in TRANSITIONS.items() if after in CLOSED}
        from_live = {e for (s, e), after in TRANSITIONS.items() if s in LIVE and after in CLOSED}
        assert from_live == {"resolved", "resolve", "false_alarm"}
        assert from_live <= closing

    @pytest.mark.parametrize(
        ("state", "event"),
        [
            (State.OPEN, escalation(id="second", at=AT + minutes(1))),
            (State.RESOLVED, action("acknowledge")),
            (State.RESOLVED, action("snooze", until=AT + minutes(90))),
            (State.FALSE_ALARM, action("resolve")),
            (State.RESOLVED, Overdue(incident="inc-1", at=AT + minutes(60), due_at=AT)),
        ],
    )
    def test_illegal_steps_raise(self, state: State, event: Event) -> None:
        there = run(escalation()).incident.model_copy(update={"state": state})
        with pytest.raises(IllegalTransition):
            step(there, event, POLICY)

    def test_an_event_for_another_or_no_incident_is_illegal(self) -> None:
        opened = run(escalation()).incident
        for incident, event in [(opened, action("resolve", incident="inc-2")), (None, action("resolve"))]:
            with pytest.raises(IllegalTransition):
                step(incident, event, POLICY)
