"""Mentions that others post to us: signed, bounded, and answered with 200 only when they are durable."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, Self

from aiohttp import web
from pydantic import Field, SecretStr, field_validator, model_validator

from streams.clock import Clock, SystemClock
from streams.codec import Decoded, decode_lines
from streams.errors import BadRecord, PalovahtiError
from streams.feeds.body import split
from streams.feeds.feed import FeedBatch
from streams.feeds.health import FeedHealth, FeedName
from streams.feeds.signature import BadSignature, check, is_signed
from streams.recent import Recent
from streams.records import Record
from streams.repair import Defaults

_SHORTEST_SECRET = 16
_RETRY_SECONDS = 5
_BODY_SECONDS = 30.0
_BODIES_AT_ONCE = 8
_OUR_PATHS = frozenset(
    ["", "incidents", "login", "logout", "api", "openapi.json", "metrics", "livez", "readyz", "static"]
)


class WebhookFeedSettings(Record):
    """A feed that is posted to. `previous_secret` is also believed, while senders change to a new one."""

    type: Literal["webhook"] = "webhook"
    name: FeedName
    path: str = Field(pattern=r"^/[\w./-]+$")
    secret: SecretStr
    previous_secret: SecretStr | None = None
    platform: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")
    channel: str | None = None
    language: str | None = None
    max_body_bytes: int = Field(default=5_000_000, ge=1_000, le=100_000_000)
    max_waiting: int = Field(default=64, ge=1)
    confirm_seconds: float = Field(default=10.0, gt=0)

    @field_validator("path")
    @classmethod
    def _not_a_page(cls, path: str) -> str:
        if path.split("/")[1] in _OUR_PATHS:
            raise ValueError(f"{path} is one of our own pages; choose another, such as /feeds/name")
        return path

    @field_validator("secret", "previous_secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and len(secret.get_secret_value()) < _SHORTEST_SECRET:
            raise ValueError(f"a secret of fewer than {_SHORTEST_SECRET} characters can be guessed")
        return secret

    @model_validator(mode="after")
    def _two_secrets(self) -> Self:
        if self.previous_secret == self.secret:
            raise ValueError("previous_secret is the same as secret; leave it out")
        return self


@dataclass(slots=True, eq=False)
class _Delivery:
    """One request that waits for its mentions to become durable."""

    decoded: Decoded
    durable: asyncio.Future[bool]

    def settle(self, *, durable: bool) -> None:
        """Tell the sender, if it still waits."""
        if not self.durable.done():
            self.durable.set_result(durable)


class WebhookFeed:
    """Takes posted mentions. The runtime mounts `handler` at `path`, reads and confirms batches."""

    def __init__(self, settings: WebhookFeedSettings, clock: Clock | None = None) -> None:
        self.name = settings.name
        self.path = settings.path
        self.health = FeedHealth()
        self._settings = settings
        self._clock = clock or SystemClock()
        self._recent = Recent()
        self._waiting: asyncio.Queue[_Delivery | None] = asyncio.Queue()
        self._unconfirmed = 0
        self._unchecked_bytes = 0
        self._closed = False
        secrets = (settings.secret, settings.previous_secret)
        self._secrets = [secret.get_secret_value() for secret in secrets if secret is not None]
        self._defaults = Defaults(
            feed=settings.name,
            platform=settings.platform,
            channel=settings.channel,
            language=settings.language,
        )

    async def read(self, cursor: str | None) -> AsyncIterator[FeedBatch]:  # noqa: ARG002 - senders repeat, we do not
        """What was posted, one batch for all that waits; ends when the feed is closed."""
        while (first := await self._waiting.get()) is not None:
            deliveries = [first]
            while not self._waiting.empty() and (more := self._waiting.get_nowait()) is not None:
                deliveries.append(more)
            yield self._batch(deliveries)
            if self._closed:
                return

    async def confirm(self, batch: FeedBatch) -> None:
        """The batch is durable: its senders get their 200."""
        self._settle(batch, durable=True)

    async def refuse(self, batch: FeedBatch) -> None:
        """The batch could not be stored: its senders get a 503 at once, and will post it again."""
        self._settle(batch, durable=False)

    @staticmethod
    def _settle(batch: FeedBatch, *, durable: bool) -> None:
        for delivery in batch.token if isinstance(batch.token, tuple) else ():
            if isinstance(delivery, _Delivery):
                delivery.settle(durable=durable)

    async def close(self) -> None:
        """Take no more."""
        self._closed = True
        self._waiting.put_nowait(None)

    async def handler(self, request: web.Request) -> web.Response:
        """Answers a POST: 200 with counts, 400, 401, 413, or 503 with the time to try again."""
        if self._closed or self._unconfirmed >= self._settings.max_waiting:
            return self._later("too many requests wait to be stored")
        try:
            lines = split(await self._believed_body(request))
        except _TooMuchAtOnce:
            return self._later("too many requests at once")
        except (BadSignature, BadRecord, _TooLarge, TimeoutError) as bad:
            return self._refusal(*_ANSWERS[type(bad)], str(bad) or "the body did not arrive in time")
        return await self._stored(lines)

    async def _believed_body(self, request: web.Request) -> bytes:
        """The body, after its size and its signature were found good."""
        if not is_signed(request.headers):
            raise BadSignature("no signature")
        if request.headers.get("Content-Encoding", "identity") != "identity":
            raise BadRecord("malformed", "send the body without Content-Encoding")
        async with asyncio.timeout(_BODY_SECONDS):
            body = await self._limited_body(request)
        check(request.headers, body, self._secrets, self._clock.now())
        return body

    async def _limited_body(self, request: web.Request) -> bytes:
        limit = self._settings.max_body_bytes
        body = bytearray()
        try:
            async for piece in request.content.iter_any():
                body += piece
                self._unchecked_bytes += len(piece)
                if len(body) > limit:
                    raise _TooLarge(f"a body may have {limit} bytes")
                if self._unchecked_bytes > _BODIES_AT_ONCE * limit:
                    raise _TooMuchAtOnce
            return bytes(body)
        finally:
            self._unchecked_bytes -= len(body)

    async def _stored(self, lines: list[bytes]) -> web.Response:
        """Decode, hand over, and wait until it is durable."""
        now = self._clock.now()
        where = f"{now.isoformat()} item {{}}".format
        decoded = decode_lines(lines, now, defaults=self._defaults, recent=self._recent, where=where)
        if lines and not await self._durable(decoded):
            return self._later("not stored")
        self.health.read(now, len(decoded.mentions))
        return web.json_response(_counts(decoded))

    async def _durable(self, decoded: Decoded) -> bool:
        delivery = _Delivery(decoded, asyncio.get_running_loop().create_future())
        self._unconfirmed += 1
        try:
            self._waiting.put_nowait(delivery)
            async with asyncio.timeout(self._settings.confirm_seconds):
                return await delivery.durable
        except TimeoutError:
            return False
        finally:
            self._unconfirmed -= 1

    def _batch(self, deliveries: list[_Delivery]) -> FeedBatch:
        return FeedBatch(
            self.name,
            [mention for each in deliveries for mention in each.decoded.mentions],
            dead_letters=[letter for each in deliveries for letter in each.decoded.dead_letters],
            token=tuple(deliveries),
        )

    def _refusal(self, status: int, kind: str, why: str) -> web.Response:
        self.health.errors[kind] += 1
        return web.json_response({"error": why.replace("\n", " ")[:200]}, status=status)

    def _later(self, why: str) -> web.Response:
        self.health.failed("unavailable", why)
        return web.json_response({"error": why}, status=503, headers={"Retry-After": str(_RETRY_SECONDS)})


class _TooLarge(PalovahtiError):
    """The body is larger than this feed takes."""


class _TooMuchAtOnce(PalovahtiError):
    """Too many bytes of which nobody knows yet who sent them."""


_ANSWERS: dict[type[Exception], tuple[int, str]] = {
    BadSignature: (401, "bad_signature"),
    BadRecord: (400, "malformed"),
    _TooLarge: (413, "too_large"),
    TimeoutError: (408, "too_slow"),
}


def _counts(decoded: Decoded) -> dict[str, object]:
    """What the sender is told: how many went on, how many of them after repair, how many not, and why."""
    refused = [letter for letter in decoded.dead_letters if not letter.repaired]
    repaired = {letter.position for letter in decoded.dead_letters if letter.repaired}
    return {
        "accepted": len(decoded.mentions),
        "repaired": len(repaired),
        "rejected": len(refused),
        "reasons": dict(Counter(letter.reason for letter in decoded.dead_letters)),
    }
