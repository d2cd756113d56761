"""The small JSON API; docs/api.md tells it, docs/openapi.json defines it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from urllib.parse import quote

from aiohttp import web
from pydantic import Field, TypeAdapter, ValidationError

from alerts.incidents import CLOSED, LIVE, AuditEntry, Incident, State
from alerts.page import headline, page_lines
from alerts.respond.published import NotCleared
from alerts.web.actions import NAME_LIMIT, NOTE_LIMIT, make_action
from alerts.web.pages import find_incident
from alerts.web.refusal import Refusal
from alerts.web.requests import Received, answer, body_of
from alerts.web.site import SITE, Site
from streams.errors import IllegalTransition
from streams.records import ActionKind, HumanAction, PublicReply, Pulse, Record, UtcTime

LONGEST_PULSES: Final = timedelta(days=31)
MOST_INCIDENTS: Final = 200
EARLIEST: Final = datetime(1970, 1, 2, tzinfo=UTC)


class ActionRequest(Received):
    """What a person decided about an incident, sent by a program."""

    kind: ActionKind
    by: str = Field(min_length=1, max_length=NAME_LIMIT, description="who decided; shown in the timeline")
    note: str = Field(default="", max_length=NOTE_LIMIT)
    until: UtcTime | None = Field(default=None, description="end of a snooze; required with kind snooze")
    situation: str | None = Field(default=None, max_length=40, description="required with kind situation")
    reply: PublicReply | None = Field(
        default=None,
        description="with kind answered: what was published. It is checked by the rules: what blocks needs "
        "a reason in `overrides`, and at severity 5 another named person approves",
    )
    id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_.:-]{8,100}$",
        description="sender's own id of this decision; the same one twice changes nothing",
    )


class VoteRequest(Received):
    """Whether an alert was worth waking somebody; `false_alarm` also closes the incident."""

    vote: Literal["useful", "false_alarm"]
    by: str = Field(min_length=1, max_length=NAME_LIMIT)
    note: str = Field(default="", max_length=NOTE_LIMIT)
    id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.:-]{8,100}$")


class DeliveryStatus(Record):
    """How one notice to one receiver stands."""

    receiver: str
    notice: str
    kind: str
    state: str = Field(description="waiting, sent, failed or skipped")
    attempts: int
    sent_at: UtcTime | None = None
    last_error: str | None = None


class IncidentSummary(Record):
    """An incident in a list: the record, its headline, and its page."""

    incident: Incident
    headline: str
    link: str


class IncidentList(Record):
    """Incidents, newest first."""

    incidents: tuple[IncidentSummary, ...]


class IncidentDetail(IncidentSummary):
    """One incident with the five lines of its page, its history and its deliveries."""

    lines: tuple[str, ...]
    audit: tuple[AuditEntry, ...]
    deliveries: tuple[DeliveryStatus, ...]


class PulseList(Record):
    """The measured states of a topic in [from, to), in time order."""

    topic: str
    start: UtcTime
    end: UtcTime
    pulses: tuple[Pulse, ...]


_TIME: Final = TypeAdapter(UtcTime)


async def list_incidents(request: web.Request) -> web.Response:
    """GET /api/v1/incidents?state=&topic=&limit="""
    site = request.app[SITE]
    language = site.organisation.language
    found = site.store.incidents(_states(request), request.query.get("topic"), _limit(request))
    summaries = [
        IncidentSummary(incident=one, headline=headline(one, language), link=_link(site, one.id))
        for one in found
    ]
    return answer(IncidentList(incidents=tuple(summaries)))


async def one_incident(request: web.Request) -> web.Response:
    """GET /api/v1/incidents/{id}"""
    site = request.app[SITE]
    return answer(_detail(site, find_incident(request, site)))


def _detail(site: Site, incident: Incident) -> IncidentDetail:
    language, now = site.organisation.language, site.clock.now()
    sent = tuple(
        DeliveryStatus(
            receiver=d.receiver,
            notice=d.notice.id,
            kind=d.notice.kind,
            state=d.state,
            attempts=d.attempts,
            sent_at=d.sent_at,
            last_error=d.last_error,
        )
        for d in site.store.deliveries(incident.id)
    )
    return IncidentDetail(
        incident=incident,
        headline=headline(incident, language),
        link=_link(site, incident.id),
        lines=page_lines(incident, site.organisation, language, now, site.data_state()),
        audit=tuple(site.store.audit(incident.id)),
        deliveries=sent,
    )


async def take_action(request: web.Request) -> web.Response:
    """POST /api/v1/incidents/{id}/actions"""
    asked = await body_of(request, ActionRequest)
    return _done(request, asked, asked.kind, asked.until)


async def take_vote(request: web.Request) -> web.Response:
    """POST /api/v1/incidents/{id}/votes"""
    asked = await body_of(request, VoteRequest)
    return _done(request, asked, asked.vote, None)


def _done(
    request: web.Request, asked: ActionRequest | VoteRequest, kind: str, until: datetime | None
) -> web.Response:
    site = request.app[SITE]
    incident = find_incident(request, site)
    action = make_action(
        kind=kind,
        incident=incident.id,
        identity=asked.id or secrets.token_hex(12),
        by=asked.by,
        note=asked.note,
        until=until,
        now=site.clock.now(),
        situation=asked.situation if isinstance(asked, ActionRequest) else None,
        reply=asked.reply if isinstance(asked, ActionRequest) else None,
    )
    return answer(_detail(site, _acted(site, action)))


def _acted(site: Site, action: HumanAction) -> Incident:
    try:
        return site.desk.act(action)
    except NotCleared as error:
        raise Refusal(409, "not_cleared", rules=", ".join(error.rules)) from None
    except IllegalTransition:
        raise Refusal(409, "illegal_step") from None


async def list_pulses(request: web.Request) -> web.Response:
    """GET /api/v1/pulses?topic=&from=&to="""
    site = request.app[SITE]
    topic = request.query.get("topic")
    if not topic:
        raise Refusal(400, "bad_input", detail="topic: name the topic, e.g. ?topic=Posti")
    end = max(_time(request, "to") or site.clock.now(), EARLIEST)
    start = _time(request, "from") or end - timedelta(days=1)
    if not timedelta(0) < end - start <= LONGEST_PULSES:
        raise Refusal(400, "bad_input", detail="from, to: from must lie before to, by at most 31 days")
    pulses = site.store.pulses(topic, start, end)
    return answer(PulseList(topic=topic, start=start, end=end, pulses=tuple(pulses)))


def _states(request: web.Request) -> tuple[State, ...] | None:
    asked = request.query.get("state")
    groups: dict[str | None, tuple[State, ...] | None] = {None: None, "live": LIVE, "closed": tuple(CLOSED)}
    if asked in groups:
        return groups[asked]
    try:
        return (State(str(asked)),)
    except ValueError:
        words = ", ".join(["live", "closed", *State])
        raise Refusal(400, "bad_input", detail=f"state: one of {words}") from None


def _limit(request: web.Request) -> int:
    text = request.query.get("limit", str(MOST_INCIDENTS))
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST_INCIDENTS):
        raise Refusal(400, "bad_input", detail=f"limit: a whole number from 1 to {MOST_INCIDENTS}")
    return int(text)


def _time(request: web.Request, name: str) -> datetime | None:
    text = request.query.get(name)
    if not text:
        return None
    try:
        return _TIME.validate_python(text.replace(" ", "+"))
    except ValidationError:
        raise Refusal(
            400, "bad_input", detail=f"{name}: a time such as 2026-03-10T12:00:00Z (write + as %2B)"
        ) from None


def _link(site: Site, incident: str) -> str:
    return site.organisation.link(incident) or f"/incidents/{quote(incident, safe='')}"
