"""The RSS poller against a real server on loopback: polite, bounded, never where it must not go."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpcore
import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from streams.clock import ManualClock
from streams.feeds.addresses import CheckedNetwork, CheckedTransport, PrivateAddress
from streams.feeds.feed import FeedBatch
from streams.feeds.rss import RssFeed, RssFeedSettings

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
Answer = web.Response | Callable[[web.Request], Awaitable[web.StreamResponse]]


def document(*numbers: object, text: str = "hei") -> str:
    items = "".join(
        f"<item><guid>{number}</guid><title>Otsikko {number}</title><description>{text}</description>"
        "<pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate></item>"
        for number in numbers
    )
    return f'<rss version="2.0"><channel><title>Lehti</title>{items}</channel></rss>'


class Site:
    """A server that says what it is told and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.answers: dict[str, Any] = {}
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self.server = TestServer(app, host="127.0.0.1")

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        said = self.answers[request.path]
        answer = await said(request) if callable(said) else said
        return answer.clone() if hasattr(answer, "clone") else answer

    def says(self, body: str | bytes = "", path: str = "/rss", status: int = 200, **headers: str) -> None:
        raw = body.encode() if isinstance(body, str) else body
        names = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(request: web.Request) -> web.Response:
            return web.Response(body=raw, status=status, headers=names)

        self.answers[path] = answer


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    await site.server.start_server()
    yield site
    await site.server.close()


class Reader:
    """A feed whose waiting moves the clock instead of taking time."""

    def __init__(self, site: Site, cursor: str | None = None, **settings: object) -> None:
        given = {"name": "lehti", "url": str(site.server.make_url("/rss")), "allow_private": True, **settings}
        self.clock = ManualClock(NOW)
        self.waits: list[float] = []
        self.feed = RssFeed(
            RssFeedSettings.model_validate(given), self.clock, jitter=lambda: 0.0, sleep=self._sleep
        )
        self._batches = self.feed.read(cursor)

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))
        await asyncio.sleep(0)
        if len(self.waits) > 20:
            await self.feed.close()

    async def next(self) -> FeedBatch:
        async with asyncio.timeout(60):
            return await anext(self._batches)

    async def close(self) -> None:
        await self._batches.aclose()
        await self.feed.close()


@pytest.fixture
async def reader(site: Site) -> AsyncIterator[Callable[..., Reader]]:
    opened: list[Reader] = []

    def opening(cursor: str | None = None, **settings: object) -> Reader:
        opened.append(Reader(site, cursor, **settings))
        return opened[-1]

    yield opening
    for each in opened:
        await each.close()


Open = Callable[..., Reader]


def ids(batch: FeedBatch) -> list[str]:
    return [mention.native_id or "" for mention in batch.mentions]


async def test_every_entry_comes_once_oldest_first_and_a_first_look_is_a_backfill(
    site: Site, reader: Open
) -> None:
    lehti = reader()
    site.says(document(2, 1))
    first = await lehti.next()
    site.says(document(3, 2, 1))
    second = await lehti.next()
    assert (ids(first), ids(second)) == (["1", "2"], ["3"])
    assert [each.backfilled for each in first.mentions + second.mentions] == [True, True, False]
    again = reader(second.cursor)
    assert ids(await again.next()) == []


async def test_a_changed_entry_is_an_edit_with_its_content_as_version(site: Site, reader: Open) -> None:
    lehti = reader()
    site.says(document(1))
    (created,) = (await lehti.next()).mentions
    site.says(document(1, text="korjattu"))
    (edited,) = (await lehti.next()).mentions
    assert (edited.id, edited.op, edited.text) == (created.id, "update", "korjattu")
    assert edited.version
    assert edited.event_key != created.event_key
    assert ids(await lehti.next()) == []


async def test_the_next_request_asks_only_for_what_changed(site: Site, reader: Open) -> None:
    lehti = reader()
    site.says(document(1), ETag='"abc"', Last_Modified="Fri, 20 Nov 2026 09:00:00 GMT")
    first = await lehti.next()
    site.says(status=304)
    second = await lehti.next()
    assert ids(second) == []
    assert "If-None-Match" not in site.asked[0].headers
    assert site.asked[1].headers["If-None-Match"] == '"abc"'
    assert site.asked[1].headers["If-Modified-Since"] == "Fri, 20 Nov 2026 09:00:00 GMT"
    resumed = reader(first.cursor)
    await resumed.next()
    assert site.asked[2].headers["If-None-Match"] == '"abc"'


async def test_an_address_given_up_for_good_is_remembered_and_a_passing_one_is_not(
    site: Site, reader: Open
) -> None:
    site.says(status=301, Location="/new")
    site.says(document(1), path="/new")
    lehti = reader()
    moved = await lehti.next()
    await lehti.next()
    assert [request.path for request in site.asked] == ["/rss", "/new", "/new"]
    site.asked.clear()
    await reader(moved.cursor).next()
    assert [request.path for request in site.asked] == ["/new"]
    site.says(status=302, Location="/new")
    site.asked.clear()
    passing = reader()
    await passing.next()
    await passing.next()
    assert [request.path for request in site.asked] == ["/rss", "/new", "/rss", "/new"]


