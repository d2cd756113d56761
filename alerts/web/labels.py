"""What people say of single posts on an incident's page: negative, neutral or positive.

The labels teach the organisation's own sentiment model (`palovahti adapt --labels`); they change no incident.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

from aiohttp import web

from alerts.neutral import plain
from alerts.web.actions import NAME_LIMIT
from alerts.web.guard import NAME_COOKIE, see_other
from alerts.web.pages import find_incident
from alerts.web.refusal import Refusal
from alerts.web.site import visit_of
from alerts.web.views import LABELS, ON_PAGE

ID_LIMIT: Final = 500


async def label(request: web.Request) -> web.Response:
    """Keep a label, then show the posts again."""
    visit = visit_of(request)
    incident = find_incident(request, visit.site)
    mention, said = label_from_form(await request.post())
    by = plain(unquote(request.cookies.get(NAME_COOKIE, "")), NAME_LIMIT) or ON_PAGE
    with visit.site.store.transaction() as tx:
        tx.label_mention(mention, said, by, visit.now)
    return see_other(f"/incidents/{quote(incident.id, safe='')}?done=label#posts-title")


def label_from_form(form: Mapping[str, object]) -> tuple[str, str]:
    """The post's id and its label; raises Refusal where either is none."""
    mention, said = str(form.get("mention", "")), str(form.get("label", ""))
    if said not in LABELS:
        raise Refusal(400, "bad_input", detail=f"label: {', '.join(LABELS)}")
    if not 0 < len(mention) <= ID_LIMIT:
        raise Refusal(400, "bad_input", detail="mention: the id of a post of this incident")
    return mention, said
