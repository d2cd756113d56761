"""News and blogs: RSS, Atom and JSON Feed, polled politely. `parse` is pure, `RssFeed` fetches."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import httpx

from streams.bad_input import Repair
from streams.clock import Clock, SystemClock
from streams.codec import dead_letter, decode_lines
from streams.errors import BadRecord
from streams.feeds.addresses import CheckedTransport
from streams.feeds.entries import Entry, entries, parse
from streams.feeds.feed import FeedBatch
from streams.feeds.fetch import Fetched, FetchFailed, Limits, fetch
from streams.feeds.health import FeedHealth
from streams.feeds.rss_cursor import RssCursor
from streams.feeds.rss_settings import RssFeedSettings
from streams.records import DeadLetter, Gap, Mention
from streams.repair import Defaults

__all__ = ["RssFeed", "RssFeedSettings", "parse"]

_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_FIRST_RETRY_SECONDS = 10.0
_LONGEST_RETRY_SECONDS = 3_600.0
_PASSING = frozenset({"unreachable", "timeout"})
_MAX_AGE = re.compile(r"\bmax-age\s*=\s*(\d{1,9})")
_LARGE_WINDOW = 10


def no_more_than_a_tenth() -> float:
    """A little luck, so that many feeds are not asked at the same second."""
    return random.uniform(-0.1, 0.1)  # noqa: S311 - not a secret


class RssFeed:
    """Polls one feed. `read` never raises: what goes wrong is counted in `health` and tried again later."""

    def __init__(
        self,
        settings: RssFeedSettings,
        clock: Clock | None = None,
        *,
        client: httpx.AsyncClient | None = None,
        jitter: Callable[[], float] = no_more_than_a_tenth,
        sleep: Callable[[float], Awaitable[object]] | None = None,
    ) -> None:
        self.name = settings.name
        self.health = FeedHealth()
        self._settings = settings
        self._clock = clock or SystemClock()
        self._client = client
        self._jitter = jitter
        self._sleep = sleep or self._pause
        self._closed = asyncio.Event()
        self._failures = 0
        self._limits = Limits(settings.max_bytes, settings.max_redirects, settings.timeout_seconds)
        self._defaults = Defaults(feed=settings.name, platform=settings.platform)

    async def read(self, cursor: str | None) -> AsyncIterator[FeedBatch]:
        """One batch a poll that succeeded; ends only when closed, or when the feed is gone (410)."""
        state = RssCursor.load(cursor, self._settings.url)
        while not self._closed.is_set():
            try:
                fetched = await self._fetch(state)
                batch = await asyncio.to_thread(self._batch, fetched, state)
            except FetchFailed as failure:
                self._failed(failure.kind, failure.detail)
                if failure.kind == "gone":
                    return
                wait = failure.retry_after or 0.0
                soon = failure.kind in _PASSING and failure.retry_after is None
            except BadRecord as bad:
                self._failed("malformed", bad.detail)
                wait, soon = 0.0, False
                if self._failures == 1:
                    yield self._unreadable(bad, state)
            else:
                self._failures = 0
                wait, soon = max_age(fetched.headers), False
                yield batch
            await self._sleep(self._wait_seconds(wait, soon=soon))

    async def confirm(self, batch: FeedBatch) -> None:
        """Nothing to do: the cursor says it all."""

    async def close(self) -> None:
        """Stop polling and close the connections."""
        self._closed.set()
        if self._client is not None:
            await self._client.aclose()

    def _wait_seconds(self, asked: float, *, soon: bool) -> float:
        """The interval, or longer if the server asks; a source that did not answer is tried again sooner."""
        interval = self._settings.every_minutes * 60
        if soon:
            interval = min(_FIRST_RETRY_SECONDS * 2.0 ** min(self._failures - 1, 12), _LONGEST_RETRY_SECONDS)
        return max(interval * (1 + self._jitter()), asked)

    async def _fetch(self, state: RssCursor) -> Fetched:
        if self._client is None:
            transport = CheckedTransport(allow_private=self._settings.allow_private)
            self._client = httpx.AsyncClient(transport=transport, trust_env=False)
        headers = {"Accept": _ACCEPT, "Accept-Encoding": "gzip", "User-Agent": "Palovahti/0.1 (feed reader)"}
        return await fetch(
            self._client, state.url, headers | state.conditions(), self._limits, self._clock.now()
        )

    def _batch(self, fetched: Fetched, state: RssCursor) -> FeedBatch:
        """What is new or changed in an answer; `state` moves on."""
        now = self._clock.now()
        found: list[Entry] = []
        if fetched.status == 200:
            content_type = fetched.headers.get("content-type", "")
            found = entries(fetched.body, content_type, self._settings, now)
        gaps = self._gaps(found, state, now)
        mentions, letters = self._new(found, state, now, backfilled=state.polled_at is None or bool(gaps))
        state.move_on(fetched, [(entry.id, entry.digest) for entry in found], now)
        self.health.read(now, len(mentions))
        return FeedBatch(self.name, mentions, state.dump(), gaps, letters)

    def _new(
        self, found: list[Entry], state: RssCursor, now: datetime, *, backfilled: bool
    ) -> tuple[list[Mention], list[DeadLetter]]:
        """Entries not delivered before, oldest first, as feeds have the newest first."""
        fresh = [entry for entry in reversed(found) if state.digest(entry.id) != entry.digest]
        lines = [
            entry.line(changed=state.digest(entry.id) is not None, backfilled=backfilled) for entry in fresh
        ]
        decoded = decode_lines(lines, now, defaults=self._defaults, where=lambda index: fresh[index].id)
        return decoded.mentions, decoded.dead_letters

    def _gaps(self, found: list[Entry], state: RssCursor, now: datetime) -> list[Gap]:
        """When nothing in the whole window was seen before, entries may have come and gone."""
        if state.polled_at is None or not found or not state.seen:
            return []
        if any(state.digest(entry.id) is not None for entry in found):
            return []
        outage = now - state.polled_at > timedelta(minutes=2 * self._settings.every_minutes)
        if not outage and len(found) < _LARGE_WINDOW:
            return []  # a feed that always shows its latest few entries only
        oldest = min(datetime.fromisoformat(entry.fields["published_at"]) for entry in found)
        end = min(max(oldest, state.polled_at), now)
        return [Gap(feed=self.name, start=state.polled_at, end=end, reason="outage" if outage else "overrun")]

    def _unreadable(self, bad: BadRecord, state: RssCursor) -> FeedBatch:
        letter = dead_letter(self.name, Repair("malformed", bad.detail), "document", b"", self._clock.now())
        return FeedBatch(self.name, cursor=state.dump(), dead_letters=[letter])

    def _failed(self, kind: str, detail: str) -> None:
        self._failures += 1
        self.health.failed(kind, detail)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._closed.wait()
        except TimeoutError:
            return


def max_age(headers: Mapping[str, str]) -> float:
    """The seconds for which a server says that its answer stays fresh, at most an hour."""
    found = _MAX_AGE.search(headers.get("cache-control", "").lower())
    return min(float(found.group(1)), _LONGEST_RETRY_SECONDS) if found else 0.0
