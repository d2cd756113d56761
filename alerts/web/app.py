"""The web application: pages, API and probes, all routes in one literal."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from importlib import resources
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined
from prometheus_client import CollectorRegistry

from alerts.neutral import plain
from alerts.organisation import LANGUAGES, Organisation
from alerts.page import forms, say, watch_reason
from alerts.store.store import Store
from alerts.web import (
    api,
    around,
    fact_pages,
    labels,
    moderation,
    openapi,
    pages,
    probes,
    replies,
    reply_api,
    views,
)
from alerts.web.guard import Handler, add_headers, check_host, gate, tell_refusals
from alerts.web.hostile import clean, joined
from alerts.web.language import NAMES
from alerts.web.refusal import Refusal
from alerts.web.sessions import Brake, SessionSigner, key_from_token
from alerts.web.settings import WebSettings, host_name
from alerts.web.site import HOOKS, SITE, Actor, Health, Site
from streams.clock import Clock, SystemClock
from streams.errors import BadConfiguration

MAX_BODY: Final = 64 * 1024
STATIC_TYPES: Final[Mapping[str, str]] = {
    "palovahti.css": "text/css",
    "palovahti.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


def create_app(
    store: Store,
    desk: Actor,
    organisation: Organisation,
    settings: WebSettings,
    clock: Clock,
    registry: CollectorRegistry,
    health: Health,
    wall: Clock | None = None,
    hooks: Mapping[str, Handler] | None = None,
    drill: bool = False,
) -> web.Application:
    """The application, for `serve` to bind. `wall` dates logins and may differ from a demo's clock.

    `hooks` are where feeds are posted to, by path; they check their senders themselves.
    In a `drill` every page and every answer says that it is one.
    """
    app = web.Application(middlewares=[tell_refusals, check_host, gate], client_max_size=MAX_BODY)
    app[SITE] = Site(
        store=store,
        desk=desk,
        organisation=organisation,
        settings=settings,
        clock=clock,
        wall=wall or SystemClock(),
        registry=registry,
        health=health,
        signer=_signer(settings),
        brake=Brake(),
        templates=_templates(),
        hosts=_hosts(settings, organisation),
        drill=drill,
    )
    app[HOOKS] = frozenset(hooks or {})
    app.add_routes([web.post(path, hook) for path, hook in (hooks or {}).items()])
    app.on_response_prepare.append(add_headers)
    app.add_routes(_routes())
    return app


def _routes() -> list[web.RouteDef]:
    """Pages, API and probes; everything that changes something is a POST."""
    return [
        web.get("/", pages.show_list),
        web.get("/incidents/{incident}", pages.show_incident),
        web.get("/incidents/{incident}/report", around.show_report),
        web.post("/incidents/{incident}/actions", pages.act),
        web.post("/incidents/{incident}/labels", labels.label),
        web.post("/incidents/{incident}/reply", replies.write),
        web.get("/facts", fact_pages.show_board),
        web.post("/facts", fact_pages.change_board),
        web.get("/moderation", moderation.show_ledger),
        web.post("/moderation", moderation.add_entry),
        web.get("/login", pages.show_login),
        web.post("/login", pages.login),
        web.post("/logout", pages.logout),
        web.get("/api/v1/incidents", api.list_incidents),
        web.get("/api/v1/incidents/{incident}", api.one_incident),
        web.get("/api/v1/incidents/{incident}/report", around.report_for_machines),
        web.post("/api/v1/incidents/{incident}/actions", api.take_action),
        web.post("/api/v1/incidents/{incident}/votes", api.take_vote),
        web.get("/api/v1/pulses", api.list_pulses),
        web.post("/api/v1/reply/check", reply_api.check_reply),
        web.get("/api/v1/facts", reply_api.list_facts),
        web.post("/api/v1/facts", reply_api.confirm_fact),
        web.post("/api/v1/facts/{fact}/end", reply_api.end_of_fact),
        web.get("/api/v1/moderation", moderation.list_entries),
        web.post("/api/v1/moderation", moderation.post_entry),
        web.get("/openapi.json", openapi.show),
        web.get("/metrics", probes.metrics),
        web.get("/livez", probes.live),
        web.get("/readyz", probes.ready),
        web.get("/static/{name}", show_static),
    ]


async def serve(app: web.Application) -> web.AppRunner:
    """Listen where the settings say; the caller ends it with `cleanup()`.

    Raises BadConfiguration when the address cannot be had.
    """
    settings = app[SITE].settings
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        await runner.cleanup()
        place = f"{settings.host}:{settings.port}"
        raise BadConfiguration(
            [f"web: cannot listen on {place} ({error.strerror}); set another web.port"]
        ) from None
    return runner


def _signer(settings: WebSettings) -> SessionSigner:
    """With a token, logins outlive a restart; without one a session is worth nothing to keep."""
    token = settings.token
    key = key_from_token(token.get_secret_value().strip()) if token else secrets.token_bytes(32)
    return SessionSigner(key, timedelta(hours=settings.session_hours))


def _hosts(settings: WebSettings, organisation: Organisation) -> frozenset[str]:
    names = {"localhost", settings.host.lower(), *map(host_name, settings.allowed_hosts)}
    public = urlsplit(organisation.public_url or "").hostname
    return frozenset(names | ({public.lower()} if public else set()))


def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("alerts.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"neutral": plain, "clean": clean, "joined": joined}
    environment.globals |= {
        "say": say,
        "watch_reason": watch_reason,
        "forms": forms,
        "rate": views.rate_text,
        "languages": [(code, NAMES[code]) for code in LANGUAGES],
        "static": {name: f"/static/{name}?v={_digest(name)}" for name in STATIC_TYPES},
    }
    return environment


def _static(name: str) -> bytes:
    return (resources.files("alerts.web") / "static" / name).read_bytes()


def _digest(name: str) -> str:
    return hashlib.blake2b(_static(name), digest_size=6).hexdigest()


async def show_static(request: web.Request) -> web.Response:
    """One of the three files that the pages use; its address changes with its content."""
    name = request.match_info["name"]
    if name not in STATIC_TYPES:
        raise Refusal(404, "not_found")
    response = web.Response(body=_static(name), content_type=STATIC_TYPES[name], charset="utf-8")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
