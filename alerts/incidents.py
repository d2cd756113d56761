"""Incidents: what people handle, and the one pure step that changes them.

The records stand in `alerts/records.py`, what leads from one state to another in `alerts/lifecycle.py`, what
a person's step changes in `alerts/actions.py`, whether a step pages in `alerts/paging.py`; here they are put
to work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.actions import TOLD, done_by, undone
from alerts.lifecycle import CLOSED, LIVE, TRANSITIONS, State, state_after
from alerts.paging import Cause, Decision, IncidentPolicy, Occasion, decide
from alerts.records import (
    AuditEntry,
    Incident,
    Notice,
    NoticeKind,
    NoticeReason,
    Suggestion,
    age_minutes,
    answer_due_at,
    answer_target_at,
    dedup_key,
    is_snoozed,
    situation_of,
    waited,
)
from streams.errors import IllegalTransition
from streams.records import Escalation, HumanAction, Record, UtcTime

__all__ = [
    "CLOSED",
    "LIVE",
    "TRANSITIONS",
    "AuditEntry",
    "Decision",
    "Event",
    "Incident",
    "IncidentPolicy",
    "Notice",
    "NoticeKind",
    "NoticeReason",
    "Overdue",
    "SnoozeOver",
    "State",
    "Step",
    "Suggestion",
    "age_minutes",
    "answer_due_at",
    "answer_target_at",
    "dedup_key",
    "is_snoozed",
    "situation_of",
    "step",
    "waited",
]

REMEMBERED = 16
"""How many escalation ids an incident remembers; older ones are known by their time."""


class Overdue(Record):
    """The first public answer was due at `due_at` and has not been given."""

    incident: str
    at: UtcTime
    due_at: UtcTime


class SnoozeOver(Record):
    """A snooze ended that held back a rise of severity."""

    incident: str
    at: UtcTime


Event = Escalation | HumanAction | Overdue | SnoozeOver


@dataclass(frozen=True, slots=True)
class Step:
    """What an event leads to: the incident after it, why, and what receivers are told, if anything."""

    incident: Incident
    decision: Decision
    audit: tuple[AuditEntry, ...] = ()
    notice: NoticeKind | None = None
    reason: NoticeReason | None = None


def step(
    incident: Incident | None, event: Event, policy: IncidentPolicy, now: datetime | None = None
) -> Step:
    """The incident after `event`; pure. `now` (default: the event's time) tells how old an escalation is.

    An escalation that was taken in before, or is older than the last, changes nothing. An illegal step raises
    `IllegalTransition` and changes nothing.
    """
    if incident is not None and incident.id != event.incident:
        raise IllegalTransition(f"an event of {event.incident} does not concern {incident.id}")
    if isinstance(event, Escalation):
        return _escalate(incident, event, policy, now or event.at)
    if incident is None:
        raise IllegalTransition(f"there is no incident {event.incident}")
    if isinstance(event, HumanAction):
        return _undo(incident, event) if event.kind == "undo" else _act(incident, event)
    if isinstance(event, Overdue):
        return _remind_of_answer(incident, event, policy)
    return _end_snooze(incident, event, policy)


def _escalate(incident: Incident | None, event: Escalation, policy: IncidentPolicy, now: datetime) -> Step:
    if incident is None:
        return _open(event, policy, now)
    if event.id in incident.recent_escalations or event.at < (incident.last_escalation_at or event.at):
        return Step(incident, Decision.ALREADY_TAKEN)
    state = state_after(incident.state, event.kind)
    decision = decide(_occasion(incident, event.kind, event.severity, now, now - event.at), policy)
    after = _changed(
        incident, **_measured(event), **_moved(incident, event, state), **_paged(incident, decision, event)
    )
    note = f"severity {incident.severity} to {event.severity}; {decision}"
    return _told(
        after, decision, _notice_of(incident, after, decision), _line(event, "watch", event.kind, note)
    )


def _open(event: Escalation, policy: IncidentPolicy, now: datetime) -> Step:
    """A new incident; recorded in silence when its cause is too old."""
    state = state_after(None, event.kind)
    decision = decide(_occasion(None, "opened", event.severity, now, now - event.at), policy)
    blank = Incident(
        id=event.incident,
        topic=event.topic,
        thread=event.thread,
        state=state,
        peak_severity=event.severity,
        onset_at=event.onset_at,
        opened_at=event.at,
        rule_version=event.rule_version,
        recent_escalations=(event.id,),
        **_measured(event),
    )
    after = _changed(blank, **_paged(blank, decision, event))
    note = f"severity {event.severity}; {decision}"
    return _told(after, decision, _notice_of(None, after, decision), _line(event, "watch", event.kind, note))


def _act(incident: Incident, action: HumanAction) -> Step:
    """A person's step; all but a note can be undone."""
    state = state_after(incident.state, action.kind)
    after = _changed(incident, state=state, **done_by(incident, action))
    return _told(
        after,
        Decision.BY_PERSON,
        _notice_of_action(after, action),
        _by(action, action.note or action.situation or ""),
    )


def _undo(incident: Incident, action: HumanAction) -> Step:
    """Back to where the incident would be had the last human step not been taken."""
    if incident.before is None:
        raise IllegalTransition("there is no step to undo")
    after = _changed(incident, **undone(incident, incident.before))
    note = f"undoes {incident.before.action}"
    return _told(after, Decision.BY_PERSON, _notice_of_action(after, action), _by(action, note))


def _remind_of_answer(incident: Incident, event: Overdue, policy: IncidentPolicy) -> Step:
    state_after(incident.state, "overdue")
    if incident.answered_at is not None or incident.overdue_paged_at is not None or event.at < event.due_at:
        return Step(incident, Decision.NOT_OVERDUE)
    occasion = _occasion(incident, "overdue", incident.severity, event.at, event.at - event.due_at)
    decision = decide(occasion, policy)
    if decision is Decision.SNOOZED:
        return Step(incident, decision)
    after = _changed(incident, overdue_paged_at=event.at, **_paged(incident, decision, event))
    return _told(after, decision, _page_if(decision), _line(event, "desk", "overdue", decision))


def _end_snooze(incident: Incident, event: SnoozeOver, policy: IncidentPolicy) -> Step:
    state_after(incident.state, "snooze_over")
    if not incident.page_held or is_snoozed(incident, event.at):
        return Step(incident, Decision.SNOOZED if incident.page_held else Decision.ALREADY_TAKEN)
    age = event.at - (incident.snoozed_until or event.at)
    decision = decide(_occasion(incident, "snooze_over", incident.severity, event.at, age), policy)
    after = _changed(incident, **{"page_held": False, **_paged(incident, decision, event)})
    return _told(after, decision, _page_if(decision), _line(event, "desk", "snooze_over", decision))


def _occasion(
    incident: Incident | None, cause: Cause, severity: int, now: datetime, age: timedelta
) -> Occasion:
    return Occasion(
        cause=cause,
        severity=severity,
        peak=incident.peak_severity if incident else 0,
        paged=incident.paged_severity if incident else 0,
        held=incident is not None and incident.page_held,
        snoozed=incident is not None and is_snoozed(incident, now),
        closed_by_person=incident is not None and incident.resolved_by is not None,
        age=age,
    )


def _measured(event: Escalation) -> dict[str, Any]:
    """What the escalation says, as fields of the incident; why it is one is told by its rise, not its end."""
    fields = {
        "severity": event.severity,
        "score": event.score,
        "threshold": event.threshold,
        "updated_at": event.at,
        "reason": event.reason,
        "evidence": event.evidence,
        "last_escalation": event.id,
        "last_escalation_at": event.at,
    }
    if event.kind in ("cooling", "resolved"):
        for name in ("score", "reason", "evidence"):
            del fields[name]
    return fields


def _moved(incident: Incident, event: Escalation, state: State) -> dict[str, Any]:
    """The state after an escalation, here and on the way that `undo` would go back to."""
    before = incident.before
    if before is not None:
        aside = TRANSITIONS.get((before.state, event.kind), before.state)
        before = before.model_copy(update={"state": aside})
    return {
        "state": state,
        "before": before,
        "peak_severity": max(incident.peak_severity, event.severity),
        "resolved_at": (incident.resolved_at or event.at) if state in CLOSED else None,
        "recent_escalations": (*incident.recent_escalations, event.id)[-REMEMBERED:],
    }


def _paged(incident: Incident, decision: Decision, event: Event) -> dict[str, Any]:
    """What a page, or one that a snooze holds back, leaves on the incident."""
    if decision is Decision.SNOOZED:
        return {"page_held": True}
    if not decision.pages:
        return {}
    severity = event.severity if isinstance(event, Escalation) else incident.severity
    return {
        "pages": incident.pages + 1,
        "paged_severity": max(incident.paged_severity, severity),
        "page_held": False,
        "first_page_at": incident.first_page_at or event.at,
        "last_page_at": event.at,
    }


def _page_if(decision: Decision) -> tuple[NoticeKind, NoticeReason] | None:
    match decision:
        case Decision.OPENED:
            return "page", "opened"
        case Decision.SEVERITY_ROSE:
            return "page", "severity_rose"
        case Decision.ANSWER_OVERDUE:
            return "page", "answer_overdue"
        case Decision.REOPENED:
            return "page", "reopened"
    return None


def _notice_of(
    incident: Incident | None, after: Incident, decision: Decision
) -> tuple[NoticeKind, NoticeReason] | None:
    """What receivers hear of an escalation: of an incident that never paged, nothing."""
    if decision.pages or after.pages == 0:
        return _page_if(decision)
    if after.state not in CLOSED:
        return "update", "changed"
    newly = incident is not None and incident.state not in CLOSED
    return ("resolved", "resolved") if newly else None


def _notice_of_action(after: Incident, action: HumanAction) -> tuple[NoticeKind, NoticeReason] | None:
    return TOLD.get(action.kind) if after.pages else None


def _told(
    after: Incident, decision: Decision, told: tuple[NoticeKind, NoticeReason] | None, line: AuditEntry
) -> Step:
    if told is None:
        return Step(after, decision, (line,))
    return Step(_changed(after, notices=after.notices + 1), decision, (line,), *told)


def _line(event: Event, by: str, what: str, detail: str) -> AuditEntry:
    return AuditEntry(incident=event.incident, at=event.at, by=by, what=what, detail=detail)


def _by(action: HumanAction, detail: str) -> AuditEntry:
    return _line(action, action.by, action.kind, detail)


def _changed(incident: Incident, **fields: Any) -> Incident:
    return incident.model_copy(update=fields)
