"""A worker: one or more stages in one process, with probes and, where it alerts, the web page.

It stops loudly when anything of ours fails: what was not acknowledged is read again, by the next start or by
another worker, and repeating changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import cached_property, partial
from typing import Any, Final

import httpx
from aiohttp import web
from prometheus_client import CollectorRegistry
from rich.console import Console

from agents.building import build_desk, build_engine, build_pipeline
from agents.feeds import AnyFeed, build_feed
from agents.pipeline import accuracy_of, event_clock
from agents.receivers import notifiers
from agents.runtimes.kafka.alerting import Alerting
from agents.runtimes.kafka.apps import Work, add_agent, add_table, stage_app
from agents.runtimes.kafka.chunks import ChunkApp
from agents.runtimes.kafka.ingesting import Ingesting
from agents.runtimes.kafka.probes import listen, probes
from agents.runtimes.kafka.scoring import Scoring
from agents.runtimes.kafka.watching import Watching
from agents.runtimes.reach import Reach
from agents.runtimes.waiting import first_of
from agents.sentiment.loading import load_scorer
from agents.settings import Settings
from agents.stages.alert import AlertStage
from agents.stages.feeds_seen import FeedsSeen
from agents.stages.ingest import IngestStage
from agents.stages.placing import partition_of
from agents.stages.score import ScoreStage
from agents.watch.engine import Engine
from alerts.delivery import Outbox
from alerts.page.state import DataState
from alerts.store.store import Store
from alerts.web.app import create_app, serve
from streams.clock import Clock, SystemClock
from streams.errors import BrokenState
from streams.metrics import Metrics
from streams.names import FEEDS, FINDINGS, MENTIONS, SCORED
from streams.windows import time_of

LOG = logging.getLogger("palovahti")
STAGES: Final = ("ingest", "score", "watch", "alert")
LOOK_SECONDS = 1.0
STOP_SECONDS = 8.0
CHUNK_SIZES: Final = {"ingest": 100, "score": 1000, "watch": 200, "alert": 200}


class Worker:
    """Some stages of one configuration. `store` is needed where it alerts; `recorded` as in the demo."""

    def __init__(
        self,
        settings: Settings,
        stages: Sequence[str],
        work: Work,
        *,
        store: Store | None = None,
        clock: Clock | None = None,
        console: Console | None = None,
        feeds: Sequence[AnyFeed] | None = None,
        recorded: bool = False,
    ) -> None:
        self.settings, self.stages, self.store = settings, tuple(stages), store
        self.clock = clock or SystemClock()
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry)
        self.reach = Reach(self.metrics)
        self.metrics.know(
            feeds=[feed.name for feed in settings.feeds],
            topics=[topic.name for topic in settings.topics],
            receivers=[receiver.name for receiver in settings.receivers],
        )
        self.apps = {stage: stage_app(stage, settings.kafka, work) for stage in self.stages}
        self._recorded, self._console = recorded, console or Console()
        self._given_feeds = feeds
        self._failed: asyncio.Future[None] | None = None
        self._leaving = False
        self._feeds_seen: FeedsSeen | None = None
        self.scoring: Scoring | None = None
        self.watching: Watching | None = None
        self.alerting: Alerting | None = None
        self.ingesting: Ingesting | None = None
        for stage in self.stages:
            getattr(self, f"_build_{stage}")()

    async def run(self, stop: asyncio.Event, ready: Callable[[str], None] | None = None) -> None:
        """Work until `stop` is set; then finish what is on its way, store and commit.

        `BrokenState`: something of ours failed; start again, nothing is lost.
        """
        self._failed = asyncio.get_running_loop().create_future()
        async with AsyncExitStack() as stack:
            for app in self.apps.values():
                stack.push_async_callback(_within, STOP_SECONDS, partial(self._stop, app))
                await app.start()
            stack.push_async_callback(_within, STOP_SECONDS, self._drain)
            tasks = [asyncio.create_task(each) for each in await self._tasks(stop, stack)]
            page = await self._listen()
            stack.push_async_callback(page.cleanup)
            if ready:
                ready(address(page))
            await first_of(stop.wait(), asyncio.wait([self._failed]), *(asyncio.wait([t]) for t in tasks))
            stop.set()
            await self._end(tasks)
        self._raise()

    def fail(self, error: BaseException) -> None:
        """Something of ours failed: the worker stops.

        While it leaves nothing fails any more: agents still send when their producer is gone already, and
        what they had not acknowledged is read again.
        """
        if self._leaving or isinstance(error, asyncio.CancelledError):
            return
        LOG.error("worker_failed", extra={"error": f"{type(error).__name__}: {error}"})
        if self._failed is not None and not self._failed.done():
            self._failed.set_exception(error)

    def is_ready(self) -> bool:
        """Whether partitions are dealt and tables recovered."""
        return all(
            app.started and not app.crashed and not app.rebalancing and app.consumer_generation_id
            for app in self.apps.values()
        )

    # building

    def _build_ingest(self) -> None:
        kafka, app = self.settings.kafka, self.apps["ingest"]
        given = self._given_feeds
        made = [build_feed(each, self.clock) for each in self.settings.feeds] if given is None else given
        stage = IngestStage(kafka.partitions, self.settings.watch.lateness_seconds)
        table = add_table(app, "cursors", kafka.partitions)
        feeds = {feed.name: feed for feed in made}
        self.ingesting = Ingesting(app, table, stage, feeds, kafka, self.clock, recorded=self._recorded)
        add_agent(app, kafka, FEEDS, self._guarded(self.ingesting), CHUNK_SIZES["ingest"])

    def _build_score(self) -> None:
        kafka, app = self.settings.kafka, self.apps["score"]
        pipeline = build_pipeline(self.settings, event_clock)
        stage = ScoreStage(pipeline, self.settings.organisation, kafka.partitions)
        self.scoring = Scoring(app, stage, kafka, self.clock, self.fail, self.metrics)
        add_agent(app, kafka, MENTIONS, self._guarded(self.scoring), CHUNK_SIZES["score"])

    def _build_watch(self) -> None:
        kafka, app = self.settings.kafka, self.apps["watch"]
        table = add_table(app, "state", kafka.partitions)
        self.watching = Watching(app, table, self._engine, kafka)
        add_agent(app, kafka, SCORED, self._guarded(self.watching), CHUNK_SIZES["watch"])

    def _build_alert(self) -> None:
        kafka, app = self.settings.kafka, self.apps["alert"]
        if self.store is None:
            raise BrokenState("the alert stage needs a store")
        desk = build_desk(self.settings, self.store, self._data_state)
        names = [feed.name for feed in self.settings.feeds]
        stage = AlertStage(self.store, desk, kafka.partitions, recorded=self._recorded, feeds=names)
        self._feeds_seen = stage.feeds
        self.alerting = Alerting(app, stage, kafka, self.clock, self.metrics, self.reach)
        add_agent(app, kafka, FINDINGS, self._guarded(self.alerting), CHUNK_SIZES["alert"])

    def _engine(self, partition: int) -> Engine:
        """An engine over the topics of one partition."""
        partitions = self.settings.kafka.partitions
        mine = tuple(t for t in self.settings.topics if partition_of(t.name, partitions) == partition)
        return build_engine(self.settings.model_copy(update={"topics": mine}))

    def _guarded(self, taker: Any) -> Guarded:
        return Guarded(taker, self.fail)

    # working

    async def _tasks(self, stop: asyncio.Event, stack: AsyncExitStack) -> list[Any]:
        tasks = [self._look(stop)]
        if self.ingesting is not None:
            tasks.append(self.ingesting.run(stop))
        if self.alerting is not None and self.store is not None:
            client = await stack.enter_async_context(httpx.AsyncClient())
            receivers = notifiers(self.settings.receivers, client, self.clock, self._console)
            tasks.append(Outbox(self.store, receivers, self.clock, metrics=self.metrics).run(stop))
            if not self._recorded:
                tasks.append(self._idle(self.alerting, stop))
        return tasks

    async def _look(self, stop: asyncio.Event) -> None:
        """What is decided is stored also where nothing arrives; the metrics say how it goes."""
        while not stop.is_set():
            self._notice_crashes()
            if self.watching is not None:
                await self.watching.look()
            self._measure()
            await first_of(stop.wait(), seconds=LOOK_SECONDS)

    def _notice_crashes(self) -> None:
        """Faust notes a failure of its own services and lives on, reading nothing: we end."""
        for app in self.apps.values():
            if app.crashed:
                self.fail(app.crash_reason or BrokenState("Faust gave up"))

    async def _idle(self, alerting: Alerting, stop: asyncio.Event) -> None:
        """Overdue answers page also where nothing arrives."""
        while not stop.is_set():
            await alerting.idle()
            await first_of(stop.wait(), seconds=LOOK_SECONDS)

    def _measure(self) -> None:
        for stage, app in self.apps.items():
            self.metrics.stage(stage, app.rebalancing_count, partitions=len(app.consumer.assignment()))
            for tp, end in app.monitor.tp_end_offsets.items():
                if tp.topic in app.chunk_topics:
                    behind = max(0, end - app.monitor.tp_committed_offsets.get(tp, 0))
                    self.metrics.stream_lag(
                        tp.topic.removeprefix(self.settings.kafka.prefix), tp.partition, behind
                    )
        for shard in self.watching.shards if self.watching else ():
            if shard.engine.ticked:
                self.metrics.watermark(time_of(shard.engine.ticked))

    async def _drain(self) -> None:
        """Store what is decided, so that the next start has nothing to read again."""
        if self.watching is not None:
            await self.watching.look(now_all=True)
        for app in self.apps.values():
            await app.consumer.commit()

    async def _stop(self, app: ChunkApp) -> None:
        self._leaving = True
        await app.stop()

    async def _end(self, tasks: list[asyncio.Task[Any]]) -> None:
        done, late = await asyncio.wait(tasks, timeout=10)
        for task in late:
            task.cancel()
        for task in done:
            if not task.cancelled() and task.exception() is not None:
                self.fail(task.exception())  # type: ignore[arg-type]

    def _raise(self) -> None:
        if self._failed is not None and self._failed.done():
            error = self._failed.exception()
            raise BrokenState(
                f"the worker stopped ({type(error).__name__}: {error}); start it again"
            ) from error

    async def _listen(self) -> web.AppRunner:
        """The page with its probes, or the probes alone."""
        settings = self.settings
        if self.alerting is None or self.store is None:
            return await listen(probes(self.registry, self.health), settings.web.host, settings.web.port)
        return await serve(
            create_app(
                self.store,
                self.alerting,
                settings.organisation,
                settings.web,
                self.clock,
                self.registry,
                self.health,
            )
        )

    def health(self) -> Mapping[str, object]:
        """What /readyz tells."""
        return {
            "ready": self.is_ready() and self.reach.reachable,
            "data": self._data_state(),
            "stages": list(self.stages),
            "store": self.reach.reachable,
        }

    def _data_state(self) -> DataState | None:
        """How well we see, as the ingest workers tell."""
        if self._feeds_seen is None:
            return None
        return self._feeds_seen.data_state(self.clock.now(), self._accuracy)

    @cached_property
    def _accuracy(self) -> dict[str, float]:
        """How often the scorer's labels are right, by language."""
        scorer = load_scorer(self.settings.sentiment)
        return accuracy_of(scorer, self.settings.languages)


async def _within(seconds: float, end: Callable[[], Any]) -> None:
    """End something; what hangs is left behind, and what it had not stored is read again."""
    try:
        async with asyncio.timeout(seconds):
            await end()
    except Exception as error:  # noqa: BLE001 on the way out: the next is ended all the same
        LOG.warning("stop_incomplete", extra={"error": type(error).__name__})


def address(page: web.AppRunner) -> str:
    """Where it listens; an IPv6 address in brackets."""
    host, port = page.addresses[0][:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


class Guarded:
    """A taker whose failure stops the worker, instead of the agent alone being started again."""

    def __init__(self, taker: Any, fail: Callable[[BaseException], None]) -> None:
        self._taker, self._fail = taker, fail

    async def take(self, event: Any) -> None:
        """Pass it on."""
        try:
            await self._taker.take(event)
        except BaseException as error:
            self._fail(error)
            raise
