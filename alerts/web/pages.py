"""The pages that people open, and the one form that acts."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, unquote

from aiohttp import web

from alerts.incidents import CLOSED, LIVE, Incident
from alerts.page import headline, page_lines, why
from alerts.page.signs import cautions
from alerts.store.store import StoredMention
from alerts.web import views
from alerts.web.actions import KINDS, NAME_LIMIT, action_from_form
from alerts.web.around import around_of
from alerts.web.chart import Chart, Spark, draw, spark
from alerts.web.editor import Editor, Wish, editor_of
from alerts.web.guard import (
    NAME_COOKIE,
    SESSION_COOKIE,
    YEAR_SECONDS,
    check_brake,
    local_path,
    log_in,
    see_other,
    set_cookie,
)
from alerts.web.refusal import Refusal
from alerts.web.sessions import same
from alerts.web.site import Site, Visit, render, visit_of
from alerts.web.wishes import wish_of
from streams.errors import BadConfiguration, BadRecord, IllegalTransition
from streams.records import HumanAction

HISTORY: Final = 50
VOTED: Final = 500
SPARK_HOURS: Final = 6
SPARKS: Final = 20
BEFORE_ONSET: Final = timedelta(hours=4)
AFTER_END: Final = timedelta(hours=1)
LONGEST_CHART: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Row:
    """An incident in the list."""

    incident: Incident
    spark: Spark | None
    owner: str | None


async def show_list(request: web.Request) -> web.Response:
    """All incidents: the live ones by severity, then the history."""
    visit = visit_of(request)
    store = visit.site.store
    live = sorted(store.incidents(LIVE), key=lambda i: (-i.severity, -i.opened_at.timestamp()))
    history = store.incidents(tuple(CLOSED), limit=HISTORY)
    return render(
        visit,
        "incidents.html",
        live=[_row(visit, incident, sparked=place < SPARKS) for place, incident in enumerate(live)],
        history=[_row(visit, incident, sparked=place < SPARKS) for place, incident in enumerate(history)],
        data=visit.site.data_state(),
        worth=views.worth_of(store.incidents(limit=VOTED), visit.now),
    )


def _row(visit: Visit, incident: Incident, *, sparked: bool) -> Row:
    end = min(visit.now, incident.resolved_at or visit.now)
    start = end - timedelta(hours=SPARK_HOURS)
    pulses = visit.site.store.pulses(incident.topic, start, end) if sparked else []
    return Row(incident, spark(pulses), views.owner_of(incident, visit.texts))


async def show_incident(request: web.Request) -> web.Response:
    """One incident, all that a woken person needs."""
    visit = visit_of(request)
    return incident_page(request, find_incident(request, visit.site), wish_of(request.query))


def incident_page(request: web.Request, incident: Incident, wish: Wish, status: int = 200) -> web.Response:
    """The page of an incident, with the editor as `wish` asks."""
    visit = visit_of(request)
    deliveries = visit.site.store.deliveries(incident.id)
    pages = [d.notice.at for d in deliveries if d.notice.kind == "page"]
    mentions = _mentions(visit.site, incident, visit.now)
    organisation = visit.site.organisation
    name = unquote(request.cookies.get(NAME_COOKIE, ""))[:NAME_LIMIT]
    return render(
        visit,
        "incident.html",
        status,
        incident=incident,
        headline=headline(incident, visit.language),
        lines=page_lines(incident, organisation, visit.language, visit.now, visit.site.data_state()),
        why=why(incident, visit.language, organisation, visit.now),
        cautions=cautions(incident.evidence, visit.language),
        owner=views.owner_of(incident, visit.texts),
        answer=views.answer_of(incident, organisation, visit.now),
        snooze_end=views.snooze_end(incident, visit.now),
        next_step=views.next_step(incident),
        allowed=views.allowed(incident),
        trend=views.trend(incident.evidence),
        channels=views.channels_of(incident.evidence),
        chart=_chart(visit, incident, pages),
        posts=views.posts_of(incident, mentions, visit.site.store.labels([m.id for m in mentions])),
        timeline=views.lines_of(visit.site.store.audit(incident.id), visit.texts),
        sent=views.sent_of(deliveries),
        around=around_of(visit.site, incident, visit),
        editor=_editor(visit, incident, wish, name),
        done=_done(request),
        action_id=secrets.token_hex(12),
        name=name,
    )


def find_incident(request: web.Request, site: Site) -> Incident:
    """The incident that the address names."""
    incident = site.store.incident(request.match_info["incident"])
    if incident is None:
        raise Refusal(404, "no_incident")
    return incident


def _done(request: web.Request) -> str | None:
    done = request.query.get("done")
    return done if done in (*KINDS, "label") else None


def _chart(visit: Visit, incident: Incident, pages: Sequence[datetime]) -> Chart | None:
    end = min(visit.now, (incident.resolved_at or visit.now) + AFTER_END)
    start = max(incident.onset_at - BEFORE_ONSET, end - LONGEST_CHART)
    pulses = visit.site.store.pulses(incident.topic, start, end)

    def label(at: datetime, step: timedelta) -> str:
        local = at.astimezone(visit.times.zone)
        midnight = local.hour == 0 and local.minute == 0
        return visit.times.day(at, visit.now) if midnight or step.days else visit.times.clock(at)

    return draw(pulses, views.marks_of(incident, pages), visit.times.zone, label)


def _mentions(site: Site, incident: Incident, now: datetime) -> list[StoredMention]:
    start = incident.onset_at - timedelta(hours=1)
    end = min(now, incident.resolved_at or now) + timedelta(seconds=1)
    return site.store.mentions(incident.topic, start, end, incident.thread)


def _editor(visit: Visit, incident: Incident, wish: Wish, name: str) -> Editor | None:
    """The editor of the answer; None before there is any suggestion, or where none can be made.

    Then the rest of the page is shown all the same: it wakes people.
    """
    if incident.suggestion is None and wish.text is None:
        return None
    site = visit.site
    try:
        return editor_of(
            site.store, site.organisation, incident, wish, visit.now, author=name, reader=visit.language
        )
    except (BadRecord, BadConfiguration):
        return None


async def act(request: web.Request) -> web.Response:
    """Carry out what a button says, then show the incident again."""
    visit = visit_of(request)
    incident = find_incident(request, visit.site)
    form = await request.post()
    action = action_from_form(form, incident.id, visit.now, visit.site.organisation.zone)
    try:
        visit.site.desk.act(action)
    except IllegalTransition:
        raise Refusal(409, "illegal_step") from None
    return acted(request, action)


def acted(request: web.Request, action: HumanAction) -> web.Response:
    """On to the incident after a step; the browser remembers who took it."""
    response = see_other(f"/incidents/{quote(action.incident, safe='')}?done={action.kind}")
    if action.by != views.ON_PAGE:
        set_cookie(request, response, NAME_COOKIE, quote(action.by), YEAR_SECONDS)
    return response


async def show_login(request: web.Request) -> web.Response:
    """The form that asks for the token; without a token there is nothing to ask."""
    visit = visit_of(request)
    target = local_path(request.query.get("next", "/"))
    if visit.site.token is None or visit.session.logged_in:
        return see_other(target)
    return render(visit, "login.html", target=target, problem=None)


async def login(request: web.Request) -> web.Response:
    """Take the token; a wrong one is counted, and too many must wait."""
    visit = visit_of(request)
    site, place, now = visit.site, f"login {request.remote}", visit.site.wall.now()
    form = await request.post()
    check_brake(site, place, now)
    target = local_path(str(form.get("next", "/")))
    if site.token is not None and not same(str(form.get("token", "")).strip(), site.token):
        site.brake.failed(place, now)
        return render(visit, "login.html", 401, target=target, problem=visit.texts("login.wrong"))
    response = see_other(target)
    log_in(request, response)
    return response


async def logout(_request: web.Request) -> web.Response:
    """Forget this browser."""
    response = see_other("/")
    response.del_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="Strict")
    return response
