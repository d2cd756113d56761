"""What every request handler works with: the site, and one visit to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Protocol

from aiohttp import web
from jinja2 import Environment
from prometheus_client import CollectorRegistry

from alerts.incidents import Incident
from alerts.organisation import Organisation
from alerts.page import DataState
from alerts.records import LedgerEntry
from alerts.store.store import Store
from alerts.web.language import Texts
from alerts.web.local_time import LocalTime
from alerts.web.sessions import Brake, Session, SessionSigner
from alerts.web.settings import WebSettings
from streams.clock import Clock
from streams.records import HumanAction


class Actor(Protocol):
    """Who carries out what people decide."""

    def act(self, action: HumanAction) -> Incident:
        """The incident after the action; raises IllegalTransition and changes nothing when it cannot be."""
        ...

    def note_facts(self, entries: Sequence[LedgerEntry], topic: str | None, now: datetime) -> None:
        """Put facts on the board or take them back; the drafts of live incidents are renewed."""
        ...


Health = Callable[[], Mapping[str, object]]
"""What /readyz tells: `ready` (bool), `data` (a DataState, shown on the pages), and any further facts."""


@dataclass(frozen=True)
class Site:
    """The parts that the handlers share. `clock` dates incidents, `wall` dates logins."""

    store: Store
    desk: Actor
    organisation: Organisation
    settings: WebSettings
    clock: Clock
    wall: Clock
    registry: CollectorRegistry
    health: Health
    signer: SessionSigner
    brake: Brake
    templates: Environment
    hosts: frozenset[str]
    drill: bool = False

    @property
    def token(self) -> str | None:
        """The access token, where one is required."""
        return self.settings.token.get_secret_value().strip() if self.settings.token else None

    def data_state(self) -> DataState | None:
        """What is known of the feeds just now."""
        state = self.health().get("data")
        return state if isinstance(state, DataState) else None


SITE = web.AppKey("site", Site)
HOOKS = web.AppKey("hooks", frozenset)
"""Paths where feeds are posted to: no page and no API, each checks its senders' signatures itself."""


@dataclass(frozen=True)
class Visit:
    """One page request: who, in which language, at what time."""

    site: Site
    session: Session
    language: str
    now: datetime
    path: str

    @cached_property
    def texts(self) -> Texts:
        """The page's words."""
        return Texts(self.language)

    @cached_property
    def times(self) -> LocalTime:
        """The page's clock times."""
        return LocalTime(self.site.organisation.zone, self.texts)


VISIT = web.RequestKey("visit", Visit)


def visit_of(request: web.Request) -> Visit:
    """The visit that the gate opened for this request."""
    return request[VISIT]


def render(visit: Visit, template: str, status: int = 200, **values: object) -> web.Response:
    """A page in the visitor's language."""
    page = visit.site.templates.get_template(template).render(
        visit=visit,
        t=visit.texts,
        times=visit.times,
        now=visit.now,
        language=visit.language,
        organisation=visit.site.organisation,
        form_token=visit.site.signer.form_token(visit.session),
        can_leave=visit.site.token is not None and visit.session.logged_in,
        **values,
    )
    body = page.encode("utf-8", "replace")
    return web.Response(body=body, status=status, content_type="text/html", charset="utf-8")
