"""The moderation ledger on the page and over HTTP: what was hidden, by which published rule."""

from __future__ import annotations

import secrets
from typing import Final
from urllib.parse import quote, unquote

from aiohttp import web
from pydantic import Field

from alerts.moderation import LEDGER, MEASURES, Measure, ModerationList, NotModerated, moderate, moderated
from alerts.records import LedgerEntry
from alerts.web.actions import NAME_LIMIT
from alerts.web.guard import NAME_COOKIE, YEAR_SECONDS, see_other, set_cookie
from alerts.web.refusal import Refusal
from alerts.web.requests import Received, answer, body_of
from alerts.web.site import SITE, Site, render, visit_of

SHOWN: Final = 200
LONGEST_TEXT: Final = 10_000


class ModerationRequest(Received):
    """A post that was hidden, deleted or restored by a published rule; of its text only the hash is kept."""

    post: str = Field(min_length=1, max_length=400, description="id or address of the post")
    text: str = Field(default="", max_length=LONGEST_TEXT, description="needed unless we keep the post")
    measure: Measure = "hidden"
    rule: str = Field(min_length=1, max_length=40, description="id of the published rule")
    by: str = Field(min_length=1, max_length=NAME_LIMIT)
    note: str = Field(default="", max_length=300)
    id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_.:-]{8,100}$",
        description="sender's own id; the same one twice is one entry",
    )


async def show_ledger(request: web.Request) -> web.Response:
    """GET /moderation"""
    visit = visit_of(request)
    return render(
        visit,
        "moderation.html",
        entries=moderated(visit.site.store.entries(LEDGER, limit=SHOWN)).entries,
        rules=visit.site.organisation.moderation_rules,
        measures=MEASURES,
        done=request.query.get("done") == "kept",
        entry_id=secrets.token_hex(12),
        name=unquote(request.cookies.get(NAME_COOKIE, ""))[:NAME_LIMIT],
    )


async def add_entry(request: web.Request) -> web.Response:
    """POST /moderation"""
    visit = visit_of(request)
    form = {name: str(value) for name, value in (await request.post()).items()}
    fields = {
        name: form.get(name, "")[:LONGEST_TEXT] for name in ("post", "text", "measure", "rule", "by", "note")
    }
    entry = _kept(visit.site, {**fields, "identity": form.get("id", "") or secrets.token_hex(12)})
    response = see_other("/moderation?done=kept")
    set_cookie(request, response, NAME_COOKIE, quote(entry.by), YEAR_SECONDS)
    return response


async def list_entries(request: web.Request) -> web.Response:
    """GET /api/v1/moderation?post="""
    return answer(moderated(request.app[SITE].store.entries(LEDGER, request.query.get("post"), SHOWN)))


async def post_entry(request: web.Request) -> web.Response:
    """POST /api/v1/moderation"""
    asked = await body_of(request, ModerationRequest)
    fields = asked.model_dump(exclude={"id"}) | {"identity": asked.id or secrets.token_hex(12)}
    entry = _kept(request.app[SITE], fields)
    return answer(ModerationList(entries=moderated([entry]).entries))


def _kept(site: Site, fields: dict[str, str]) -> LedgerEntry:
    """Write the entry; a text that was not given is taken from the post as we keep it."""
    if not fields["text"].strip() and (post := site.store.mention(fields["post"])) is not None:
        fields = {**fields, "text": post.text}
    try:
        entry = moderate(site.organisation, at=site.clock.now(), **fields)
    except NotModerated as refusal:
        raise Refusal(400, "bad_input", detail=str(refusal)) from None
    with site.store.transaction() as tx:
        tx.add_entries([entry])
    return entry
