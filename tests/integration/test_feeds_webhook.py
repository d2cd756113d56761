"""The webhook feed on a real server on loopback: signatures, limits, and 200 only when all is durable."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import ValidationError
from standardwebhooks import Webhook

from streams.clock import ManualClock
from streams.feeds.feed import FeedBatch
from streams.feeds.webhook import WebhookFeed, WebhookFeedSettings

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "salaisuus-jota-kukaan-ei-arvaa"
OLD = "entinen-salaisuus-jota-ei-arvaa"


def mention(number: int, **fields: object) -> dict[str, Any]:
    return {
        "id": f"x:{number}",
        "platform": "x",
        "text": "hei",
        "published_at": "2026-11-20T11:00:00Z",
        **fields,
    }


def hub(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


class Desk:
    """A feed on a server, and a reader that stores what it gets and confirms it, or does what it is told."""

    def __init__(self, feed: WebhookFeed, client: TestClient[web.Request, web.Application]) -> None:
        self.feed = feed
        self.client = client
        self.stored: list[FeedBatch] = []
        self.then: Callable[[FeedBatch], Awaitable[None]] = feed.confirm
        self._got = asyncio.Event()

    async def read(self) -> None:
        async for batch in self.feed.read(None):
            self.stored.append(batch)
            self._got.set()
            await self.then(batch)

    async def post(self, body: object, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = hub(raw) if headers is None else headers
        async with self.client.post("/feeds/koukku", data=raw, headers=given) as answer:
            return answer.status, await answer.json()

    async def got_one(self) -> None:
        await asyncio.wait_for(self._got.wait(), 60)

    @property
    def ids(self) -> list[str]:
        return [each.id for batch in self.stored for each in batch.mentions]


Start = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    cleanup: list[Callable[[], Awaitable[None]]] = []

    async def started(**settings: object) -> Desk:
        given = {"name": "koukku", "path": "/feeds/koukku", "secret": SECRET, **settings}
        feed = WebhookFeed(WebhookFeedSettings.model_validate(given), ManualClock(NOW))
        app = web.Application()
        app.router.add_post(feed.path, feed.handler)
        client = TestClient(TestServer(app, host="127.0.0.1"))
        await client.start_server()
        desk = Desk(feed, client)
        reading = asyncio.create_task(desk.read())

        async def stop() -> None:
            await feed.close()
            await asyncio.wait_for(reading, 60)
            await client.close()

        cleanup.append(stop)
        return desk

    yield started
    for stop in cleanup:
        await stop()


@pytest.mark.parametrize(
    "body",
    [
        [mention(1), mention(2)],
        {"mentions": [mention(1), mention(2)]},
        b"\n".join(json.dumps(mention(number)).encode() for number in (1, 2)),
        b"\xef\xbb\xbf" + json.dumps([mention(1), mention(2)]).encode(),
    ],
)
async def test_a_batch_comes_as_an_array_an_object_or_lines(start: Start, body: object) -> None:
    desk = await start()
    assert await desk.post(body) == (200, {"accepted": 2, "repaired": 0, "rejected": 0, "reasons": {}})
    assert desk.ids == ["x:1", "x:2"]


async def test_a_single_mention_may_name_accounts_in_its_mentions_field(start: Start) -> None:
    desk = await start()
    assert (await desk.post(mention(1, mentions=["@posti"])))[0] == 200
    assert desk.stored[0].mentions[0].mentions == ("@posti",)
    assert desk.stored[0].mentions[0].feed == "koukku"


async def test_a_batch_with_bad_items_is_taken_with_counts(start: Start) -> None:
    desk = await start()
    bad = [mention(1), {"id": "x:2"}, 7, None, mention(3, text="a\ud800\u202e"), mention(4, published_at=0)]
    status, counts = await desk.post(bad)
    assert (status, counts["accepted"], counts["repaired"], counts["rejected"]) == (200, 2, 1, 4)
    assert counts["reasons"] == {
        "missing_field": 1, "malformed": 2, "lone_surrogate": 1, "bidi": 1, "old_time": 1
    }  # fmt: skip
    assert len(desk.stored[0].dead_letters) == 6


@pytest.mark.parametrize("body", [b"", b"{", b"7", b'"x"', b"\xff\xfe\x00", b"[" * 50_000, b"a=1&b=2"])
async def test_a_body_that_is_no_mention_at_all_is_refused_in_one_line(start: Start, body: bytes) -> None:
    desk = await start()
    status, answer = await desk.post(body)
    assert status == 400
    assert "\n" not in answer["error"]
    assert desk.stored == []


async def test_an_empty_batch_is_fine(start: Start) -> None:
    desk = await start()
    assert (await desk.post([]))[0] == 200


# --- signatures


def wrong_signatures() -> list[dict[str, str]]:
    body = json.dumps(mention(1)).encode()
    right = hub(body)["X-Hub-Signature-256"]
    return [
        {},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": "sha256="},
        {"X-Hub-Signature-256": right.removeprefix("sha256=")},
        {"X-Hub-Signature-256": right[:-1]},
        {"X-Hub-Signature-256": "sha1=" + right[7:]},
        {"X-Hub-Signature-256": "sha256=ä"},
        hub(body, "jokin-aivan-muu-salaisuus"),
        hub(body + b" "),
        {"Webhook-Signature": "v1,"},
        {"Webhook-Signature": "v1,AAAA", "Webhook-Id": "a", "Webhook-Timestamp": "soon"},
        {"Webhook-Signature": "v1,AAAA", "Webhook-Id": "a", "Webhook-Timestamp": str(int(NOW.timestamp()))},
    ]


@pytest.mark.parametrize("headers", wrong_signatures())
async def test_an_unsigned_or_wrongly_signed_body_is_not_taken(start: Start, headers: dict[str, str]) -> None:
    desk = await start()
    status, answer = await desk.post(json.dumps(mention(1)).encode(), headers)
    assert status == 401
    assert SECRET not in str(answer)
    assert desk.stored == []
    assert desk.feed.health.errors["bad_signature"] == 1


async def test_the_other_header_and_capital_letters_are_understood(start: Start) -> None:
    desk = await start()
    body = json.dumps(mention(1)).encode()
    signature = hub(body)["X-Hub-Signature-256"]
    assert (await desk.post(body, {"webhook-signature": signature}))[0] == 200
    assert (await desk.post(body, {"X-HUB-SIGNATURE-256": signature.upper()}))[0] == 200


async def test_while_a_secret_is_changed_both_are_believed(start: Start) -> None:
    body = json.dumps(mention(1)).encode()
    both, one = await start(previous_secret=OLD), await start()
    assert (await both.post(body, hub(body, OLD)))[0] == 200
    assert (await both.post(body, hub(body, SECRET)))[0] == 200
    assert (await one.post(body, hub(body, OLD)))[0] == 401


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (-299, 200), (299, 200), (-301, 401), (301, 401)])
async def test_standard_webhooks_are_believed_for_five_minutes(
    start: Start, seconds: int, status: int
) -> None:
    secret = "whsec_" + base64.b64encode(b"kaksikymmentanelja-tavua").decode()
    desk = await start(secret=secret)
    body = json.dumps(mention(1))
    sent = datetime.fromtimestamp(NOW.timestamp() + seconds, UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(sent.timestamp())),
        "webhook-signature": "v1,AAAA " + Webhook(secret).sign("msg_1", sent, body),
    }
    assert (await desk.post(body.encode(), headers))[0] == status


# --- limits and durability


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_beyond_the_limit_is_refused(start: Start, chunked: bool) -> None:
    desk = await start(max_body_bytes=10_000)
    body = json.dumps(mention(1, text="x" * 20_000)).encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield body

    data: Any = pieces() if chunked else body
    async with desk.client.post("/feeds/koukku", data=data, headers=hub(body)) as answer:
        assert answer.status == 413
    assert desk.stored == []


async def test_a_packed_body_is_refused_because_its_bytes_are_not_what_was_signed(start: Start) -> None:
    desk = await start()
    body = json.dumps(mention(1)).encode()
    async with desk.client.post("/feeds/koukku", data=body, headers=hub(body), compress="gzip") as answer:
        assert answer.status == 400


async def test_the_answer_waits_until_the_batch_is_durable(start: Start) -> None:
    desk = await start()
    released = asyncio.Event()

    async def slowly(batch: FeedBatch) -> None:
        await released.wait()
        await desk.feed.confirm(batch)

    desk.then = slowly
    posting = asyncio.create_task(desk.post(mention(1)))
    await desk.got_one()
    await asyncio.sleep(0.05)
    assert not posting.done()
    released.set()
    assert (await posting)[0] == 200


async def test_what_could_not_be_stored_is_answered_with_503_and_a_time(start: Start) -> None:
    desk = await start()
    desk.then = desk.feed.refuse
    body = json.dumps(mention(1)).encode()
    async with desk.client.post("/feeds/koukku", data=body, headers=hub(body)) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    desk.then = desk.feed.confirm
    assert (await desk.post(body))[0] == 200


async def test_a_store_that_never_answers_gives_503(start: Start) -> None:
    desk = await start(confirm_seconds=0.05)

    async def never(batch: FeedBatch) -> None:
        pass

    desk.then = never
    assert (await desk.post(mention(1)))[0] == 503
    await desk.feed.confirm(desk.stored[0])  # too late, and harmless


async def test_beyond_the_queue_senders_are_asked_to_come_back(start: Start) -> None:
    desk = await start(max_waiting=2)
    released = asyncio.Event()

    async def slowly(batch: FeedBatch) -> None:
        await released.wait()
        await desk.feed.confirm(batch)

    desk.then = slowly
    posts = [asyncio.create_task(desk.post(mention(number))) for number in range(2)]
    await desk.got_one()
    await asyncio.sleep(0.05)
    assert (await desk.post(mention(9)))[0] == 503
    released.set()
    assert [status for status, _ in await asyncio.gather(*posts)] == [200, 200]
    assert sorted(desk.ids) == ["x:0", "x:1"]


async def test_a_sender_that_hangs_up_does_not_stop_the_others(start: Start) -> None:
    desk = await start()
    released = asyncio.Event()

    async def slowly(batch: FeedBatch) -> None:
        await released.wait()
        await desk.feed.confirm(batch)

    desk.then = slowly
    posting = asyncio.create_task(desk.post(mention(1)))
    await desk.got_one()
    posting.cancel()
    await asyncio.sleep(0.05)
    released.set()
    assert (await desk.post(mention(2)))[0] == 200
    assert desk.ids == ["x:1", "x:2"]


def test_a_secret_never_shows_and_a_short_one_is_refused() -> None:
    settings = WebhookFeedSettings(name="k", path="/k", secret=SECRET)
    assert SECRET not in repr(settings) + str(vars(WebhookFeed(settings))["_settings"])
    for wrong in (
        {"secret": "short"},
        {"secret": SECRET, "previous_secret": SECRET},
        {"secret": SECRET, "path": "k"},
    ):
        with pytest.raises(ValidationError) as caught:
            WebhookFeedSettings.model_validate({"name": "k", "path": "/k"} | wrong)
        assert SECRET not in str(caught.value)
