"""Whether to wake somebody: pure, and always with a reason.

An incident pages once when it opens, when its severity rises above all before, when an answer is overdue, and
when it is reopened worse than ever. Everything else is silent. What holds a page back: a person closed the
incident; the cause is older than `max_page_age_minutes`; a snooze (severity 5 breaks it).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from pydantic import Field

from streams.records import Record


class IncidentPolicy(Record):
    """When incidents may page."""

    max_page_age_minutes: int = Field(
        default=120,
        ge=1,
        description="nothing older, in event time before now, ever pages: a first run stays silent",
    )

    @property
    def max_page_age(self) -> timedelta:
        """The oldest cause that may page."""
        return timedelta(minutes=self.max_page_age_minutes)


class Decision(StrEnum):
    """Why a step pages or does not; it reaches the audit, the log and the page."""

    OPENED = "opened"
    SEVERITY_ROSE = "severity_rose"
    ANSWER_OVERDUE = "answer_overdue"
    REOPENED = "reopened"

    CHANGED = "changed"
    NOT_ABOVE_PEAK = "not_above_peak"
    TOO_OLD = "too_old"
    SNOOZED = "snoozed"
    CLOSED_BY_PERSON = "closed_by_person"
    ALREADY_TAKEN = "already_taken"
    NOT_OVERDUE = "not_overdue"
    BY_PERSON = "by_person"

    @property
    def pages(self) -> bool:
        """Whether this wakes somebody."""
        return self in PAGING


PAGING = frozenset({Decision.OPENED, Decision.SEVERITY_ROSE, Decision.ANSWER_OVERDUE, Decision.REOPENED})

Cause = Literal["opened", "raised", "reopened", "overdue", "snooze_over", "cooling", "resolved"]


@dataclass(frozen=True, slots=True)
class Occasion:
    """What happened to an incident, and all that bears on whether to page about it."""

    cause: Cause
    severity: int
    """Now, 1-5."""
    peak: int
    """The highest before this; 0 for a new incident."""
    paged: int
    """The highest that a page has told; 0 if none."""
    held: bool
    """Whether a snooze holds back a rise."""
    snoozed: bool
    closed_by_person: bool
    age: timedelta
    """How long before now the cause lies, in event time."""


def decide(occasion: Occasion, policy: IncidentPolicy) -> Decision:
    """Whether to page, as a reason."""
    wanted = _wanted(occasion)
    return (wanted.pages and _hindrance(occasion, policy)) or wanted


def _wanted(occasion: Occasion) -> Decision:
    """What the cause alone asks for."""
    match occasion.cause:
        case "opened":
            return Decision.OPENED
        case "overdue":
            return Decision.ANSWER_OVERDUE
        case "cooling" | "resolved":
            return Decision.CHANGED
    if not _is_news(occasion):
        return Decision.NOT_ABOVE_PEAK
    return Decision.REOPENED if occasion.cause == "reopened" else Decision.SEVERITY_ROSE


def _is_news(occasion: Occasion) -> bool:
    """Whether it is worse than ever, or than people were told when a snooze holds a rise back."""
    return occasion.severity > (occasion.paged if occasion.held else occasion.peak)


def _hindrance(occasion: Occasion, policy: IncidentPolicy) -> Decision | None:
    """What keeps a wanted page back, if anything."""
    if occasion.closed_by_person:
        return Decision.CLOSED_BY_PERSON
    if occasion.age > policy.max_page_age:
        return Decision.TOO_OLD
    if occasion.snoozed and not _breaks_snooze(occasion):
        return Decision.SNOOZED
    return None


def _breaks_snooze(occasion: Occasion) -> bool:
    """Only a rise to the worst severity does; an overdue answer waits."""
    return occasion.severity == 5 and occasion.cause != "overdue"
