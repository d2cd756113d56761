"""What machines ask of the service itself: metrics, whether it lives, whether it is ready."""

from __future__ import annotations

import json

from aiohttp import web
from prometheus_client.exposition import choose_encoder
from pydantic import BaseModel

from alerts.web.guard import check_bearer
from alerts.web.refusal import Refusal
from alerts.web.site import SITE


async def metrics(request: web.Request) -> web.Response:
    """All metrics, in the form that the scraper prefers."""
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    body = encode(request.app[SITE].registry)
    return web.Response(body=body, headers={"Content-Type": content_type})


async def live(_request: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"live": True})


async def ready(request: web.Request) -> web.Response:
    """Whether the service does its work: 200, or 503; the facts are for those who have the token."""
    facts = dict(request.app[SITE].health())
    is_ready = bool(facts.pop("ready", True))
    told: dict[str, object] = {"ready": is_ready}
    if _may_know(request):
        told |= facts
    text = json.dumps(told, default=_plain)
    return web.Response(text=text, status=200 if is_ready else 503, content_type="application/json")


def _may_know(request: web.Request) -> bool:
    site = request.app[SITE]
    if site.token is not None and "Authorization" not in request.headers:
        return False
    try:
        check_bearer(request, site)
    except Refusal:
        return False
    return True


def _plain(value: object) -> object:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else str(value)
