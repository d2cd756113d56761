"""Whatever a form sends becomes a checked action or a refusal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.organisation import Organisation
from alerts.web.actions import KINDS, NOTE_LIMIT, action_from_form
from alerts.web.refusal import Refusal
from streams.records import HumanAction
from tests.build import AT, minutes

ZONE = Organisation().zone
FIELDS = st.dictionaries(st.sampled_from(["do", "id", "by", "note", "until"]), st.text(st.characters()))


def action(**fields: str) -> HumanAction:
    return action_from_form({"do": "acknowledge", "id": "0123456789ab", **fields}, "inc-1", AT, ZONE)


@given(FIELDS, st.sampled_from([*KINDS, "snooze:30"]))
def test_any_form_is_an_action_or_a_refusal(fields: dict[str, str], do: str) -> None:
    try:
        taken = action_from_form({"id": "0123456789ab", "do": do, **fields}, "inc-1", AT, ZONE)
    except Refusal:
        return
    assert taken.incident == "inc-1"
    assert taken.by.strip()
    taken.model_dump_json().encode()


def test_a_nameless_button_is_pressed_by_the_page() -> None:
    assert action(by="  \u202e ").by == "web"


def test_a_name_is_one_short_line_and_a_note_keeps_its_lines() -> None:
    taken = action(by="Maija\nMeikäläinen" + "x" * 500, note="a\nb\x00" + "y" * 9000)
    assert taken.by.startswith("Maija Meikäläinen")
    assert len(taken.by) <= 60
    assert taken.note.startswith("a\nb")
    assert len(taken.note) <= NOTE_LIMIT


def test_the_same_press_has_the_same_id_and_another_incident_another() -> None:
    assert action().id == action().id == "inc-1:0123456789ab"


def test_only_a_snooze_has_an_end() -> None:
    assert action(do="snooze:60").until == AT + minutes(60)
    assert action(do="resolve").until is None


@pytest.mark.parametrize("identity", ["", "short", "a b c d e f g h", "x" * 101, "../../../etc"])
def test_an_id_that_is_none_of_ours_is_refused(identity: str) -> None:
    with pytest.raises(Refusal):
        action(id=identity)
