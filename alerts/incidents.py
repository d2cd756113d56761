"""Incidents: what people handle. One table holds the lifecycle.

             ┌──────────── raised ───────────┐
(none) ── opened ──► OPEN ── raised ──► ESCALATED ── cooling ──► COOLING ── resolved ──► RESOLVED
                      │  ▲                 │                       │  ▲                    │
                 acknowledge              acknowledge              │  └── cooling ──┐      │ reopened
                      ▼                    ▼                       │               │      ▼
                    ACKNOWLEDGED ──────────────────── cooling ─────┘            REOPENED ◄┘

Any live state: resolve ► RESOLVED, false_alarm ► FALSE_ALARM. `undo` goes back one human step.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from streams.records import Evidence, Record, UtcTime


class State(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"
    COOLING = "cooling"
    RESOLVED = "resolved"
    FALSE_ALARM = "false_alarm"
    REOPENED = "reopened"


NoticeKind = Literal["page", "update", "resolved", "acknowledged", "test"]
NoticeReason = Literal[
    "opened", "severity_rose", "answer_overdue", "reopened", "changed", "resolved", "test", "delivery_failed"
]


class Suggestion(Record):
    """The drafted first public response for one channel; `action` says whether to answer at all."""

    action: Literal["answer", "watch"]
    situation: str
    channel: str
    language: str
    text: str = Field(description="the draft; empty when the advice is to watch")
    why: str = Field(description="one sentence: why this")
    next_steps: tuple[str, ...] = ()
    reason: str = Field(default="", description="code of `why`, for showing it in the reader's language")
    evidence_words: tuple[str, ...] = Field(
        default=(), description="words of the thread that told the situation"
    )
    alternatives: tuple[str, ...] = Field(
        default=(), description="other situations that the words fit, likeliest first"
    )


class Incident(Record):
    """An escalation and all that people did about it."""

    schema_version: int = 1
    id: str
    topic: str
    thread: str | None
    state: State
    severity: int = Field(ge=1, le=5)
    peak_severity: int = Field(ge=1, le=5)
    score: float
    threshold: float
    onset_at: UtcTime
    opened_at: UtcTime
    updated_at: UtcTime
    acknowledged_at: UtcTime | None = None
    acknowledged_by: str | None = None
    answered_at: UtcTime | None = Field(default=None, description="first public answer by the organisation")
    resolved_at: UtcTime | None = None
    snoozed_until: UtcTime | None = None
    overdue_paged_at: UtcTime | None = None
    last_page_at: UtcTime | None = None
    pages: int = 0
    votes_useful: int = 0
    votes_false: int = 0
    reason: str = ""
    rule_version: str
    last_escalation: str = Field(description="id of the last escalation taken in; older ones change nothing")
    evidence: Evidence
    suggestion: Suggestion | None = None
    before_action: State | None = Field(default=None, description="where `undo` goes back to")


class Notice(Record):
    """What goes to a receiver: an incident, why now, and the page's lines in the receiver's language."""

    id: str
    kind: NoticeKind
    reason: NoticeReason
    at: UtcTime
    incident: Incident
    language: str
    lines: tuple[str, ...] = Field(description="the five lines of the page")
    link: str | None = None


class AuditEntry(Record):
    """One line of an incident's history; only ever appended."""

    incident: str
    at: UtcTime
    by: str
    what: str
    detail: str = ""


def dedup_key(incident: str) -> str:
    """The key under which receivers collapse repeats; stable over restarts."""
    return f"palovahti-{incident}"


def age_minutes(incident: Incident, now: datetime) -> int:
    """Whole minutes since the incident opened."""
    return max(0, int((now - incident.opened_at).total_seconds() // 60))
