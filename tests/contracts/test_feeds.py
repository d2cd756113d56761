"""What every feed must do, run for each: resume from any cursor, lose nothing in a crash, survive bad input.

source  a b c d e f        a reader that crashes between two batches and starts again from the
stored  a b | b c d | ...  last stored cursor ends with exactly the set, whatever was repeated
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from streams.clock import ManualClock
from streams.feeds.feed import Feed, FeedBatch
from streams.feeds.jsonl import JsonlFeed, JsonlFeedSettings
from streams.feeds.rss import RssFeed, RssFeedSettings
from streams.feeds.webhook import WebhookFeed, WebhookFeedSettings

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "salaisuus-jota-kukaan-ei-arvaa"
EVERYTHING = {str(number) for number in range(12)}


@dataclass
class Stored:
    """A store of one feed: what the runtime commits in one transaction."""

    cursor: str | None = None
    said: dict[str, str] = field(default_factory=dict)
    cursors: list[str | None] = field(default_factory=list)
    repeated: int = 0
    refused: int = 0

    def commit(self, batch: FeedBatch) -> None:
        for mention in batch.mentions:
            self.repeated += mention.event_key in self.said
            self.said.setdefault(mention.event_key, mention.text)
        self.refused += sum(not letter.repaired for letter in batch.dead_letters)
        if batch.cursor is not None:
            self.cursor = batch.cursor
        self.cursors.append(self.cursor)

    @property
    def texts(self) -> set[str]:
        return set(self.said.values())


class Rig(Protocol):
    """A source that goes on having what it has, and feeds that read it."""

    repeats: bool  # whether the source itself sends again what was not confirmed

    def feed(self) -> Feed: ...
    async def close(self) -> None: ...


class JsonlRig:
    """A folder of files, one of them a table, with a bad line in the middle."""

    repeats = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        lines = [self._line(number) for number in range(9)]
        (folder / "a.jsonl").write_bytes(b"".join(lines[:5]))
        (folder / "b.jsonl").write_bytes(b"".join([*lines[5:7], b"{bad\n", *lines[7:]]))
        rows = "".join(f"x:{number},x,{number},2026-11-20\n" for number in range(9, 12))
        (folder / "c.csv").write_text("id,platform,text,published_at\n" + rows)

    @staticmethod
    def _line(number: int) -> bytes:
        fields = {"id": f"x:{number}", "platform": "x", "text": str(number), "published_at": "2026-11-20"}
        return json.dumps(fields).encode() + b"\n"

    def feed(self) -> Feed:
        return JsonlFeed(JsonlFeedSettings(name="f", path=self._folder, batch_size=2), ManualClock(NOW))

    async def close(self) -> None:
        pass


class RssRig:
    """A site whose window slides on with every poll, a broken document in the middle."""

    repeats = False

    def __init__(self) -> None:
        self._polls = 0
        app = web.Application()
        app.router.add_get("/rss", self._answer)
        self._server = TestServer(app, host="127.0.0.1")

    async def start(self) -> None:
        await self._server.start_server()

    async def _answer(self, _: web.Request) -> web.Response:
        self._polls += 1
        if self._polls == 3:
            return web.Response(text="<html>huoltokatko</html>")
        newest = min(3 + self._polls, 12)
        items = "".join(
            f"<item><guid>{number}</guid><description>{number}</description></item>"
            for number in reversed(range(max(0, newest - 6), newest))
        )
        return web.Response(text=f"<rss version='2.0'><channel>{items}</channel></rss>")

    def feed(self) -> Feed:
        clock = ManualClock(NOW)

        async def sleep(seconds: float) -> None:
            clock.advance(timedelta(seconds=seconds))

        url = str(self._server.make_url("/rss"))
        return RssFeed(RssFeedSettings(name="f", url=url, allow_private=True), clock, sleep=sleep)

    async def close(self) -> None:
        await self._server.close()


class WebhookRig:
    """A sender that posts each mention until it is told 200, to whichever feed stands there now."""

    repeats = True

    def __init__(self) -> None:
        self._current: WebhookFeed | None = None
        app = web.Application()
        app.router.add_post("/f", self._pass_on)
        self._client = TestClient(TestServer(app, host="127.0.0.1"))
        self._sender: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._client.start_server()
        self._sender = asyncio.create_task(self._send())

    async def _pass_on(self, request: web.Request) -> web.Response:
        return await self._current.handler(request) if self._current else web.Response(status=503)

    async def _send(self) -> None:
        for start in range(0, 12, 2):
            items: list[object] = [
                {"id": f"x:{number}", "platform": "x", "text": str(number), "published_at": "2026-11-20"}
                for number in (start, start + 1)
            ]
            body = json.dumps([*items, {"bad": 1}]).encode()
            digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
            headers = {"X-Hub-Signature-256": f"sha256={digest}"}
            for _ in range(1_000):
                if (await self._client.post("/f", data=body, headers=headers)).status == 200:
                    break
                await asyncio.sleep(0.01)

    def feed(self) -> Feed:
        settings = WebhookFeedSettings.model_validate(
            {"name": "f", "path": "/f", "secret": SECRET, "confirm_seconds": 0.1}
        )
        self._current = WebhookFeed(settings, ManualClock(NOW))
        return self._current

    async def close(self) -> None:
        if self._sender is not None:
            self._sender.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sender
        await self._client.close()


@pytest.fixture(params=["jsonl", "rss", "webhook"])
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    made: JsonlRig | RssRig | WebhookRig
    if request.param == "jsonl":
        made = JsonlRig(tmp_path)
    else:
        made = RssRig() if request.param == "rss" else WebhookRig()
        await made.start()
    yield made
    await made.close()


async def run(
    rig: Rig, stored: Stored, stop: Callable[[int], bool], crash: Callable[[int], bool] = lambda _: False
) -> None:
    """Read from the stored cursor until `stop` or until all is there; `crash` drops a batch unstored."""
    feed = rig.feed()
    batches = feed.read(stored.cursor)
    try:
        async with asyncio.timeout(20):
            count = 0
            while stored.texts != EVERYTHING and not stop(count):
                try:
                    batch = await anext(batches)
                except StopAsyncIteration:
                    return
                if crash(count):
                    return
                stored.commit(batch)
                await feed.confirm(batch)
                count += 1
    finally:
        await batches.aclose()  # type: ignore[attr-defined]
        await feed.close()


def never(_: int) -> bool:
    return False


async def test_everything_comes_and_the_bad_is_accounted_for(rig: Rig) -> None:
    stored = Stored()
    await run(rig, stored, never)
    assert stored.texts == EVERYTHING
    assert len(stored.said) == len(EVERYTHING)
    assert stored.refused >= 1


async def test_nothing_is_delivered_twice_to_a_reader_that_never_crashed(rig: Rig) -> None:
    stored = Stored()
    await run(rig, stored, never)
    assert stored.repeated == 0


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_stopping_after_any_batch_and_going_on_from_its_cursor_gives_exactly_the_set(
    rig: Rig, size: int
) -> None:
    stored = Stored()
    for _ in range(40):
        await run(rig, stored, lambda count: count >= size)
    assert stored.texts == EVERYTHING
    assert len(stored.said) == len(EVERYTHING)
    if not rig.repeats:
        assert stored.repeated == 0


@pytest.mark.parametrize("after", range(5))
async def test_a_crash_between_two_batches_loses_nothing(rig: Rig, after: int) -> None:
    stored = Stored()
    await run(rig, stored, never, crash=lambda count: count == after)
    await run(rig, stored, never)
    assert stored.texts == EVERYTHING
    assert len(stored.said) == len(EVERYTHING)


@pytest.mark.parametrize("cursor", ["", "{", "[]", "7", '"x"', '{"files": 1, "seen": 2}', "null"])
async def test_a_cursor_that_makes_no_sense_loses_nothing_either(rig: Rig, cursor: str) -> None:
    stored = Stored(cursor=cursor)
    await run(rig, stored, never)
    assert stored.texts == EVERYTHING


async def test_every_batch_bears_the_name_of_its_feed(rig: Rig) -> None:
    feed = rig.feed()
    batches = feed.read(None)
    async with asyncio.timeout(10):
        batch = await anext(batches)
    await feed.confirm(batch)
    assert (feed.name, batch.feed) == ("f", "f")
    assert {mention.feed for mention in batch.mentions} == {"f"}
    assert all(letter.feed == "f" for letter in batch.dead_letters)
    await batches.aclose()  # type: ignore[attr-defined]
    await feed.close()


async def test_a_closed_feed_ends(rig: Rig) -> None:
    feed = rig.feed()
    await feed.close()

    async def read() -> int:
        return len([batch async for batch in feed.read(None)])

    reading: Awaitable[int] = read()
    assert await asyncio.wait_for(reading, 5) >= 0
