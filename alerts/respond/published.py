"""What people published as our answer: checked before it counts, and kept for the after-action report.

Nothing here sends. A person publishes on the channel and tells us; the desk refuses what is not cleared:
a rule that blocks without a written override, and at severity 5 an author who approves alone.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Final

from pydantic import Field

from alerts.records import AuditEntry, Incident, LedgerEntry
from alerts.respond.people import TWO_PEOPLE
from alerts.respond.rules import Report
from alerts.store.store import Store
from streams.errors import IllegalTransition
from streams.records import HumanAction, PublicReply, Record, UtcTime

REPLIES: Final = "replies"
SOMEBODY: Final = "web"
"""Who acted when no name was given."""


class NotCleared(IllegalTransition):
    """The answer is not cleared: `rules` block without a written override, or a second person is missing."""

    def __init__(self, rules: tuple[str, ...]) -> None:
        super().__init__(f"not cleared: mend or override in writing {', '.join(rules)}")
        self.rules = rules


class PublishedFinding(Record):
    """A finding that the published text had."""

    rule: str
    severity: str
    text: str = ""


class PublishedReply(Record):
    """An answer as it was published, and how it came about."""

    id: str
    incident: str
    at: UtcTime
    author: str
    approver: str = ""
    channel: str
    language: str
    kind: str = "reply"
    text: str
    suggested: str = Field(default="", description="the suggestion that the author began with")
    kept_share: float = Field(ge=0, le=1, description="how much of the suggestion stands in the text")
    findings: tuple[PublishedFinding, ...] = ()
    overrides: dict[str, str] = Field(default_factory=dict, description="by rule, the written reason")


def cleared(incident: Incident, action: HumanAction, reply: PublicReply, report: Report) -> PublishedReply:
    """The record of a published answer; `NotCleared` where it may not stand as it is."""
    overrides = {rule: why.strip() for rule, why in reply.overrides.items() if why.strip()}
    blocked = {one.rule for one in report.findings if one.severity == "block"}
    missing = {rule for rule in blocked if rule not in overrides}
    if incident.severity >= TWO_PEOPLE and not _two_people(action.by, reply.approver):
        missing.add("R28")
    if missing:
        raise NotCleared(tuple(sorted(missing)))
    return PublishedReply(
        id=action.id,
        incident=incident.id,
        at=action.at,
        author=action.by,
        approver=reply.approver,
        channel=reply.channel,
        language=reply.language,
        kind=reply.kind,
        text=reply.text,
        suggested=reply.suggested,
        kept_share=kept_share(reply.suggested, reply.text),
        findings=tuple(
            PublishedFinding(rule=one.rule, severity=one.severity, text=one.text) for one in report.findings
        ),
        overrides={rule: why for rule, why in overrides.items() if rule in blocked},
    )


def kept_share(suggested: str, text: str) -> float:
    """How much of two texts is the same, by words: 1 unchanged, 0 nothing in common.

    >>> kept_share("We look into it now.", "We look into it now."), kept_share("", "Thanks")
    (1.0, 0.0)
    """
    return round(SequenceMatcher(None, suggested.split(), text.split(), autojunk=False).ratio(), 2)


def entry_of(reply: PublishedReply) -> LedgerEntry:
    """The line of the ledger `replies`."""
    body = reply.model_dump(mode="json")
    return LedgerEntry(
        ledger=REPLIES, id=reply.id, at=reply.at, by=reply.author, about=reply.incident, body=body
    )


def audit_of(reply: PublishedReply) -> list[AuditEntry]:
    """Every override with its reason, and who approved, for the incident's history."""
    lines = [("override", f"{rule}: {why}") for rule, why in sorted(reply.overrides.items())]
    if reply.approver:
        lines.append(("approved", reply.approver))
    return [
        AuditEntry(incident=reply.incident, at=reply.at, by=reply.author, what=what, detail=detail)
        for what, detail in lines
    ]


def replies_of(store: Store, incident: str | None = None, limit: int = 200) -> list[PublishedReply]:
    """What was published for an incident (None: for any), the newest first."""
    entries = store.entries(REPLIES, about=incident, limit=limit)
    return [PublishedReply.model_validate(entry.body) for entry in entries]


def _two_people(author: str, approver: str) -> bool:
    names = {" ".join(name.casefold().split()) for name in (author, approver)}
    return len(names) == 2 and not names & {"", SOMEBODY}
