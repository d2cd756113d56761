"""The gate: who may come in, from where, and what every answer carries. Middlewares, outermost first."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlsplit

from aiohttp import web

from alerts.web.language import Texts, choose_language
from alerts.web.refusal import Refusal
from alerts.web.sessions import Session, same
from alerts.web.settings import is_allowed_host
from alerts.web.site import HOOKS, SITE, VISIT, Site, Visit, render, visit_of
from streams.errors import StoreUnreachable

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SESSION_COOKIE: Final = "palovahti_session"
LANGUAGE_COOKIE: Final = "palovahti_lang"
NAME_COOKIE: Final = "palovahti_name"
YEAR_SECONDS: Final = 365 * 24 * 3600
MACHINE_PATHS: Final = ("/api/", "/metrics", "/livez", "/readyz", "/openapi.json", "/static/")
OPEN_PATHS: Final = ("/livez", "/readyz", "/openapi.json", "/static/")
POLICY: Final = "Content-Security-Policy"
HEADERS: Final = {
    POLICY: (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Robots-Tag": "noindex, nofollow",
}
STORE_SECONDS: Final = 5
"""When to try again while the store is away."""
_STATUS_CODES: Final = {404: "not_found", 405: "method", 413: "too_large"}
_LOCAL_PATH: Final = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f]*")


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Every answer, also an error, forbids what the pages do not need."""
    own = response.headers.get(POLICY)
    response.headers.update(HEADERS)
    if own is not None:
        response.headers[POLICY] = own  # a report carries its styles inside, and names them by their hash
    if request.app[SITE].drill:
        response.headers["Palovahti-Drill"] = "true"
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.popall("Server", None)


@web.middleware
async def tell_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A refusal becomes a page in the reader's language, or JSON for a machine; both name the remedy."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return _told(request, refusal)
    except StoreUnreachable:
        return _told(request, Refusal(503, "store_unreachable", seconds=STORE_SECONDS))
    except web.HTTPException as error:
        if error.status not in _STATUS_CODES:
            raise
        return _told(request, Refusal(error.status, _STATUS_CODES[error.status]))


def _told(request: web.Request, refusal: Refusal) -> web.Response:
    machine = is_machine(request)
    texts = Texts("en" if machine else _language(request))
    title = texts(f"error.{refusal.code}.title")
    remedy = texts(f"error.{refusal.code}.remedy", **refusal.places)
    if machine:
        body = {"error": {"code": refusal.code, "message": title, "remedy": remedy}}
        response = web.json_response(body, status=refusal.status)
    else:
        visit = request.get(VISIT) or _visit(request, _new_session(request.app[SITE], logged_in=False))
        values = {"title": title, "remedy": remedy, "again": _incident_path(request)}
        response = render(visit, "error.html", refusal.status, **values)
    if "seconds" in refusal.places:
        response.headers["Retry-After"] = str(refusal.places["seconds"])
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="palovahti"'
    return response


def _incident_path(request: web.Request) -> str | None:
    identity = request.match_info.get("incident")
    return f"/incidents/{quote(identity, safe='')}" if identity and request.method == "POST" else None


def _page_of(request: web.Request) -> str:
    """The page that a form stands on, for the links of what its answer shows."""
    identity = request.match_info.get("incident")
    return f"/incidents/{quote(identity, safe='')}" if identity else "/"