async def test_a_feed_that_is_gone_is_asked_no_more(site: Site, reader: Open) -> None:
    site.says(status=410)
    lehti = reader()
    with pytest.raises(StopAsyncIteration):
        await lehti.next()
    assert lehti.feed.health.errors["gone"] == 1
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", [429, 503])
async def test_a_server_that_asks_for_time_gets_it(site: Site, reader: Open, status: int) -> None:
    lehti = reader()
    answers = iter(
        [web.Response(status=status, headers={"Retry-After": "7200"}), web.Response(text=document(1))]
    )

    async def answer(request: web.Request) -> web.Response:
        return next(answers)

    site.answers["/rss"] = answer
    assert ids(await lehti.next()) == ["1"]
    assert lehti.waits == [7_200]
    assert lehti.feed.health.errors["slow_down"] == 1


async def test_the_interval_and_the_freshness_that_the_server_gives_are_kept(
    site: Site, reader: Open
) -> None:
    lehti = reader(every_minutes=5)
    site.says(document(1), Cache_Control="max-age=60")
    await lehti.next()
    site.says(document(1), Cache_Control="public, max-age=900")
    await lehti.next()
    await lehti.next()
    assert lehti.waits == [300, 900]


async def test_a_refused_connection_is_survived_with_longer_and_longer_waits(
    site: Site, reader: Open
) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        lehti = reader(url=f"http://127.0.0.1:{held.getsockname()[1]}/rss")
        with pytest.raises(StopAsyncIteration):
            await lehti.next()
    assert lehti.waits[:5] == [10, 20, 40, 80, 160]
    assert max(lehti.waits) == 3_600
    assert not lehti.feed.health.alive
    assert lehti.feed.health.errors["unreachable"] == len(lehti.waits)


@pytest.mark.parametrize(
    ("status", "kind"), [(404, "not_found"), (403, "refused"), (500, "status"), (204, "status")]
)
async def test_a_wrong_answer_is_counted_and_the_interval_kept(
    site: Site, reader: Open, status: int, kind: str
) -> None:
    site.says(status=status)
    lehti = reader(every_minutes=5)
    with pytest.raises(StopAsyncIteration):
        await lehti.next()
    assert lehti.feed.health.errors[kind] > 1
    assert set(lehti.waits) == {300}


async def test_a_document_that_is_no_feed_is_kept_once_and_asked_again(site: Site, reader: Open) -> None:
    site.says("<html>huoltokatko</html>")
    lehti = reader()
    bad = await lehti.next()
    assert [letter.reason for letter in bad.dead_letters] == ["malformed"]

    async def better(request: web.Request) -> web.Response:
        return web.Response(text=document(1) if len(site.asked) > 4 else "<html>")

    site.answers["/rss"] = better
    assert ids(await lehti.next()) == ["1"]


# --- gaps


async def test_when_the_whole_window_is_new_after_an_outage_a_gap_is_recorded(
    site: Site, reader: Open
) -> None:
    site.says(document(1, 2, 3))
    first = await reader(every_minutes=5).next()
    site.says(document(7, 8))
    late = reader(first.cursor, every_minutes=5)
    late.clock.advance(timedelta(hours=6))
    batch = await late.next()
    (gap,) = batch.gaps
    assert (gap.feed, gap.reason, gap.start) == ("lehti", "outage", NOW)
    assert NOW <= gap.end <= NOW + timedelta(hours=6)
    assert all(mention.backfilled for mention in batch.mentions)


async def test_one_known_entry_or_a_short_pause_is_no_gap(site: Site, reader: Open) -> None:
    site.says(document(1, 2, 3))
    first = await reader(every_minutes=5).next()
    site.says(document(7, 3))
    late = reader(first.cursor, every_minutes=5)
    late.clock.advance(timedelta(hours=6))
    assert (await late.next()).gaps == []
    site.says(document(8))
    assert (await late.next()).gaps == []


async def test_a_large_window_that_turned_over_between_two_polls_is_a_gap(site: Site, reader: Open) -> None:
    lehti = reader()
    site.says(document(*range(20)))
    await lehti.next()
    site.says(document(*range(100, 120)))
    assert [gap.reason for gap in (await lehti.next()).gaps] == ["overrun"]


# --- limits


async def errors(reader: Reader) -> list[str]:
    with pytest.raises(StopAsyncIteration):
        await reader.next()
    return list(reader.feed.health.errors)


async def test_a_document_beyond_the_limit_is_not_read_to_its_end(site: Site, reader: Open) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse()
        await answer.prepare(request)
        while sent < 200_000_000:
            await answer.write(b" " * 100_000)
            sent += 100_000
        return answer

    site.answers["/rss"] = endless
    assert await errors(reader(max_bytes=1_000_000)) == ["too_large"]


