"""The desk: what it keeps, whom it tells, and that nothing holds up a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.desk import Desk, ReceiverInfo
from alerts.incidents import Incident, IncidentPolicy, Notice, State, Suggestion
from alerts.organisation import Organisation
from alerts.page import DataState
from alerts.store.sqlite import SqliteStore
from alerts.store.store import StoredMention
from streams.errors import IllegalTransition
from streams.records import Escalation
from tests.build import AT, action, escalation, minutes, stored_mention, suggestion

PAGER = ReceiverInfo("päivystys", "fi", min_severity=3)
HOOK = ReceiverInfo("muut", "en")
ORGANISATION = Organisation(public_url="https://vahti.example/")


class Writer:
    """Suggests and writes lines in one word; remembers what it saw."""

    def __init__(self, action: str = "answer") -> None:
        self.seen: list[StoredMention] = []
        self.action = action

    def suggest(
        self, incident: Incident, mentions: Sequence[StoredMention], _ours: Organisation, _now: datetime
    ) -> Suggestion:
        self.seen = list(mentions)
        return suggestion(situation=f"severity {incident.severity}", action=self.action)

    def lines(
        self, incident: Incident, _ours: Organisation, language: str, _now: datetime, data: DataState | None
    ) -> tuple[str, ...]:
        alive = "?" if data is None else f"{data.feeds_alive}/{data.feeds_total}"
        return (language, incident.topic, str(incident.severity), alive, "answer")


class Room:
    """A desk over a store in memory."""

    def __init__(self, **given: Any) -> None:
        self.store = SqliteStore(":memory:")
        self.writer = Writer()
        parts = {"suggest": self.writer.suggest, "page_lines": self.writer.lines, **given}
        data = parts.pop("data_state", lambda: DataState(feeds_alive=2, feeds_total=3))
        self.desk = Desk(self.store, IncidentPolicy(), ORGANISATION, [PAGER, HOOK], data, **parts)

    def take(self, *escalations: Escalation, now: datetime = AT) -> list[Notice]:
        with self.store.transaction() as tx:
            return self.desk.take(tx, escalations, now)

    def tick(self, now: datetime) -> list[Notice]:
        with self.store.transaction() as tx:
            return self.desk.tick(tx, now)

    def told(self) -> list[tuple[str, str, str]]:
        return [(one.receiver, one.notice.kind, one.notice.reason) for one in self.store.deliveries("inc-1")]

    @property
    def incident(self) -> Incident:
        found = self.store.incident("inc-1")
        assert found is not None
        return found


def failing(*_: object) -> Any:
    raise RuntimeError("Posti hukkasi taas pakettini")


def rise(severity: int, after: float) -> Escalation:
    return escalation(kind="raised", severity=severity, at=AT + minutes(after))


def test_an_escalation_becomes_an_incident_its_audit_and_a_page_to_each_in_their_language() -> None:
    room = Room()
    (notice,) = room.take(escalation())
    assert (notice.kind, notice.reason, notice.language) == ("page", "opened", "fi")
    assert notice.link == "https://vahti.example/incidents/inc-1"
    assert room.incident.suggestion == suggestion(situation="severity 3")
    languages = {one.receiver: one.notice.lines[0] for one in room.store.deliveries("inc-1")}
    assert languages == {"päivystys": "fi", "muut": "en"}
    assert [line.what for line in room.store.audit("inc-1")] == ["opened"]


def test_the_suggestion_sees_the_mentions_of_the_same_transaction_but_none_from_later() -> None:
    room = Room()
    with room.store.transaction() as tx:
        tx.add_mentions([stored_mention(), stored_mention(id="mastodon:2", published_at=AT + minutes(1))])
        room.desk.take(tx, [escalation()], AT)
    assert [mention.id for mention in room.writer.seen] == ["mastodon:1"]


def test_who_asked_for_more_severe_ones_hears_of_it_when_it_gets_there() -> None:
    room = Room()
    room.take(escalation(severity=2), rise(3, 5))
    assert room.told() == [
        ("muut", "page", "opened"),
        ("muut", "page", "severity_rose"),
        ("päivystys", "page", "severity_rose"),
    ]


def test_a_replay_of_old_escalations_says_nothing_again() -> None:
    room = Room()
    room.take(escalation(), rise(4, 5))
    before = (room.incident, room.store.audit("inc-1"), room.told())
    assert room.take(escalation(), rise(4, 5)) == []
    assert (room.incident, room.store.audit("inc-1"), room.told()) == before


def test_history_is_recorded_with_its_reason_and_nobody_is_told() -> None:
    room = Room()
    assert room.take(escalation(), now=AT + timedelta(days=3)) == []
    assert (room.incident.pages, room.told()) == (0, [])
    assert "too_old" in room.store.audit("inc-1")[0].detail


def test_an_escalation_that_does_not_fit_is_refused_and_the_rest_goes_on() -> None:
    room = Room()
    notices = room.take(escalation(kind="cooling", incident="inc-0"), escalation())
    assert [notice.incident.id for notice in notices] == ["inc-1"]
    assert [line.what for line in room.store.audit("inc-0")] == ["refused"]


class TestWhatFailsWhileComposing:
    """It never stops a page."""

    def test_a_suggestion_that_fails_is_left_out_and_the_audit_says_so(self) -> None:
        room = Room(suggest=failing)
        (notice,) = room.take(escalation())
        assert (notice.lines[0], notice.incident.suggestion) == ("fi", None)
        assert [(line.what, line.detail) for line in room.store.audit("inc-1")][1:] == [
            ("composing_failed", "suggestion: RuntimeError")
        ]

    @pytest.mark.parametrize("broken", ["page_lines", "data_state"])
    def test_lines_that_fail_are_replaced_by_plain_ones(self, broken: str) -> None:
        room = Room(**{broken: failing})
        (notice,) = room.take(escalation())
        assert len(notice.lines) == 5
        assert notice.lines[0] == "Posti: severity 3/5, open"
        failures = [line.detail for line in room.store.audit("inc-1") if line.what == "composing_failed"]
        assert failures == ["page lines (en): RuntimeError", "page lines (fi): RuntimeError"]

    def test_the_earlier_draft_stays_when_a_new_one_fails(self) -> None:
        room = Room()
        room.take(escalation())
        draft = room.incident.suggestion
        again = Desk(room.store, IncidentPolicy(), ORGANISATION, [PAGER], lambda: None, suggest=failing)
        with room.store.transaction() as tx:
            again.take(tx, [rise(4, 5)], AT + minutes(5))
        assert room.incident.suggestion == draft


class TestPeople:
    """What people do."""

    def test_an_acknowledgement_is_kept_and_told(self) -> None:
        room = Room()
        room.take(escalation())
        assert room.desk.act(action("acknowledge")).acknowledged_by == "maija"
        assert room.incident.state is State.ACKNOWLEDGED
        assert room.told()[-2:] == [
            ("muut", "acknowledged", "changed"),
            ("päivystys", "acknowledged", "changed"),
        ]

    def test_the_same_action_again_changes_nothing(self) -> None:
        room = Room()
        room.take(escalation())
        room.desk.act(action("useful"))
        assert room.desk.act(action("useful")).votes_useful == 1

    def test_an_illegal_one_raises_and_may_be_tried_again_when_it_is_legal(self) -> None:
        room = Room()
        room.take(escalation())
        early = action("undo")
        for refused in (early, action("resolve", incident="inc-0")):
            with pytest.raises(IllegalTransition):
                room.desk.act(refused)
        room.desk.act(action("acknowledge"))
        assert room.desk.act(early).state is State.OPEN

    def test_their_steps_change_no_draft_and_page_nobody(self) -> None:
        room = Room()
        room.take(escalation())
        room.writer.action = "watch"
        room.desk.act(action("snooze", until=AT + minutes(60)))
        assert room.incident.suggestion == suggestion(situation="severity 3")
        assert [kind for _, kind, _ in room.told()].count("page") == 2


class TestTick:
    """What time alone brings."""

    def test_an_overdue_answer_pages_once(self) -> None:
        room = Room()
        room.take(escalation())
        assert room.tick(AT + minutes(59)) == []
        (notice,) = room.tick(AT + minutes(60))
        assert notice.reason == "answer_overdue"
        assert [room.tick(AT + minutes(later)) for later in (61, 70, 300)] == [[], [], []]

    def test_no_answer_is_due_where_the_advice_is_to_watch(self) -> None:
        room = Room()
        room.writer.action = "watch"
        room.take(escalation())
        assert room.tick(AT + minutes(61)) == []

    def test_a_rise_during_a_snooze_pages_at_its_end(self) -> None:
        room = Room()
        room.take(escalation())
        room.desk.act(action("answered"))
        room.desk.act(action("snooze", until=AT + minutes(30)))
        room.take(rise(4, 10), now=AT + minutes(10))
        assert room.tick(AT + minutes(29)) == []
        (notice,) = room.tick(AT + minutes(30))
        assert (notice.reason, notice.incident.severity) == ("severity_rose", 4)
        assert room.tick(AT + minutes(31)) == []

    def test_a_snooze_that_is_undone_gives_its_held_page_back(self) -> None:
        room = Room()
        room.take(escalation())
        room.desk.act(action("snooze", until=AT + minutes(30)))
        room.take(rise(4, 10), now=AT + minutes(10))
        assert room.tick(AT + minutes(10.5)) == []
        room.desk.act(action("undo", at=AT + minutes(11)))
        assert [notice.reason for notice in room.tick(AT + minutes(12))] == ["severity_rose"]

    def test_an_answer_that_another_process_noted_stops_the_clock(self) -> None:
        room = Room()
        room.take(escalation())
        assert room.tick(AT + minutes(57)) == []
        other = Desk(room.store, IncidentPolicy(), ORGANISATION, [PAGER, HOOK], lambda: None)
        other.act(action("answered", at=AT + minutes(58)))
        assert room.tick(AT + minutes(62)) == []


def test_leaving_the_transaction_with_an_error_leaves_no_trace() -> None:
    room = Room()

    def crash() -> None:
        with room.store.transaction() as tx:
            room.desk.take(tx, [escalation()], AT)
            raise RuntimeError("the engine broke")

    with pytest.raises(RuntimeError, match="broke"):
        crash()
    assert (room.store.incident("inc-1"), room.store.audit("inc-1"), room.told()) == (None, [], [])
