"""The editor's buttons: check a draft while it is written, and record what was published. Nothing is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from aiohttp import web

from alerts.incidents import Incident
from alerts.respond.published import NotCleared
from alerts.web.actions import make_action
from alerts.web.editor import LONGEST, Wish, checked, reply_of
from alerts.web.pages import acted, find_incident, incident_page
from alerts.web.refusal import Refusal
from alerts.web.site import render, visit_of
from alerts.web.wishes import written_of
from streams.errors import IllegalTransition
from streams.records import HumanAction


async def write(request: web.Request) -> web.Response:
    """POST /incidents/{id}/reply: check the draft, or record it as published.

    With `part`, only the findings come back: what the page asks for while somebody writes.
    """
    visit = visit_of(request)
    incident = find_incident(request, visit.site)
    form = await request.post()
    wish = written_of(form)
    by = str(form.get("by", ""))
    if form.get("do") == "publish":
        return _publish(
            request, incident, wish, _action(incident, wish, str(form.get("id", "")), by, visit.now)
        )
    if form.get("part"):
        return _findings(request, incident, wish, by)
    return incident_page(request, incident, wish)


def _action(incident: Incident, wish: Wish, identity: str, by: str, now: datetime) -> HumanAction:
    text = wish.text or ""
    if not text or len(text) > LONGEST:
        raise Refusal(400, "bad_input", detail=f"text: 1-{LONGEST}")
    return make_action(
        kind="answered",
        incident=incident.id,
        identity=identity,
        by=by,
        note="",
        until=None,
        now=now,
        reply=reply_of(wish, text),
    )


def _publish(request: web.Request, incident: Incident, wish: Wish, action: HumanAction) -> web.Response:
    """On to the incident; where the answer is not cleared, back to the editor, which says what is missing."""
    site = visit_of(request).site
    try:
        site.desk.act(action)
    except NotCleared as refused:
        return incident_page(request, incident, replace(wish, refused=refused.rules), 409)
    except IllegalTransition:
        raise Refusal(409, "illegal_step") from None
    return acted(request, action)


def _findings(request: web.Request, incident: Incident, wish: Wish, by: str) -> web.Response:
    visit = visit_of(request)
    site, text = visit.site, wish.text or ""
    found = checked(
        site.store, site.organisation, incident, wish, text, visit.now, author=by, reader=visit.language
    )
    return render(visit, "findings_only.html", checked=found)