async def test_a_small_packed_document_that_unpacks_beyond_the_limit_is_refused(
    site: Site, reader: Open
) -> None:
    site.says(gzip.compress(b" " * 50_000_000), Content_Encoding="gzip")
    assert await errors(reader(max_bytes=1_000_000)) == ["too_large"]


async def test_a_packed_document_is_read(site: Site, reader: Open) -> None:
    site.says(gzip.compress(document(1).encode()), Content_Encoding="gzip")
    assert ids(await reader().next()) == ["1"]


async def test_a_broken_packed_document_is_counted(site: Site, reader: Open) -> None:
    site.says(b"not packed", Content_Encoding="gzip")
    assert await errors(reader()) == ["unreachable"]


async def test_a_server_that_never_ends_its_answer_is_left(site: Site, reader: Open) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(3)
        return web.Response()

    site.answers["/rss"] = slow
    lehti = reader(timeout_seconds=0.02)
    assert await errors(lehti) == ["timeout"]


async def test_redirections_end_somewhere(site: Site, reader: Open) -> None:
    site.says(status=302, Location="/rss")
    lehti = reader(max_redirects=3)
    assert await errors(lehti) == ["redirects"]
    assert len(site.asked) % 4 == 0


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://a.example/", "http://u:p@a.example/", "gopher://x"]
)
async def test_no_redirection_leads_out_of_the_web(site: Site, reader: Open, target: str) -> None:
    site.says(status=302, Location=target)
    assert await errors(reader()) == ["redirects"]


# --- private addresses


async def test_a_private_address_is_refused_unless_it_is_allowed(site: Site, reader: Open) -> None:
    site.says(document(1))
    for url in (str(site.server.make_url("/rss")), f"http://localhost:{site.server.port}/rss"):
        lehti = reader(url=url, allow_private=False)
        assert await errors(lehti) == ["private_address"]
    assert site.asked == []


class Names:
    """A name server that changes its mind, as in DNS rebinding."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, _host: str, _port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def polled_once(client: httpx.AsyncClient, url: str) -> RssFeed:
    async def once(seconds: float) -> None:
        await feed.close()

    settings = RssFeedSettings(name="lehti", url=url, timeout_seconds=5)
    feed = RssFeed(settings, ManualClock(NOW), client=client, jitter=lambda: 0.0, sleep=once)
    async for _ in feed.read(None):
        pass
    return feed


@pytest.mark.parametrize("answer", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1"], ["::ffff:127.0.0.1"]])
async def test_a_public_name_of_a_private_address_is_refused(site: Site, answer: list[str]) -> None:
    site.says(document(1))
    client = httpx.AsyncClient(transport=CheckedTransport(Names(answer)))
    feed = await polled_once(client, f"http://lehti.example:{site.server.port}/rss")
    assert list(feed.health.errors) == ["private_address"]
    assert site.asked == []


class Dialled(httpcore.AsyncNetworkBackend):
    """A network on which nobody answers, that remembers whom one wanted to reach."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    async def connect_tcp(self, host: str, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
        self.addresses.append(host)
        raise httpcore.ConnectError


async def test_a_name_that_changes_its_address_after_the_check_gains_nothing() -> None:
    names, network = Names(["8.8.8.8", "8.8.4.4"], ["127.0.0.1"]), Dialled()
    checked = CheckedNetwork(names, network)
    with pytest.raises(httpcore.ConnectError):
        await checked.connect_tcp("lehti.example", 80)
    assert (names.asked, network.addresses) == (1, ["8.8.8.8", "8.8.4.4"])
    with pytest.raises(PrivateAddress):
        await checked.connect_tcp("lehti.example", 80)
    assert network.addresses == ["8.8.8.8", "8.8.4.4"]


class OutsideThenInside(httpx.AsyncBaseTransport):
    """A public site that sends its readers inside; everything else goes the checked way."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._checked = CheckedTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "lehti.example":
            return httpx.Response(302, headers={"Location": self._target})
        return await self._checked.handle_async_request(request)

    async def aclose(self) -> None:
        await self._checked.aclose()


async def test_a_redirection_to_a_private_address_is_refused(site: Site) -> None:
    site.says(document(1))
    client = httpx.AsyncClient(transport=OutsideThenInside(str(site.server.make_url("/rss"))))
    feed = await polled_once(client, "http://lehti.example/rss")
    assert list(feed.health.errors) == ["private_address"]
    assert site.asked == []


async def test_the_whole_address_is_in_no_error_and_no_repr(site: Site, reader: Open) -> None:
    site.says(status=500)
    lehti = reader(url=str(site.server.make_url("/rss")) + "?token=hyvinsalainen")
    site.says(status=500)
    await errors(lehti)
    settings = RssFeedSettings(name="x", url="https://a.example/?token=hyvinsalainen")
    assert "hyvinsalainen" not in repr(settings) + str(lehti.feed.health)
