"""The API of answers and facts: check a draft by the rules, read and keep the fact board."""

from __future__ import annotations

import secrets
from typing import Final

from aiohttp import web
from pydantic import Field

from alerts.languages import OurLanguage
from alerts.organisation import Fact
from alerts.respond.channels import channel_named
from alerts.respond.fact_board import BoardFact, board, with_board
from alerts.respond.review import review
from alerts.respond.rules import ReplyContext, Report, check
from alerts.web.actions import NAME_LIMIT
from alerts.web.fact_pages import LONGEST as LONGEST_FACT
from alerts.web.fact_pages import add_fact, end_fact
from alerts.web.refusal import Refusal
from alerts.web.requests import Received, answer, body_of
from alerts.web.site import SITE, Site
from streams.errors import BadRecord
from streams.records import PublicReply, Record

LONGEST: Final = 10_000


class CheckRequest(Received):
    """A draft to check, as `palovahti reply check` takes it.

    With `incident`, the context is the incident's own (thread, facts, history, tone, time), and of `context`
    only channel, kind, author and approver count; without it, what the context leaves out is not known.
    """

    text: str = Field(min_length=1, max_length=LONGEST)
    language: OurLanguage
    context: ReplyContext = ReplyContext()
    incident: str | None = Field(default=None, max_length=200)
    say_in: OurLanguage | None = Field(default=None, description="language of reasons; else the draft's")


class FactRequest(Received):
    """A fact to confirm: it may be said from now on, until it expires or is ended."""

    fact: Fact = Field(description="confirmed_by is required; times without a zone are the organisation's")
    id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_.:-]{8,100}$",
        description="sender's own id of this fact; the same one twice is one fact",
    )


class EndRequest(Received):
    """Who takes a fact back."""

    by: str = Field(min_length=1, max_length=NAME_LIMIT)


class FactList(Record):
    """The fact board, newest first, and the facts of the configuration."""

    board: tuple[BoardFact, ...]
    configured: tuple[Fact, ...]


async def check_reply(request: web.Request) -> web.Response:
    """POST /api/v1/reply/check"""
    asked = await body_of(request, CheckRequest)
    try:
        return answer(_report(request.app[SITE], asked))
    except BadRecord as error:
        raise Refusal(400, "bad_input", detail=str(error)) from None


def _report(site: Site, asked: CheckRequest) -> Report:
    context, now = asked.context, site.clock.now()
    if asked.incident is None:
        timed = context if context.now else context.model_copy(update={"now": now})
        return check(asked.text, asked.language, timed, say_in=asked.say_in)
    incident = site.store.incident(asked.incident)
    if incident is None:
        raise Refusal(404, "no_incident")
    drafted = incident.suggestion.channel if incident.suggestion else None
    reply = PublicReply(
        text=asked.text,
        channel=channel_named(context.channel or drafted).name,
        language=asked.language,
        kind=context.kind,
        approver=(context.approver or "")[:NAME_LIMIT],
    )
    author = context.author or ""
    return review(site.store, site.organisation, incident, reply, author, now, say_in=asked.say_in)


async def list_facts(request: web.Request) -> web.Response:
    """GET /api/v1/facts?topic="""
    site = request.app[SITE]
    topic = request.query.get("topic")
    if topic:
        usable = with_board(site.organisation, site.store).facts_for(topic, site.clock.now())
        kept = [one for one in board(site.store) if one.effective() in usable]
        configured = [one for one in site.organisation.facts if one in usable]
    else:
        kept, configured = board(site.store), list(site.organisation.facts)
    return answer(FactList(board=tuple(kept), configured=tuple(configured)))


async def confirm_fact(request: web.Request) -> web.Response:
    """POST /api/v1/facts"""
    site = request.app[SITE]
    asked = await body_of(request, FactRequest)
    now = site.clock.now()
    fact = site.organisation.in_our_time(asked.fact)
    by = fact.confirmed_by.strip()
    texts = [fact.statement] if isinstance(fact.statement, str) else list(fact.statement.values())
    if any(len(text) > LONGEST_FACT or not text.isprintable() for text in texts):
        raise Refusal(
            400, "bad_input", detail=f"fact.statement: one line of at most {LONGEST_FACT} characters"
        )
    if not by:
        raise Refusal(400, "bad_input", detail="fact.confirmed_by: a name; without one nothing is confirmed")
    dated = fact if fact.at else fact.model_copy(update={"at": now})
    identity = asked.id or secrets.token_hex(12)
    add_fact(site, dated, identity, by, now)
    return answer(_kept(site, f"fact:{identity}"))


async def end_of_fact(request: web.Request) -> web.Response:
    """POST /api/v1/facts/{fact}/end"""
    site = request.app[SITE]
    asked = await body_of(request, EndRequest)
    identity = request.match_info["fact"]
    end_fact(site, identity, asked.by, site.clock.now())
    return answer(_kept(site, identity))


def _kept(site: Site, identity: str) -> BoardFact:
    return next(one for one in board(site.store) if one.id == identity)
