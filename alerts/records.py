"""What the desk works on and what goes out: incidents, suggestions, notices, lines of the audit."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field, JsonValue

from alerts.lifecycle import CLOSED, State
from streams.records import ActionKind, Evidence, Record, UtcTime

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


class ModelDraft(Record):
    """What a language model made of a suggestion; shown only where the rules found nothing in it."""

    text: str = Field(default="", description="empty where it was dropped")
    model: str
    at: UtcTime
    of: str = Field(description="digest of the suggestion that it rewords")
    dropped: tuple[str, ...] = Field(default=(), description="rules or words that say why it is not shown")
    tries: int = Field(default=1, ge=1)


class BeforeAction(Record):
    """What the last human step changed, as it was before: what `undo` goes back to."""

    action: ActionKind
    state: State
    acknowledged_at: UtcTime | None
    acknowledged_by: str | None
    answered_at: UtcTime | None
    resolved_by: str | None
    snoozed_until: UtcTime | None
    votes_useful: int
    votes_false: int
    situation: str | None = None


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
    waiting_since: UtcTime | None = Field(
        default=None,
        description="the first negative post without a public answer: there the clock of the answer starts",
    )
    resolved_at: UtcTime | None = None
    resolved_by: str | None = Field(
        default=None, description="the person who closed it; such an incident never pages again"
    )
    snoozed_until: UtcTime | None = None
    overdue_paged_at: UtcTime | None = Field(
        default=None, description="when the overdue answer was paged, or found too old to be"
    )
    first_page_at: UtcTime | None = Field(default=None, description="when the answer's clock started")
    last_page_at: UtcTime | None = None
    pages: int = 0
    paged_severity: int = Field(default=0, ge=0, le=5, description="the highest that a page told; 0: none")
    page_held: bool = Field(default=False, description="a snooze holds back a rise of severity")
    notices: int = Field(default=0, description="notices decided so far; numbers their ids")
    votes_useful: int = 0
    votes_false: int = 0
    reason: str = ""
    rule_version: str
    last_escalation: str = Field(description="id of the last escalation taken in; older ones change nothing")
    last_escalation_at: UtcTime | None = None
    recent_escalations: tuple[str, ...] = Field(default=(), description="ids of the last ones taken in")
    evidence: Evidence
    situation: str | None = Field(default=None, description="what a person said the matter is")
    drill: bool = Field(default=False, description="true: a drill, nothing of it happened")
    criticism_deleted: int = Field(
        default=0, ge=0, description="negative posts of others that our own accounts were seen to delete"
    )
    suggestion: Suggestion | None = None
    model_draft: ModelDraft | None = Field(
        default=None, description="a second draft, where one was asked for"
    )
    before: BeforeAction | None = Field(default=None, description="what `undo` goes back to; None: nothing")

    @property
    def before_action(self) -> State | None:
        """The state that `undo` would go back to; None when there is nothing to undo."""
        return self.before.state if self.before else None


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


class CriticismDeleted(Record):
    """One of our accounts deleted what somebody else criticised, without an entry in the ledger."""

    incident: str
    at: UtcTime
    mention: str


class LedgerEntry(Record):
    """One entry of an append-only ledger: something that people did beside incidents."""

    ledger: str = Field(min_length=1, max_length=40, description="moderation, pager_test, drill ...")
    id: str = Field(min_length=1, max_length=200, description="the same id in a ledger twice is one entry")
    at: UtcTime
    by: str
    about: str = Field(default="", description="what it concerns: a post, a receiver, an incident")
    body: dict[str, JsonValue] = Field(default_factory=dict)


def dedup_key(incident: str) -> str:
    """The key under which receivers collapse repeats; stable over restarts."""
    return f"palovahti-{incident}"


def age_minutes(incident: Incident, now: datetime) -> int:
    """Whole minutes since the incident opened."""
    return max(0, int((now - incident.opened_at).total_seconds() // 60))


def is_snoozed(incident: Incident, now: datetime) -> bool:
    """Whether a person asked for silence that still lasts; it ends at its end, not after it."""
    return incident.snoozed_until is not None and now < incident.snoozed_until


def waited(incident: Incident, now: datetime) -> timedelta:
    """How long people have waited for a public answer, or waited until it came or all was over."""
    start = incident.waiting_since or incident.opened_at
    return max(timedelta(0), (incident.answered_at or incident.resolved_at or now) - start)


def situation_of(incident: Incident) -> str | None:
    """What the matter is: as a person said, else as its draft took it; None where neither is there."""
    return incident.situation or (incident.suggestion.situation if incident.suggestion else None)


def answer_target_at(incident: Incident, within: timedelta) -> datetime | None:
    """By when the first public answer should stand; None when none is awaited.

    The clock starts at the first unanswered negative post. None is awaited of an incident that paged nobody
    or is over, nor where the advice is to watch.
    """
    if incident.first_page_at is None or incident.state in CLOSED or incident.resolved_by is not None:
        return None
    if incident.answered_at is not None:
        return None
    if incident.suggestion is not None and incident.suggestion.action == "watch":
        return None
    return (incident.waiting_since or incident.first_page_at) + within


def answer_due_at(incident: Incident, within: timedelta) -> datetime | None:
    """When to page about the missing answer; None when none is awaited, or its lateness was dealt with.

    At its target, but never before half the time from the first page on: before it, nobody knew.
    """
    target = answer_target_at(incident, within)
    if target is None or incident.first_page_at is None or incident.overdue_paged_at is not None:
        return None
    return max(target, incident.first_page_at + within / 2)
