"""One document over HTTP, within limits of size, time and redirections."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpcore
import httpx

from streams.errors import PalovahtiError
from streams.feeds.addresses import PrivateAddress

_MOVED = frozenset({301, 302, 303, 307, 308})
_MOVED_FOR_GOOD = frozenset({301, 308})
_LONGEST_WAIT_SECONDS = 86_400.0
_TROUBLE = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
    OSError,
    zlib.error,
    UnicodeError,
)


class FetchFailed(PalovahtiError):
    """No document this time. `kind` is from a small fixed set; the detail never names the whole address."""

    def __init__(self, kind: str, detail: str, retry_after: float | None = None) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: 200 with a body, or 304 without. `moved_to`: the old address is given up for good."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of what."""

    max_bytes: int
    max_redirects: int
    timeout_seconds: float


async def fetch(
    client: httpx.AsyncClient, url: str, headers: Mapping[str, str], limits: Limits, now: datetime
) -> Fetched:
    """The document at `url`, or `FetchFailed`; nothing else is raised, whatever the server does."""
    try:
        async with asyncio.timeout(limits.timeout_seconds):
            return await _follow(client, url, headers, limits, now)
    except PrivateAddress as refused:
        raise FetchFailed("private_address", str(refused)) from None
    except TimeoutError:
        raise FetchFailed("timeout", f"no answer in {limits.timeout_seconds:g} s") from None
    except _TROUBLE as error:
        raise FetchFailed("unreachable", type(error).__name__) from None


async def _follow(
    client: httpx.AsyncClient, url: str, headers: Mapping[str, str], limits: Limits, now: datetime
) -> Fetched:
    here, for_good = httpx.URL(url), True
    for _ in range(limits.max_redirects + 1):
        async with client.stream("GET", here, headers=dict(headers), follow_redirects=False) as answer:
            if answer.status_code in _MOVED and "location" in answer.headers:
                for_good = for_good and answer.status_code in _MOVED_FOR_GOOD
                here = _next(here, answer.headers["location"])
                continue
            moved_to = str(here) if for_good and str(here) != url else None
            return await _answer(answer, limits, moved_to, now)
    raise FetchFailed("redirects", f"more than {limits.max_redirects} redirections")


def _next(here: httpx.URL, location: str) -> httpx.URL:
    there = here.join(location)
    if there.scheme not in {"http", "https"} or not there.host or there.userinfo:
        raise FetchFailed("redirects", "a redirection that leads out of the web")
    if here.scheme == "https" and there.scheme == "http":
        raise FetchFailed("redirects", "a redirection from https to http")
    return there


async def _answer(answer: httpx.Response, limits: Limits, moved_to: str | None, now: datetime) -> Fetched:
    status, headers = answer.status_code, answer.headers
    if status == 304:
        return Fetched(status, headers, moved_to=moved_to)
    if status == 200:
        return Fetched(status, headers, await _body(answer, limits.max_bytes), moved_to)
    kind = {410: "gone", 401: "refused", 403: "refused", 404: "not_found", 429: "slow_down", 503: "slow_down"}
    raise FetchFailed(kind.get(status, "status"), f"status {status}", retry_after(headers, now))


async def _body(answer: httpx.Response, limit: int) -> bytes:
    """The body, unpacked here because a small packed one may be a huge one."""
    encoding = answer.headers.get("content-encoding", "identity").lower().strip()
    if encoding not in {"identity", "gzip", "x-gzip", "deflate", ""}:
        raise FetchFailed("encoding", "packed in a way that was not asked for")
    unpack = None if encoding in {"identity", ""} else zlib.decompressobj(47)
    body = bytearray()
    async for piece in answer.aiter_raw():
        body += piece if unpack is None else unpack.decompress(piece, limit + 1 - len(body))
        if len(body) > limit:
            raise FetchFailed("too_large", f"more than {limit} bytes")
    return bytes(body)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds that a server asks us to wait (a number or a date), at most a day, or None."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdecimal():
        return min(float(value[:12]), _LONGEST_WAIT_SECONDS)
    try:
        then = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = then if then.tzinfo else then.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), _LONGEST_WAIT_SECONDS)
