"""The life of an incident, as one table.

                  ┌──────────── raised ────────────┐
    (none) ─opened─► OPEN ──raised──► ESCALATED ◄──┴── COOLING ──resolved──► RESOLVED
                      │                   │              ▲                      │
                 acknowledge         acknowledge      cooling            raised, reopened
                      └──► ACKNOWLEDGED ◄─┘     (any live state)                ▼
                          (a rise leaves it so)                              REOPENED

    Any live state: resolved or resolve ► RESOLVED, false_alarm ► FALSE_ALARM.
    In place: snooze, answered, useful, note, situation, overdue, snooze_over. `undo` goes back one human
    step: where to, only the incident knows, so it is not in the table.

An escalation that comes in order is never illegal on a live incident: the watch does not know what people
did meanwhile. A rise whose opening was lost opens: a page too many is better than a silent fire. A false
alarm stays one, whatever the watch says later; what was resolved shows again in the list when it rises.
"""

from __future__ import annotations

from enum import StrEnum

from streams.errors import IllegalTransition


class State(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"
    COOLING = "cooling"
    RESOLVED = "resolved"
    FALSE_ALARM = "false_alarm"
    REOPENED = "reopened"


CLOSED = frozenset({State.RESOLVED, State.FALSE_ALARM})
LIVE = tuple(state for state in State if state not in CLOSED)

# fmt: off
TRANSITIONS: dict[tuple[State | None, str], State] = {
    (None, "opened"): State.OPEN,
    (None, "raised"): State.ESCALATED,

    (State.OPEN, "raised"): State.ESCALATED,
    (State.OPEN, "cooling"): State.COOLING,
    (State.OPEN, "resolved"): State.RESOLVED,
    (State.OPEN, "reopened"): State.REOPENED,
    (State.OPEN, "acknowledge"): State.ACKNOWLEDGED,
    (State.OPEN, "resolve"): State.RESOLVED,
    (State.OPEN, "false_alarm"): State.FALSE_ALARM,
    (State.OPEN, "snooze"): State.OPEN,
    (State.OPEN, "answered"): State.OPEN,
    (State.OPEN, "useful"): State.OPEN,
    (State.OPEN, "note"): State.OPEN,
    (State.OPEN, "situation"): State.OPEN,
    (State.OPEN, "overdue"): State.OPEN,
    (State.OPEN, "snooze_over"): State.OPEN,

    (State.ESCALATED, "raised"): State.ESCALATED,
    (State.ESCALATED, "cooling"): State.COOLING,
    (State.ESCALATED, "resolved"): State.RESOLVED,
    (State.ESCALATED, "reopened"): State.REOPENED,
    (State.ESCALATED, "acknowledge"): State.ACKNOWLEDGED,
    (State.ESCALATED, "resolve"): State.RESOLVED,
    (State.ESCALATED, "false_alarm"): State.FALSE_ALARM,
    (State.ESCALATED, "snooze"): State.ESCALATED,
    (State.ESCALATED, "answered"): State.ESCALATED,
    (State.ESCALATED, "useful"): State.ESCALATED,
    (State.ESCALATED, "note"): State.ESCALATED,
    (State.ESCALATED, "situation"): State.ESCALATED,
    (State.ESCALATED, "overdue"): State.ESCALATED,
    (State.ESCALATED, "snooze_over"): State.ESCALATED,

    (State.ACKNOWLEDGED, "raised"): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, "cooling"): State.COOLING,
    (State.ACKNOWLEDGED, "resolved"): State.RESOLVED,
    (State.ACKNOWLEDGED, "reopened"): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, "acknowledge"): State.ACKNOWLEDGED,  # somebody else takes over
    (State.ACKNOWLEDGED, "resolve"): State.RESOLVED,
    (State.ACKNOWLEDGED, "false_alarm"): State.FALSE_ALARM,
    (State.ACKNOWLEDGED, "snooze"): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, "answered"): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, "useful"): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, "note"): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, "situation"): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, "overdue"): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, "snooze_over"): State.ACKNOWLEDGED,

    (State.COOLING, "raised"): State.ESCALATED,
    (State.COOLING, "cooling"): State.COOLING,
    (State.COOLING, "resolved"): State.RESOLVED,
    (State.COOLING, "reopened"): State.REOPENED,
    (State.COOLING, "acknowledge"): State.ACKNOWLEDGED,
    (State.COOLING, "resolve"): State.RESOLVED,
    (State.COOLING, "false_alarm"): State.FALSE_ALARM,
    (State.COOLING, "snooze"): State.COOLING,
    (State.COOLING, "answered"): State.COOLING,
    (State.COOLING, "useful"): State.COOLING,
    (State.COOLING, "note"): State.COOLING,
    (State.COOLING, "situation"): State.COOLING,
    (State.COOLING, "overdue"): State.COOLING,
    (State.COOLING, "snooze_over"): State.COOLING,

    (State.REOPENED, "raised"): State.ESCALATED,
    (State.REOPENED, "cooling"): State.COOLING,
    (State.REOPENED, "resolved"): State.RESOLVED,
    (State.REOPENED, "reopened"): State.REOPENED,
    (State.REOPENED, "acknowledge"): State.ACKNOWLEDGED,
    (State.REOPENED, "resolve"): State.RESOLVED,
    (State.REOPENED, "false_alarm"): State.FALSE_ALARM,
    (State.REOPENED, "snooze"): State.REOPENED,
    (State.REOPENED, "answered"): State.REOPENED,
    (State.REOPENED, "useful"): State.REOPENED,
    (State.REOPENED, "note"): State.REOPENED,
    (State.REOPENED, "situation"): State.REOPENED,
    (State.REOPENED, "overdue"): State.REOPENED,
    (State.REOPENED, "snooze_over"): State.REOPENED,

    (State.RESOLVED, "raised"): State.REOPENED,
    (State.RESOLVED, "reopened"): State.REOPENED,
    (State.RESOLVED, "cooling"): State.RESOLVED,
    (State.RESOLVED, "resolved"): State.RESOLVED,
    (State.RESOLVED, "false_alarm"): State.FALSE_ALARM,
    (State.RESOLVED, "answered"): State.RESOLVED,
    (State.RESOLVED, "useful"): State.RESOLVED,
    (State.RESOLVED, "note"): State.RESOLVED,

    (State.FALSE_ALARM, "raised"): State.FALSE_ALARM,
    (State.FALSE_ALARM, "reopened"): State.FALSE_ALARM,
    (State.FALSE_ALARM, "cooling"): State.FALSE_ALARM,
    (State.FALSE_ALARM, "resolved"): State.FALSE_ALARM,
    (State.FALSE_ALARM, "useful"): State.FALSE_ALARM,
    (State.FALSE_ALARM, "note"): State.FALSE_ALARM,
}
# fmt: on


def state_after(state: State | None, event: str) -> State:
    """The state that an event leads to; `IllegalTransition` where the table has none."""
    following = TRANSITIONS.get((state, event))
    if following is None:
        raise IllegalTransition(f"an incident that is {state or 'not there'} cannot take '{event}'")
    return following
