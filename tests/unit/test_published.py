"""What people publish and confirm: cleared by rules and a second person, kept, used at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.desk import Desk
from alerts.incidents import IncidentPolicy, State
from alerts.organisation import Fact, Organisation
from alerts.respond.fact_board import added, board, ended, with_board
from alerts.respond.published import NotCleared, replies_of
from alerts.store.sqlite import SqliteStore
from streams.errors import IllegalTransition
from tests.build import AT, action, escalation, evidence, incident, minutes, stored_mention, suggestion

OURS = Organisation(name="Posti", approver="Olli")
GOOD = (
    "Olemme lukeneet viestinne kadonneista paketeista. Ymmärrämme, että tämä harmittaa. "
    "Emme vielä tiedä syytä. "
    "Selvitämme asiaa nyt. Kerromme lisää tässä ketjussa viimeistään klo 15.00."
)
COMPENSATION = GOOD + " Saatte jokainen hyvityksen."
FACT = Fact(statement={"fi": "Lajittelulinja 7 on poikki."}, topic="Posti", confirmed_by="Maija", at=AT)


def desk(store: SqliteStore, organisation: Organisation = OURS) -> Desk:
    return Desk(store, IncidentPolicy(), organisation, [], lambda: None)


@pytest.fixture
def store() -> SqliteStore:
    made = SqliteStore(":memory:")
    with made.transaction() as tx:
        tx.put_incident(incident(suggestion=suggestion()))
        tx.add_mentions([stored_mention(text="Pakettini katosi", topics=("Posti",))])
    return made


def reply(text: str = GOOD, **fields: object) -> dict[str, object]:
    return {"text": text, "channel": "mastodon", "language": "fi", **fields}


def published(store: SqliteStore, **fields: object) -> None:
    desk(store).act(action("answered", **{"reply": reply(), **fields}))


def audit(store: SqliteStore) -> list[tuple[str, str, str]]:
    return [(line.by, line.what, line.detail) for line in store.audit("inc-1")]


class TestPublishing:
    """Nothing is sent; what was is recorded, once it is cleared."""

    def test_what_was_published_is_kept_with_what_was_kept_of_the_suggestion(
        self, store: SqliteStore
    ) -> None:
        published(store, reply=reply(suggested=GOOD.replace("klo 15.00", "klo 14.00")))
        (kept,) = replies_of(store, "inc-1")
        assert (kept.author, kept.channel, kept.text, kept.findings) == ("maija", "mastodon", GOOD, ())
        assert 0.9 < kept.kept_share < 1
        answered = store.incident("inc-1")
        assert answered is not None
        assert answered.answered_at == AT + minutes(5)

    def test_the_same_step_again_is_one_reply(self, store: SqliteStore) -> None:
        for _ in range(2):
            published(store)
        assert len(replies_of(store)) == 1

    def test_a_blocking_finding_without_a_written_reason_is_refused_and_changes_nothing(
        self, store: SqliteStore
    ) -> None:
        for reason in ({}, {"R17": "  "}, {"R11": "because"}):
            with pytest.raises(NotCleared) as refused:
                published(store, reply=reply(COMPENSATION, overrides=reason))
            assert refused.value.rules == ("R17",)
        assert (replies_of(store), audit(store)) == ([], [])
        unanswered = store.incident("inc-1")
        assert unanswered is not None
        assert unanswered.answered_at is None

    def test_an_override_is_kept_with_its_reason_in_the_history(self, store: SqliteStore) -> None:
        reasons = {"R17": "kuluttajaviranomainen määräsi", "R11": "not needed"}
        published(store, reply=reply(COMPENSATION, overrides=reasons))
        (kept,) = replies_of(store)
        assert kept.overrides == {"R17": "kuluttajaviranomainen määräsi"}
        assert [one.rule for one in kept.findings if one.severity == "block"] == ["R17"]
        assert ("maija", "override", "R17: kuluttajaviranomainen määräsi") in audit(store)

    @pytest.mark.parametrize(
        ("by", "approver", "allowed"),
        [
            ("maija", "olli", True),
            ("maija", "", False),
            ("maija", " Maija ", False),
            ("web", "olli", False),
            ("", "olli", False),
        ],
    )
    def test_at_the_highest_severity_two_named_people_are_needed(
        self, store: SqliteStore, by: str, approver: str, allowed: bool
    ) -> None:
        with store.transaction() as tx:
            tx.put_incident(incident(severity=5, suggestion=suggestion()))
        fields = {"by": by, "reply": reply(approver=approver, overrides={"R28": "no time"})}
        if allowed:
            published(store, **fields)
            assert ("maija", "approved", "olli") in audit(store)
        else:
            with pytest.raises(NotCleared, match="R28"):
                published(store, **fields)

    def test_a_second_answer_in_the_same_branch_is_warned_of_and_the_closing_line_is_not(
        self, store: SqliteStore
    ) -> None:
        published(store)
        again = GOOD.replace("Selvitämme asiaa nyt", "Tutkimme kadonneita paketteja parhaillaan")
        published(store, at=AT + minutes(9), reply=reply(again))
        closing = "Kadonneet paketit ovat löytyneet, ja asia on hoidettu. Kiitos, että kerroitte."
        published(store, at=AT + minutes(20), reply=reply(closing, kind="closing"))
        last, second, first = replies_of(store, "inc-1")
        assert [[one.rule for one in each.findings] for each in (first, second, last)] == [[], ["R10"], []]

    def test_a_fact_on_the_board_makes_its_number_sayable(self, store: SqliteStore) -> None:
        told = GOOD.replace("Emme vielä", "Lajittelulinja 7 on poikki. Emme vielä")
        with pytest.raises(NotCleared, match="R03"):
            published(store, reply=reply(told))
        desk(store).note_facts([added(FACT, "fact:1", "Maija", AT)], "Posti", AT)
        published(store, reply=reply(told))
        assert len(replies_of(store)) == 1


class TestFactBoard:
    """Entered once, ended once, used at once."""

    def test_a_confirmed_fact_is_in_the_draft_of_a_live_incident_at_once_and_out_when_ended(
        self, store: SqliteStore
    ) -> None:
        ours = desk(store)
        ours.note_facts([added(FACT, "fact:1", "Maija", AT)], "Posti", AT)
        assert "Lajittelulinja 7 on poikki." in draft(store)
        ours.note_facts([ended("fact:1", "Olli", AT + minutes(10))], "Posti", AT + minutes(10))
        assert "Lajittelulinja" not in draft(store)
        assert [what for _, what, _ in audit(store)] == ["fact_added", "fact_ended"]
        (kept,) = board(store)
        assert (kept.added_by, kept.ended_by, kept.ended_at) == ("Maija", "Olli", AT + minutes(10))

    def test_a_fact_of_another_topic_and_an_expired_one_change_no_draft(self, store: SqliteStore) -> None:
        other = FACT.model_copy(update={"topic": "VR"})
        expired = FACT.model_copy(update={"expires": AT - timedelta(hours=1)})
        ours = desk(store)
        ours.note_facts([added(other, "fact:1", "Maija", AT)], "VR", AT)
        ours.note_facts([added(expired, "fact:2", "Maija", AT)], "Posti", AT)
        assert "Lajittelulinja" not in draft(store)

    def test_a_closed_incident_keeps_its_draft(self, store: SqliteStore) -> None:
        with store.transaction() as tx:
            tx.put_incident(incident(state=State.RESOLVED, suggestion=suggestion()))
        desk(store).note_facts([added(FACT, "fact:1", "Maija", AT)], "Posti", AT)
        assert draft(store) == suggestion().text

    def test_the_same_fact_twice_is_one(self, store: SqliteStore) -> None:
        for _ in range(2):
            desk(store).note_facts([added(FACT, "fact:1", "Maija", AT)], "Posti", AT)
        assert len(board(store)) == 1

    def test_the_board_stands_before_the_configuration(self, store: SqliteStore) -> None:
        configured = Organisation(facts=(FACT.model_copy(update={"statement": {"fi": "Vanha tieto."}}),))
        desk(store).note_facts([added(FACT, "fact:1", "Maija", AT)], "Posti", AT)
        told = [fact.text("fi", "fi") for fact in with_board(configured, store).facts]
        assert told == ["Lajittelulinja 7 on poikki.", "Vanha tieto."]


class TestSituation:
    """A wrong guess costs one step, and it can be undone."""

    def test_the_chosen_situation_renews_the_draft_and_stays_when_it_pages_again(
        self, store: SqliteStore
    ) -> None:
        ours = desk(store)
        ours.act(action("situation", situation="outage"))
        assert "häiriö" in draft(store)
        with store.transaction() as tx:
            raised = escalation(kind="raised", severity=4, at=AT + minutes(9), evidence=evidence())
            ours.take(tx, [raised], AT + minutes(9))
        assert "häiriö" in draft(store)
        assert ("maija", "situation", "outage") in audit(store)

    def test_undo_brings_the_recognised_situation_back(self, store: SqliteStore) -> None:
        ours = desk(store)
        ours.act(action("situation", situation="outage"))
        ours.act(action("undo", at=AT + minutes(6)))
        assert "häiriö" not in draft(store)
        undone = store.incident("inc-1")
        assert undone is not None
        assert undone.situation is None

    def test_an_unknown_situation_is_refused(self, store: SqliteStore) -> None:
        with pytest.raises(IllegalTransition, match="outage"):
            desk(store).act(action("situation", situation="<script>"))

    def test_other_steps_leave_the_draft_alone(self, store: SqliteStore) -> None:
        desk(store).act(action("acknowledge"))
        assert draft(store) == suggestion().text


def draft(store: SqliteStore) -> str:
    kept = store.incident("inc-1")
    assert kept is not None
    assert kept.suggestion is not None
    return kept.suggestion.text
