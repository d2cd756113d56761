"""What people do to an incident, and how one step of it is undone: pure, as fields to change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from alerts.lifecycle import CLOSED
from alerts.records import BeforeAction, Incident, NoticeKind, NoticeReason
from alerts.respond.situations import SITUATIONS
from streams.errors import IllegalTransition
from streams.records import ActionKind, HumanAction

TOLD: dict[ActionKind, tuple[NoticeKind, NoticeReason]] = {
    "acknowledge": ("acknowledged", "changed"),
    "resolve": ("resolved", "resolved"),
    "false_alarm": ("resolved", "resolved"),
    "snooze": ("update", "changed"),
    "answered": ("update", "changed"),
    "undo": ("update", "changed"),
}
"""What receivers hear of a person's step; of votes and notes nothing."""


def done_by(incident: Incident, action: HumanAction) -> dict[str, Any]:
    """The fields that `action` changes beside the state, with what `undo` needs; a note changes none."""
    if action.kind == "note":
        return {}
    return {"before": _as_it_was(incident, action.kind), **_effect(incident, action)}


def undone(incident: Incident, before: BeforeAction) -> dict[str, Any]:
    """The fields as they would be had the last human step not been taken."""
    return {
        **before.model_dump(exclude={"action"}),
        "resolved_at": incident.resolved_at if before.state in CLOSED else None,
        "before": None,
    }


def _as_it_was(incident: Incident, action: ActionKind) -> BeforeAction:
    fields = {name: getattr(incident, name) for name in BeforeAction.model_fields if name != "action"}
    return BeforeAction(action=action, **fields)


def _effect(incident: Incident, action: HumanAction) -> dict[str, Any]:
    if action.kind in ("resolve", "false_alarm"):
        return _closed_by(incident, action)
    if action.kind == "snooze":
        return {"snoozed_until": _end_of_snooze(action)}
    if action.kind == "acknowledge":
        return {"acknowledged_at": action.at, "acknowledged_by": action.by}
    if action.kind == "answered":
        return {"answered_at": incident.answered_at or action.at}
    if action.kind == "situation":
        return {"situation": _situation(action)}
    return {"votes_useful": incident.votes_useful + 1}


def _closed_by(incident: Incident, action: HumanAction) -> dict[str, Any]:
    false = action.kind == "false_alarm"
    return {
        "resolved_at": incident.resolved_at or action.at,
        "resolved_by": action.by,
        "votes_false": incident.votes_false + false,
        "page_held": False,
    }


def _end_of_snooze(action: HumanAction) -> datetime:
    if action.until is None or action.until <= action.at:
        raise IllegalTransition("a snooze needs an end that lies ahead")
    return action.until


def _situation(action: HumanAction) -> str:
    if action.situation not in SITUATIONS:
        raise IllegalTransition(f"a situation is one of {', '.join(SITUATIONS)}")
    return str(action.situation)
