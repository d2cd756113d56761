"""The embedded runtime: one process, no broker. Moves data between feeds, station, outbox and web page.

    feeds ──► accept ──► (queue) ──► work ──► (outbox) ──► receivers
                                      └──► web page, metrics

Everything that thinks is in the station; here things wait, and retry, and stop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import httpx
from aiohttp import web
from prometheus_client import CollectorRegistry
from rich.console import Console

from agents.building import build_station
from agents.feeds import AnyFeed, build_feed
from agents.receivers import notifiers
from agents.runtimes.meter import Meter
from agents.settings import Settings
from alerts.delivery import Outbox
from alerts.page.state import DataState
from alerts.store.sqlite import SqliteStore
from alerts.store.store import Store
from alerts.web.app import create_app, serve
from streams.clock import Clock, SystemClock
from streams.dead_letters import DeadLetterFile
from streams.feeds.feed import FeedBatch
from streams.feeds.webhook import WebhookFeed
from streams.metrics import Metrics

LOG = logging.getLogger("palovahti")
IDLE_SECONDS = 1.0
LOOK_SECONDS = 15.0
PRUNE_EVERY = timedelta(hours=6)
FEED_PAUSE_SECONDS = 5.0


class Service:
    """One configuration at work; `run` until told to stop. A reload makes a new one on the same store."""

    def __init__(
        self, settings: Settings, store: Store, console: Console, *, clock: Clock | None = None
    ) -> None:
        self.settings, self.store = settings, store
        self.clock = clock or SystemClock()
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry)
        self.feeds: dict[str, AnyFeed] = {f.name: build_feed(f, self.clock) for f in settings.feeds}
        self.meter = Meter(self.metrics, store, self.feeds)
        self.station = build_station(settings, store, self._data_state, recorded=False)
        self.metrics.know(
            feeds=self.feeds,
            topics=self.station.engine.topics,
            receivers=[r.name for r in settings.receivers],
        )
        self._console = console
        self._dead_letters = DeadLetterFile(settings.store.path.parent / "dead-letters.jsonl")
        self._wake = asyncio.Event()

    async def run(self, stop: asyncio.Event, ready: Callable[[str], None] | None = None) -> None:
        """Work until `stop` is set, then finish what is on its way. `ready` is told the page's address."""
        now = self.clock.now()
        self.metrics.configuration(taken=True, now=now)
        page = await serve(self._app())
        if ready:
            ready(address(page))
        try:
            async with httpx.AsyncClient() as client:
                receivers = notifiers(self.settings.receivers, client, self.clock, self._console)
                outbox = Outbox(self.store, receivers, self.clock, metrics=self.metrics)
                async with asyncio.TaskGroup() as tasks:
                    readers = [tasks.create_task(self._read(feed)) for feed in self.feeds.values()]
                    tasks.create_task(self._work(stop))
                    tasks.create_task(self._look(stop))
                    tasks.create_task(outbox.run(stop))
                    await stop.wait()
                    await self._close(readers)
        finally:
            await page.cleanup()

    async def _close(self, readers: list[asyncio.Task[None]]) -> None:
        for feed in self.feeds.values():
            await feed.close()
        _, late = await asyncio.wait(readers, timeout=FEED_PAUSE_SECONDS) if readers else ((), set())
        for reader in late:
            reader.cancel()

    async def _read(self, feed: AnyFeed) -> None:
        """A feed's batches, each durable before it is confirmed."""
        async for batch in feed.read(self.store.cursor(feed.name)):
            try:
                self._accept(batch)
            except Exception:
                if isinstance(feed, WebhookFeed):
                    await feed.refuse(batch)  # its senders will post again
                raise
            await feed.confirm(batch)
            self._wake.set()
        LOG.info("feed_ended feed=%s", feed.name)

    def _accept(self, batch: FeedBatch) -> None:
        now = self.clock.now()
        new = self.station.accept(batch, now)
        self._dead_letters.append(batch.dead_letters)
        self.meter.accepted(batch, new, now)

    async def _work(self, stop: asyncio.Event) -> None:
        """Take in what is queued; when nothing is, let time pass."""
        while not stop.is_set():
            late = self.station.engine.late_by_feed
            outcome = self.station.work(self.clock.now())
            if not outcome.mentions:
                outcome = self.station.idle(self.clock.now())
            self.meter.worked(outcome, late, self.station.engine.ticked)
            late.clear()
            if outcome.mentions:
                await asyncio.sleep(0)
            else:
                await _either(self._wake.wait(), stop.wait(), IDLE_SECONDS)
                self._wake.clear()

    async def _look(self, stop: asyncio.Event) -> None:
        """Gauges now and then, retention a few times a day."""
        pruned: datetime | None = None
        while not stop.is_set():
            now = self.clock.now()
            self.meter.look(now)
            if pruned is None or now >= pruned + PRUNE_EVERY:
                keep = self.settings.store
                self.store.prune(now, keep.text_days, keep.pulse_days, keep.seen_days)
                pruned = now
            await _either(stop.wait(), asyncio.sleep(LOOK_SECONDS), LOOK_SECONDS)

    def _app(self) -> web.Application:
        hooks = {feed.path: feed.handler for feed in self.feeds.values() if isinstance(feed, WebhookFeed)}
        return create_app(
            self.store,
            self.station.desk,
            self.settings.organisation,
            self.settings.web,
            self.clock,
            self.registry,
            self.health,
            hooks=hooks,
        )

    def health(self) -> Mapping[str, object]:
        """What /readyz tells."""
        feeds = {name: feed.health.alive for name, feed in self.feeds.items()}
        return {"ready": True, "data": self._data_state(), "feeds": feeds}

    def _data_state(self) -> DataState:
        return self.meter.data_state(self.clock.now())


async def _either(one: Awaitable[object], other: Awaitable[object], seconds: float) -> None:
    """Wait for whichever comes first, so many seconds at most."""
    tasks = [asyncio.ensure_future(one), asyncio.ensure_future(other)]
    await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


def address(page: web.AppRunner) -> str:
    """Where the page listens."""
    host, port = page.addresses[0][:2]
    return f"http://{host}:{port}/"


def open_store(settings: Settings) -> SqliteStore:
    """The store of the settings; its folder is made where it is missing."""
    settings.store.path.parent.mkdir(parents=True, exist_ok=True)
    return SqliteStore(settings.store.path)
