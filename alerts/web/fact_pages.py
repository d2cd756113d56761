"""The fact board: what may be said as true, who confirmed it, and until when."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, unquote

from aiohttp import web
from pydantic import ValidationError

from alerts.incidents import LIVE
from alerts.neutral import plain
from alerts.organisation import LANGUAGES, Fact, Organisation
from alerts.respond.fact_board import BoardFact, added, board, ended
from alerts.web.actions import NAME_LIMIT
from alerts.web.guard import NAME_COOKIE, YEAR_SECONDS, see_other, set_cookie
from alerts.web.hostile import clean
from alerts.web.refusal import Refusal
from alerts.web.site import Site, Visit, render, visit_of
from alerts.web.views import ON_PAGE

LONGEST: Final = 300
LONGEST_HOURS: Final = 24 * 365
DONE: Final = ("added", "taken_back")


@dataclass(frozen=True, slots=True)
class Row:
    """A fact as the board lays it out; `id` None: it stands in the configuration."""

    texts: tuple[tuple[str, str], ...]
    topic: str | None
    confirmed_by: str
    at: datetime | None
    expires: datetime | None
    accepts: bool
    id: str | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None
    live: bool = True


async def show_board(request: web.Request) -> web.Response:
    """GET /facts"""
    visit = visit_of(request)
    site = visit.site
    kept = [_kept(one, site.organisation, visit.now) for one in board(site.store)]
    configured = [_row(fact, site.organisation, visit.now) for fact in site.organisation.facts]
    done = request.query.get("done")
    return render(
        visit,
        "facts.html",
        facts=[row for row in (*kept, *configured) if row.live],
        past=[row for row in (*kept, *configured) if not row.live],
        topics=_topics(visit),
        done=done if done in DONE else None,
        fact_id=secrets.token_hex(12),
        name=unquote(request.cookies.get(NAME_COOKIE, ""))[:NAME_LIMIT],
        for_languages=_own_first(site.organisation),
    )


async def change_board(request: web.Request) -> web.Response:
    """POST /facts: confirm a fact, or end one."""
    visit = visit_of(request)
    form = await request.post()
    fields = {name: str(value) for name, value in form.items()}
    by = plain(fields.get("by", ""), NAME_LIMIT)
    what, _, identity = fields.get("do", "").partition(":")
    if what == "end":
        end_fact(visit.site, identity, by or ON_PAGE, visit.now)
        response = see_other("/facts?done=taken_back")
    else:
        add_fact(visit.site, fact_of(fields, by, visit.now), fields.get("id", ""), by, visit.now)
        response = see_other("/facts?done=added")
    if by:
        set_cookie(request, response, NAME_COOKIE, quote(by), YEAR_SECONDS)
    return response


def add_fact(site: Site, fact: Fact, identity: str, by: str, now: datetime) -> None:
    """Put a fact on the board and renew the drafts it concerns; the same identity twice is one fact."""
    site.desk.note_facts([added(fact, f"fact:{identity}", by, now)], fact.topic, now)


def end_fact(site: Site, identity: str, by: str, now: datetime) -> BoardFact:
    """Take a fact back and renew the drafts it concerned; `no_fact` where there is none, once is enough."""
    kept = next((one for one in board(site.store) if one.id == identity), None)
    if kept is None:
        raise Refusal(404, "no_fact")
    if kept.ended_at is None:
        site.desk.note_facts([ended(identity, by, now)], kept.fact.topic, now)
    return kept


def fact_of(fields: Mapping[str, str], by: str, now: datetime) -> Fact:
    """The fact that a form confirms; a name is needed, for without one nothing is confirmed."""
    statement = {
        code: one for code in LANGUAGES if (one := clean(fields.get(f"statement_{code}", ""), LONGEST))
    }
    hours = fields.get("hours", "").strip()
    if not by:
        raise Refusal(400, "bad_input", detail="confirmed_by: a name")
    if hours and not (hours.isascii() and hours.isdigit() and 1 <= int(hours[:6]) <= LONGEST_HOURS):
        raise Refusal(400, "bad_input", detail=f"hours: 1-{LONGEST_HOURS}")
    try:
        return Fact(
            statement=statement,
            topic=clean(fields.get("topic", ""), 200) or None,
            confirmed_by=by,
            at=now,
            expires=now + timedelta(hours=int(hours)) if hours else None,
            accepts_responsibility=fields.get("accepts") == "1",
        )
    except ValidationError:
        raise Refusal(400, "bad_input", detail="statement: fi, sv, en") from None


def _kept(one: BoardFact, organisation: Organisation, now: datetime) -> Row:
    row = _row(one.effective(), organisation, now)
    return Row(
        texts=row.texts,
        topic=row.topic,
        confirmed_by=row.confirmed_by,
        at=row.at,
        expires=one.fact.expires,
        accepts=row.accepts,
        id=one.id,
        ended_by=plain(one.ended_by, NAME_LIMIT) if one.ended_by else None,
        ended_at=one.ended_at,
        live=row.live,
    )


def _row(fact: Fact, organisation: Organisation, now: datetime) -> Row:
    told = [(code, fact.text(code, organisation.language)) for code in _own_first(organisation)]
    return Row(
        texts=tuple((code, text) for code, text in told if text),
        topic=fact.topic,
        confirmed_by=plain(fact.confirmed_by, NAME_LIMIT),
        at=fact.at,
        expires=fact.expires,
        accepts=fact.accepts_responsibility,
        live=bool(fact.confirmed_by.strip()) and (fact.expires is None or now < fact.expires),
    )


def _own_first(organisation: Organisation) -> Sequence[str]:
    return sorted(LANGUAGES, key=lambda code: code != organisation.language)


def _topics(visit: Visit) -> list[str]:
    """Topics that live incidents are about: what a fact is most likely of."""
    return sorted({incident.topic for incident in visit.site.store.incidents(LIVE)})
