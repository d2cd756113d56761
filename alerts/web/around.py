"""What stands around an incident's answer: those to thank, the load of replies, deletions; and its report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from aiohttp import web

from alerts.aftermath.story import tell
from alerts.aftermath.written import html, markdown, policy
from alerts.feedback.digest import open_questions
from alerts.feedback.supporters import Supporter, supporters
from alerts.incidents import Incident
from alerts.respond.faq import faq_for
from alerts.web.refusal import Refusal
from alerts.web.requests import answer
from alerts.web.site import SITE, Site, Visit, visit_of

LOAD_WINDOW: Final = timedelta(hours=1)
MOST: Final = 2000


@dataclass(frozen=True, slots=True)
class Around:
    """Posts of the last hour that ask or complain unanswered, what those on duty manage, and supporters."""

    open: int
    replies_an_hour: int
    on_duty: tuple[str, ...]
    supporters: tuple[Supporter, ...]
    deleted: int

    @property
    def overloaded(self) -> bool:
        """Whether more waits than can be answered in an hour."""
        return self.open > self.replies_an_hour


def around_of(site: Site, incident: Incident, visit: Visit) -> Around:
    """What stands around an incident now; a closed one has no load."""
    organisation, now = site.organisation, visit.now
    end = min(now, incident.resolved_at or now) + timedelta(seconds=1)
    start = min(incident.onset_at, end - LOAD_WINDOW)
    posts = site.store.mentions(incident.topic, start, end, thread=incident.thread, limit=MOST)
    fresh = [one for one in posts if one.published_at >= end - LOAD_WINDOW]
    return Around(
        open=0 if incident.resolved_at else open_questions(fresh),
        replies_an_hour=organisation.replies_an_hour(now),
        on_duty=tuple(person.name for person in organisation.on_duty(now)),
        supporters=supporters(posts, incident.id),
        deleted=incident.criticism_deleted,
    )


async def show_report(request: web.Request) -> web.Response:
    """GET /incidents/{id}/report: the after-action report as one page; `?form=markdown` as text."""
    visit = visit_of(request)
    site = visit.site
    incident = site.store.incident(request.match_info["incident"])
    if incident is None:
        raise Refusal(404, "no_incident")
    organisation = site.organisation
    told = tell(site.store, organisation, faq_for(organisation.faq), incident, visit.now)
    if request.query.get("form") == "markdown":
        text = markdown(told, visit.language, organisation.zone)
        name = f'attachment; filename="{incident.id}.md"'
        return _sent(text, "text/markdown", {"Content-Disposition": name})
    page = html(told, visit.language, organisation.zone)
    return _sent(page, "text/html", {"Content-Security-Policy": f"{policy()}; frame-ancestors 'none'"})


async def report_for_machines(request: web.Request) -> web.Response:
    """GET /api/v1/incidents/{id}/report"""
    site = request.app[SITE]
    incident = site.store.incident(request.match_info["incident"])
    if incident is None:
        raise Refusal(404, "no_incident")
    faq = faq_for(site.organisation.faq)
    return answer(tell(site.store, site.organisation, faq, incident, site.clock.now()))


def _sent(text: str, kind: str, headers: dict[str, str]) -> web.Response:
    body = text.encode("utf-8", "replace")
    return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)
