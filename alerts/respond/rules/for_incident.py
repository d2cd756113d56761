"""The context of an incident's reply, from what the incident, its thread and the organisation say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from alerts.organisation import Organisation
from alerts.records import Incident, Suggestion
from alerts.respond.channels import channel_named
from alerts.respond.rules.context import History, ReplyContext
from alerts.store.store import StoredMention

_MENTIONS = 50
_LETTERS = 600
_REPLIES = 20


def context_for(
    incident: Incident,
    mentions: Sequence[StoredMention],
    organisation: Organisation,
    now: datetime,
    suggestion: Suggestion,
    *,
    next_update_at: datetime | None = None,
    kind: Literal["reply", "update", "closing"] = "reply",
    published: Sequence[str] = (),
    author: str | None = None,
    approver: str | None = None,
) -> ReplyContext:
    """What a reply to `incident` is checked against, in the channel and language of `suggestion`.

    `published` are the answers that people recorded for this incident, the oldest first.
    """
    facts = organisation.facts_for(incident.topic, now)
    told = [fact.text(suggestion.language, organisation.language) for fact in facts]
    here = [mention for mention in mentions if incident.thread in (None, mention.thread)]
    posted = [one.text for one in here if one.official and one.text] if incident.thread else []
    ours = [*posted, *(text for text in published if text not in posted)]
    venue = channel_named(suggestion.channel)
    return ReplyContext(
        situation=suggestion.situation,
        channel=suggestion.channel,
        kind=kind,
        severity=incident.severity,
        polarity="positive" if suggestion.situation == "praise" else "negative",
        responsibility="accepted" if _accepted(organisation, incident, now, suggestion) else None,
        facts=tuple(text for text in told if text),
        thread=tuple(one.text[:_LETTERS] for one in here if one.text and not one.official)[:_MENTIONS],
        top_words=incident.evidence.top_words,
        history=History(public_replies=tuple(ours[-_REPLIES:]), private_solved=kind == "closing"),
        names=(organisation.name, incident.topic),
        next_update_at=next_update_at,
        next_update_minutes=organisation.next_update_minutes,
        now=now,
        timezone=organisation.timezone,
        info_url=organisation.updates_url if venue.links else "",
        private_channel=organisation.private_way(suggestion.language),
        signature=organisation.signature,
        author=author,
        approver=approver,
    )


def _accepted(organisation: Organisation, incident: Incident, now: datetime, suggestion: Suggestion) -> bool:
    """Whether a fact accepts responsibility and the answer is one that may apologise."""
    facts = organisation.facts_for(incident.topic, now)
    return suggestion.situation not in ("praise", "rumour", "staff_harassment") and any(
        fact.accepts_responsibility for fact in facts
    )
