"""A person's draft checked for an incident: rules, thread, fact board, and what was said before."""

from __future__ import annotations

from datetime import datetime

from alerts.organisation import Organisation
from alerts.records import Incident, Suggestion
from alerts.respond.fact_board import with_board
from alerts.respond.published import replies_of
from alerts.respond.rules import ReplyContext, Report, check
from alerts.respond.rules.for_incident import context_for
from alerts.respond.situations import UNCLEAR
from alerts.respond.thread import thread_of
from alerts.store.store import Store
from streams.records import PublicReply


def review(
    store: Store,
    organisation: Organisation,
    incident: Incident,
    reply: PublicReply,
    author: str,
    now: datetime,
    *,
    say_in: str | None = None,
) -> Report:
    """What is wrong with `reply` as an answer to `incident`, and how to mend it. BadRecord for no draft."""
    context = context_of(store, organisation, incident, reply, author, now)
    return check(reply.text, reply.language, context, say_in=say_in)


def context_of(
    store: Store,
    organisation: Organisation,
    incident: Incident,
    reply: PublicReply,
    author: str,
    now: datetime,
) -> ReplyContext:
    """What an answer to an incident is checked against just now."""
    earlier = [one.text for one in reversed(replies_of(store, incident.id)) if one.kind != "update"]
    return context_for(
        incident,
        thread_of(store, incident, now),
        with_board(organisation, store),
        now,
        _aim(incident, reply),
        kind=reply.kind,
        published=earlier,
        author=author or None,
        approver=reply.approver or None,
    )


def _aim(incident: Incident, reply: PublicReply) -> Suggestion:
    """Where the answer goes and what the matter is."""
    told = incident.suggestion.situation if incident.suggestion else UNCLEAR
    return Suggestion(
        action="answer",
        situation=incident.situation or told,
        channel=reply.channel,
        language=reply.language,
        text=reply.text,
        why="",
    )
