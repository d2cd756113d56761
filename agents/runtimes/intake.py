"""The way in: each feed's batches, durable before they are confirmed; one feed's trouble is its own.

Time flows as mentions were published, and by the clock once the feeds are up to date. So days that a first
run finds, or what came while the service was down, are judged as they happened: they teach what is usual, and
their storms are recorded. What is older than `max_page_age` pages nobody.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

from agents.feeds import AnyFeed
from agents.runtimes.meter import Meter
from agents.runtimes.waiting import first_of
from agents.station import Station
from streams.clock import Clock
from streams.dead_letters import DeadLetterFile
from streams.errors import BrokenState, StoreUnreachable
from streams.feeds.feed import FeedBatch
from streams.feeds.webhook import WebhookFeed
from streams.records import Mention
from streams.windows import minute_at

LOG = logging.getLogger("palovahti")
REST_SECONDS = 5.0
MOST_WAITING = 20_000
OLD = timedelta(minutes=2)
SETTLE = timedelta(seconds=3)


class Intake:
    """Reads feeds into the station's queue. `arrived` is set when something came."""

    def __init__(
        self, station: Station, meter: Meter, clock: Clock, dead_letters: DeadLetterFile, rest_seconds: float
    ) -> None:
        self.arrived = asyncio.Event()
        self.waiting = 0  # mentions in the queue, those of an earlier run left out
        self._station, self._meter, self._clock = station, meter, clock
        self._dead_letters = dead_letters
        self._rest_seconds = rest_seconds
        self._settled_at = clock.now() + SETTLE
        self._room = asyncio.Event()

    async def read(self, feed: AnyFeed, stop: asyncio.Event) -> None:
        """A feed until it ends or `stop` is set; after a failure it rests and goes on from its cursor."""
        while not await self._ended(feed, stop):
            await first_of(stop.wait(), seconds=self._rest_seconds)
        LOG.info("feed_ended", extra={"feed": feed.name})

    def worked(self, mentions: int) -> None:
        """So many mentions left the queue."""
        self.waiting = max(0, self.waiting - mentions)
        if self.waiting <= MOST_WAITING:
            self._room.set()

    def began_anew(self) -> None:
        """What is in the queue is that of an earlier run."""
        self.waiting = 0
        self._room.set()

    def settled(self, now: datetime) -> bool:
        """Whether the feeds are up to date, so that time may flow by the clock."""
        return now >= self._settled_at

    async def _ended(self, feed: AnyFeed, stop: asyncio.Event) -> bool:
        """Read on; False where it failed and another try makes sense."""
        try:
            await self._batches(feed, stop)
        except StoreUnreachable:
            return stop.is_set()  # not the feed's trouble; who works on the queue tells of it
        except BrokenState:
            raise
        except Exception as error:  # noqa: BLE001 the outermost loop of a feed: the others go on
            what = type(error).__name__
            feed.health.failed("broken", what)
            LOG.error("feed_failed", extra={"feed": feed.name, "error": what})  # noqa: TRY400 its text may quote a mention
            return stop.is_set()
        return True

    async def _batches(self, feed: AnyFeed, stop: asyncio.Event) -> None:
        batches = feed.read(self._station.store.cursor(feed.name))
        try:
            async for batch in batches:
                await self._wait_for_room(stop)
                await self._take(feed, batch)
        finally:
            if isinstance(batches, AsyncGenerator):
                await batches.aclose()

    async def _take(self, feed: AnyFeed, batch: FeedBatch) -> None:
        try:
            self._accept(batch)
        except Exception:
            if isinstance(feed, WebhookFeed):
                await feed.refuse(batch)  # its senders will post again
            raise
        await feed.confirm(batch)
        self.arrived.set()

    def _accept(self, batch: FeedBatch) -> None:
        now = self._clock.now()
        new = self._station.accept(batch, now)
        self.waiting += new
        if new and self._is_news_of_old(batch.mentions[-1], now):
            self._settled_at = now + SETTLE
        self._dead_letters.append(batch.dead_letters)
        self._meter.accepted(batch, new, now)

    def _is_news_of_old(self, mention: Mention, now: datetime) -> bool:
        """Whether it lies before now and yet beyond what was decided."""
        at = mention.event_at
        return now - at > OLD and minute_at(at) > self._station.engine.ticked

    async def _wait_for_room(self, stop: asyncio.Event) -> None:
        """Rest while more is queued than the watch takes in soon: files are read faster than judged."""
        if self.waiting > MOST_WAITING:
            self._room.clear()
            await first_of(self._room.wait(), stop.wait())
