"""The context of an incident's reply, from what the incident, its thread and the organisation say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from alerts.organisation import Organisation
from alerts.records import Incident, Suggestion
from alerts.respond.channels import channel_named
from alerts.respond.faq import faq_for
from alerts.respond.rules.context import History, ReplyContext
from alerts.respond.venue import OURS, is_asked
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
    here = [mention for mention in mentions if incident.thread in (None, mention.thread)]
    posted = [one.text for one in here if one.official and one.text] if incident.thread else []
    ours = [*posted, *(text for text in published if text not in posted)]
    accepted = _accepted(organisation, incident, now, suggestion)
    return ReplyContext.model_validate(
        {
            **_confirmed(incident, organisation, now, suggestion),
            **_place(mentions, organisation, suggestion),
            "situation": suggestion.situation,
            "kind": kind,
            "severity": incident.severity,
            "polarity": "positive" if suggestion.situation == "praise" else "negative",
            "responsibility": "accepted" if accepted else None,
            "thread": [one.text[:_LETTERS] for one in here if one.text and not one.official][:_MENTIONS],
            "top_words": incident.evidence.top_words,
            "history": History(public_replies=tuple(ours[-_REPLIES:]), private_solved=kind == "closing"),
            "next_update_at": next_update_at,
            "next_update_minutes": organisation.next_update_minutes,
            "now": now,
            "timezone": organisation.timezone,
            "author": author,
            "approver": approver,
        }
    )


def _confirmed(
    incident: Incident, organisation: Organisation, now: datetime, suggestion: Suggestion
) -> dict[str, Any]:
    """What may be said: facts, reviewed answers that the draft holds, names, who signs, how we speak."""
    language = suggestion.language
    told = [
        fact.text(language, organisation.language) for fact in organisation.facts_for(incident.topic, now)
    ]
    entries = faq_for(organisation.faq).entries
    answers = [one for one in entries if one.language == language and one.answer in suggestion.text]
    return {
        "facts": [*filter(None, told), *(one.answer for one in answers)],
        "allowed_domains": [one.link for one in answers if one.link],
        "names": [organisation.name, incident.topic, organisation.who_looks(language)],
        "private_channel": organisation.private_way(language),
        "signature": organisation.signature,
        "tone": organisation.tone,
    }


def _place(
    mentions: Sequence[StoredMention], organisation: Organisation, suggestion: Suggestion
) -> dict[str, Any]:
    """Where the answer goes, whether that is ours and whether we were asked there."""
    venue, asked = channel_named(suggestion.channel), is_asked(mentions, organisation)
    ours = venue.name in OURS or venue.name in organisation.own_channels or not venue.community
    return {
        "channel": suggestion.channel,
        "info_url": organisation.updates_url if venue.links else "",
        "venue_owned": None if asked is None else ours,
        "asked_directly": asked,
    }


def _accepted(organisation: Organisation, incident: Incident, now: datetime, suggestion: Suggestion) -> bool:
    """Whether a fact accepts responsibility and the answer is one that may apologise."""
    facts = organisation.facts_for(incident.topic, now)
    return suggestion.situation not in ("praise", "rumour", "staff_harassment") and any(
        fact.accepts_responsibility for fact in facts
    )