@web.middleware
async def check_host(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer only under our own names, so that no stranger's name can be bound to our address."""
    if not is_allowed_host(request.host, request.app[SITE].hosts):
        raise Refusal(421, "unknown_host")
    return await handler(request)


@web.middleware
async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Machines show a bearer token, people a session; what changes something must come from our own page."""
    if request.path in request.app[HOOKS]:
        return await handler(request)
    site = request.app[SITE]
    if is_machine(request):
        if not request.path.startswith(OPEN_PATHS):
            check_bearer(request, site)
        if request.method not in {"GET", "HEAD"}:
            check_origin(request, site)
        return await handler(request)
    session = site.signer.read(request.cookies.get(SESSION_COOKIE), site.wall.now())
    if session is None and _from_elsewhere(request):
        return _same_page_again(request)
    visit = _visit(request, session or _new_session(site, logged_in=False))
    request[VISIT] = visit
    if request.method == "POST":
        await _check_form(request, visit)
    if site.token and not visit.session.logged_in and request.path != "/login":
        response: web.StreamResponse = _to_login(request)
    else:
        response = await handler(request)
    _keep(request, response, set_session=session is None)
    return response


def is_machine(request: web.Request) -> bool:
    """Whether this address is for programs: JSON instead of pages, a bearer token instead of a session."""
    return request.path.startswith(MACHINE_PATHS)


def check_bearer(request: web.Request, site: Site) -> None:
    """Turn down a request without the right token, and one from a place that guessed too often."""
    if site.token is None:
        return
    now, place = site.wall.now(), f"api {request.remote}"
    check_brake(site, place, now)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refusal(401, "token_needed")
    if not same(token.strip(), site.token):
        site.brake.failed(place, now)
        raise Refusal(401, "token_needed")


def check_brake(site: Site, place: str, now: datetime) -> None:
    """Turn down a place that guessed too often."""
    wait = site.brake.wait(place, now)
    if wait is not None:
        raise Refusal(429, "too_many_tries", seconds=int(wait.total_seconds()) + 1)


def check_origin(request: web.Request, site: Site) -> None:
    """Turn down what another site's page sends.

    Under our Referrer-Policy browsers write `Origin: null` on our own forms; then Sec-Fetch-Site,
    which no page can set, tells who sent it, and for old browsers the form token must.
    """
    origin = request.headers.get("Origin")
    fetch_site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if fetch_site not in {"same-origin", "none"}:
        raise Refusal(403, "foreign_form")
    if origin not in (None, "null") and not _is_own(str(origin), request, site):
        raise Refusal(403, "foreign_form")


def _is_own(origin: str, request: web.Request, site: Site) -> bool:
    try:
        place = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    public = urlsplit(site.organisation.public_url or "").netloc.lower()
    return place == request.host.lower() or bool(public and place == public)


async def _check_form(request: web.Request, visit: Visit) -> None:
    check_origin(request, visit.site)
    if request.content_type != "application/x-www-form-urlencoded":
        raise Refusal(415, "bad_input", detail="application/x-www-form-urlencoded")
    form = await request.post()
    if not visit.site.signer.is_form_token(visit.session, str(form.get("form_token", ""))):
        raise Refusal(403, "form_expired")


def _from_elsewhere(request: web.Request) -> bool:
    """Whether a link on another site led here: then the browser holds our strict cookie back."""
    known = request.match_info.http_exception is None
    return known and request.method == "GET" and request.headers.get("Sec-Fetch-Site") == "cross-site"


def _same_page_again(request: web.Request) -> web.Response:
    """A page that opens the wanted one from our own side, so that the cookie comes along."""
    visit = _visit(request, _new_session(request.app[SITE], logged_in=False))
    return render(visit, "opening.html", target=local_path(request.path_qs))


def _to_login(request: web.Request) -> web.Response:
    target = request.path_qs if request.method == "GET" else (_incident_path(request) or "/")
    return see_other(f"/login?next={quote(target, safe='')}")


def see_other(path: str) -> web.Response:
    """Go on to `path` by GET."""
    return web.Response(status=303, headers={"Location": path})


def local_path(target: str) -> str:
    """`target` when it is a path of this site, else the front page.

    >>> local_path("/incidents/a?lang=sv"), local_path("//evil.example"), local_path("https://evil.example")
    ('/incidents/a?lang=sv', '/', '/')
    """
    return target if len(target) < 500 and _LOCAL_PATH.fullmatch(target) else "/"


def _new_session(site: Site, *, logged_in: bool) -> Session:
    return Session(secrets.token_hex(16), site.wall.now(), logged_in)


def _visit(request: web.Request, session: Session) -> Visit:
    site = request.app[SITE]
    path = local_path(request.rel_url.raw_path) if request.method == "GET" else _page_of(request)
    return Visit(site, session, _language(request), site.clock.now(), path)


def _language(request: web.Request) -> str:
    return choose_language(
        request.query.get("lang"),
        request.cookies.get(LANGUAGE_COOKIE),
        request.headers.get("Accept-Language", ""),
        request.app[SITE].organisation.language,
    )


def _keep(request: web.Request, response: web.StreamResponse, *, set_session: bool) -> None:
    visit = visit_of(request)
    if set_session and SESSION_COOKIE not in response.cookies:
        give_session(request, response, visit.session)
    if request.query.get("lang") == visit.language:
        set_cookie(request, response, LANGUAGE_COOKIE, visit.language, YEAR_SECONDS)


def log_in(request: web.Request, response: web.StreamResponse) -> None:
    """A new session that has shown the token; the old one is left, so that nobody can plant one."""
    give_session(request, response, _new_session(request.app[SITE], logged_in=True))


def give_session(request: web.Request, response: web.StreamResponse, session: Session) -> None:
    """Set the session's cookie."""
    site = request.app[SITE]
    lifetime = site.settings.session_hours * 3600
    set_cookie(request, response, SESSION_COOKIE, site.signer.cookie(session), lifetime)


def set_cookie(
    request: web.Request, response: web.StreamResponse, name: str, value: str, max_age: int
) -> None:
    """A cookie that no script reads and no other site's page sends."""
    public = urlsplit(request.app[SITE].organisation.public_url or "")
    secure = request.secure or (public.scheme == "https" and public.netloc.lower() == request.host.lower())
    response.set_cookie(
        name, value, max_age=max_age, path="/", httponly=True, samesite="Strict", secure=secure
    )
