"""The embedded runtime: one process, no broker. Moves data between feeds, station, outbox and web page.

    feeds ──► intake ──► (queue) ──► work ──► (outbox) ──► receivers
                                      └──► web page, metrics

Everything that thinks is in the station; here things wait, and retry, and stop. A feed in trouble rests and
goes on; where our own state is in doubt, the service stops and a new start goes on from what is stored.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import httpx
from aiohttp import web
from prometheus_client import CollectorRegistry
from rich.console import Console

from agents.backtest.quality import QualityMeter
from agents.building import build_engine, build_station
from agents.feeds import AnyFeed, build_feed
from agents.receivers import notifiers
from agents.runtimes.answer_meter import AnswerMeter
from agents.runtimes.intake import REST_SECONDS, Intake
from agents.runtimes.meter import Meter
from agents.runtimes.reach import Reach
from agents.runtimes.waiting import first_of
from agents.settings import Settings
from alerts.delivery import Outbox
from alerts.drafting.client import Model
from alerts.drafting.drafter import Drafter
from alerts.page.state import DataState
from alerts.store.store import Store
from alerts.web.app import create_app, serve
from streams.clock import Clock, SystemClock
from streams.dead_letters import DeadLetterFile
from streams.errors import BrokenState, PalovahtiError, StoreUnreachable
from streams.feeds.webhook import WebhookFeed
from streams.metrics import Metrics

LOG = logging.getLogger("palovahti")
STEP = 1000
IDLE_SECONDS = 1.0
LOOK_SECONDS = 15.0
CLOSE_SECONDS = 5.0
PRUNE_EVERY = timedelta(hours=6)


class Service:
    """One configuration at work; `run` until told to stop. A reload makes a new one on the same store."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        console: Console,
        *,
        clock: Clock | None = None,
        feeds: Sequence[AnyFeed] | None = None,
        rest_seconds: float = REST_SECONDS,
        drill: bool = False,
    ) -> None:
        self.settings, self.store = settings, store
        self.clock = clock or SystemClock()
        made = [build_feed(each, self.clock) for each in settings.feeds] if feeds is None else feeds
        self.feeds: dict[str, AnyFeed] = {feed.name: feed for feed in made}
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry)
        self.reach = Reach(self.metrics)
        self.meter = Meter(self.metrics, store, self.feeds, [topic.name for topic in settings.topics])
        self.quality = QualityMeter(self.metrics, store, settings)
        self.answers = AnswerMeter(self.metrics, store, settings)
        self.station = build_station(settings, store, self._data_state, recorded=False, drill=drill)
        self._drill = drill
        letters = DeadLetterFile(settings.store.path.parent / "dead-letters.jsonl")
        self._intake = Intake(self.station, self.meter, self.clock, letters, rest_seconds)
        self._console = console
        self.metrics.know(
            feeds=self.feeds,
            topics=self.station.engine.topics,
            receivers=[receiver.name for receiver in settings.receivers],
        )

    async def run(self, stop: asyncio.Event, ready: Callable[[str], None] | None = None) -> None:
        """Work until `stop` is set, then finish what is on its way. `ready` is told the page's address.

        `BadConfiguration`: the page's address cannot be had. `BrokenState`: nothing accepted is lost, but
        we cannot go on.
        """
        page = await serve(self._app())
        try:
            self.metrics.configuration(taken=True, now=self.clock.now())
            self.meter.look(self.clock.now())
            if ready:
                ready(address(page))
            async with httpx.AsyncClient() as client:
                await self._tasks(client, stop)
        except ExceptionGroup as group:
            raise _cause(group) from group
        finally:
            await page.cleanup()

    async def _tasks(self, client: httpx.AsyncClient, stop: asyncio.Event) -> None:
        wall = SystemClock() if self._drill else self.clock  # receivers check when a notice was signed
        receivers = notifiers(self.settings.receivers, client, wall, self._console)
        outbox = Outbox(self.store, receivers, self.clock, metrics=self.metrics)
        async with asyncio.TaskGroup() as tasks:
            readers = [tasks.create_task(self._intake.read(feed, stop)) for feed in self.feeds.values()]
            tasks.create_task(self._work(stop))
            tasks.create_task(self._look(stop))
            tasks.create_task(outbox.run(stop))
            if self.settings.drafting.url:
                tasks.create_task(self._drafter(client).run(stop))
            await stop.wait()
            await self._close(readers)

    def _drafter(self, client: httpx.AsyncClient) -> Drafter:
        settings = self.settings.drafting
        model = Model(settings, client)
        return Drafter(self.store, self.settings.organisation, settings, model, self.clock)

    async def _close(self, readers: Sequence[asyncio.Task[None]]) -> None:
        for feed in self.feeds.values():
            await feed.close()
        late = (await asyncio.wait(readers, timeout=CLOSE_SECONDS))[1] if readers else ()
        for reader in late:
            reader.cancel()

    async def _work(self, stop: asyncio.Event) -> None:
        """Take in what is queued; when all of it is, let time pass."""
        while not stop.is_set():
            try:
                mentions = self.work()
            except StoreUnreachable as error:
                self.reach.lost(error)
                await self._begin_anew(stop)
                continue
            self.reach.found()
            if mentions:
                await asyncio.sleep(0)
            else:
                await first_of(self._intake.arrived.wait(), stop.wait(), seconds=IDLE_SECONDS)
                self._intake.arrived.clear()

    async def _begin_anew(self, stop: asyncio.Event) -> None:
        """Wait for the store, and go on from what it holds."""
        while not stop.is_set():
            await first_of(stop.wait(), seconds=IDLE_SECONDS)
            try:
                self.station.begin_anew(build_engine(self.settings))
            except StoreUnreachable as error:
                self.reach.lost(error)
            else:
                self._intake.began_anew()
                return

    def work(self) -> int:
        """One step of work; how many mentions were taken in."""
        now = self.clock.now()
        outcomes = [self.station.work(now, STEP)]
        mentions = outcomes[0].mentions
        self._intake.worked(mentions)
        if mentions < STEP and self._intake.settled(now):
            outcomes.append(self.station.idle(now))  # never in front of what is queued
        for outcome in outcomes:
            self.meter.worked(outcome, self.station.engine.late_by_feed, self.station.engine.ticked)
            self.station.engine.late_by_feed.clear()
        return mentions

    async def _look(self, stop: asyncio.Event) -> None:
        """Gauges now and then, retention a few times a day."""
        pruned: datetime | None = None
        while not stop.is_set():
            now = self.clock.now()
            try:
                self.meter.look(now)
                self.answers.look(now)
                self.quality.look(now)
                if pruned is None or now >= pruned + PRUNE_EVERY:
                    keep = self.settings.store
                    self.store.prune(now, keep.text_days, keep.pulse_days, keep.seen_days)
                    pruned = now
            except StoreUnreachable as error:
                self.reach.lost(error)
            await first_of(stop.wait(), seconds=LOOK_SECONDS)

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
            drill=self._drill,
        )

    def refused(self) -> None:
        """A newer configuration was not taken over; the metrics say so."""
        self.metrics.configuration(taken=False, now=self.clock.now())

    def health(self) -> Mapping[str, object]:
        """What /readyz tells."""
        feeds = {name: feed.health.alive for name, feed in self.feeds.items()}
        reached = self.reach.reachable
        return {"ready": reached, "store": reached, "data": self._data_state(), "feeds": feeds}

    def _data_state(self) -> DataState:
        return self.meter.data_state(self.clock.now(), self.station.pipeline.accuracy)


def _cause(group: ExceptionGroup) -> PalovahtiError:
    """What stopped us, as one error of our own."""
    error: Exception = group
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, PalovahtiError):
        return error
    what = f"{type(error).__name__}: {error}"
    return BrokenState(f"the service stopped ({what}); nothing accepted is lost: mend it and start again")


def address(page: web.AppRunner) -> str:
    """Where the page listens.

    The first of several addresses; an IPv6 one in brackets.
    """
    host, port = page.addresses[0][:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
