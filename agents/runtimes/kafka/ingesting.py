"""Feeds into `mentions`. Who has the partition to which a feed's name hashes reads the feed.

    feed ──► mentions and time marks, durable ──► its cursor, durable ──► the feed is told

A crash between the arrows repeats a batch, never skips one; repeated mentions change nothing further on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from datetime import datetime, timedelta
from typing import Any

from agents.feeds import AnyFeed
from agents.runtimes.kafka.feed_reports import FeedReports
from agents.runtimes.kafka.sending import Sending, durable, send
from agents.runtimes.kafka.table import StateTable
from agents.runtimes.waiting import first_of
from agents.stages.ingest import IngestStage, Outgoing
from agents.stages.placing import partition_of
from agents.stages.records import VERSION, Finding, pack
from streams.clock import Clock
from streams.feeds.feed import FeedBatch
from streams.feeds.webhook import WebhookFeed
from streams.kafka.settings import KafkaSettings
from streams.names import FEEDS, FINDINGS, MENTIONS
from streams.records import Mention

LOG = logging.getLogger("palovahti")
REST_SECONDS = 5.0
LOOK_SECONDS = 1.0
SETTLE = timedelta(seconds=3)
OLD = timedelta(minutes=2)
AFTERWARDS = timedelta(hours=8)


class Ingesting:
    """Reads the feeds whose partitions are ours. `recorded`: time is that of the mentions."""

    def __init__(
        self,
        app: Any,
        table: StateTable,
        stage: IngestStage,
        feeds: Mapping[str, AnyFeed],
        kafka: KafkaSettings,
        clock: Clock,
        *,
        recorded: bool,
    ) -> None:
        self._app, self._table, self._stage = app, table, stage
        self._feeds, self._kafka, self._clock, self._recorded = dict(feeds), kafka, clock, recorded
        self._reports = FeedReports(self._feeds, recorded=recorded)
        self._readers: dict[str, asyncio.Task[None]] = {}
        self._generation = -1
        self._settled_at = clock.now() + SETTLE
        self._ended: set[str] = set()
        self._lock = asyncio.Lock()
        self.mentions = 0

    async def take(self, event: Any) -> None:
        """The stream of feeds carries nothing; its partitions say who reads which feed."""
        event.ack()

    async def run(self, stop: asyncio.Event) -> None:
        """Read what is ours until `stop` is set, and let time go on."""
        try:
            while not stop.is_set():
                await self._look()
                await first_of(stop.wait(), seconds=LOOK_SECONDS)
        finally:
            for feed in self._feeds.values():
                await feed.close()
            await self._give_up()

    @property
    def idle(self) -> bool:
        """Whether every feed has ended; only recordings do."""
        return self._ended == set(self._feeds)

    @property
    def clock(self) -> float:
        """How far time has gone on, in seconds since 1970."""
        return self._stage.clock

    async def _look(self) -> None:
        """Begin to read after partitions were dealt, and stop before."""
        if self._app.rebalancing or self._generation != self._app.consumer_generation_id:
            await self._give_up()
        if self._app.rebalancing or not self._app.consumer_generation_id:
            return
        self._generation = self._app.consumer_generation_id
        await self._report()
        for name in self._ours():
            reader = self._readers.get(name)
            if name not in self._ended and (reader is None or reader.done()):
                self._readers[name] = asyncio.create_task(self._read(self._feeds[name]))
                self._settled_at = self._clock.now() + SETTLE  # it may bring days that were missed
        if self._recorded:
            return
        now = self._clock.now()
        if now >= self._settled_at:
            await self._send_out(self._stage.tell(now.timestamp()))

    def _ours(self) -> list[str]:
        stream = FEEDS.full_name(self._kafka.prefix)
        owned = {tp.partition for tp in self._app.consumer.assignment() if tp.topic == stream}
        return [name for name in self._feeds if partition_of(name, self._kafka.partitions) in owned]

    async def _give_up(self) -> None:
        readers, self._readers = list(self._readers.values()), {}
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)

    async def _read(self, feed: AnyFeed) -> None:
        """A feed until it ends; after a failure it rests, and the next look begins anew from its cursor."""
        try:
            await self._batches(feed)
        except Exception as error:  # noqa: BLE001 the outermost loop of a feed: the others go on
            feed.health.failed("broken", type(error).__name__)
            LOG.error("feed_failed", extra={"feed": feed.name, "error": type(error).__name__})  # noqa: TRY400
            await asyncio.sleep(REST_SECONDS)
            return
        LOG.info("feed_ended", extra={"feed": feed.name})
        if self._recorded and self.mentions and self._ended | {feed.name} == set(self._feeds):
            await self._send_out(self._stage.tell(self._stage.clock + AFTERWARDS.total_seconds()))
        self._ended.add(feed.name)

    async def _batches(self, feed: AnyFeed) -> None:
        partition, key = self._place(feed.name)
        cursor = self._table.of_partition(partition).get(key)
        batches = feed.read(cursor.decode() if cursor else None)
        try:
            async for batch in batches:
                await self._take(feed, batch)
        finally:
            if isinstance(batches, AsyncGenerator):
                await batches.aclose()

    async def _take(self, feed: AnyFeed, batch: FeedBatch) -> None:
        try:
            await self._store(feed, batch)
        except Exception:
            if isinstance(feed, WebhookFeed):
                await feed.refuse(batch)  # its senders will post again
            raise
        await feed.confirm(batch)

    async def _store(self, feed: AnyFeed, batch: FeedBatch) -> None:
        now = self._clock.now()
        mentions = batch.mentions if self._recorded else [_observed(m, now) for m in batch.mentions]
        if mentions and now - mentions[-1].event_at > OLD:
            self._settled_at = now + SETTLE
        async with self._lock:
            await self._send_out(self._stage.step(mentions))
        self.mentions += len(mentions)
        self._reports.accepted(batch, now)
        await self._tell_of(batch)
        partition, key = self._place(feed.name)
        if batch.cursor is not None and self._generation == self._app.consumer_generation_id:
            await self._table.write(partition, {key: batch.cursor.encode()})

    async def _tell_of(self, batch: FeedBatch) -> None:
        """What the feed did not see or could not use, for people to read."""
        if not batch.gaps and not batch.dead_letters:
            return
        finding = Finding(VERSION, 0, None, 0, False, 0.0, [], [], [], [], [])
        finding.gaps = [gap.model_dump_json().encode() for gap in batch.gaps]
        finding.letters = [letter.model_dump_json().encode() for letter in batch.dead_letters]
        name, partition = FINDINGS.full_name(self._kafka.prefix), self._place(batch.feed)[0]
        await durable(await send(self._app, [Sending(name, partition, None, pack(finding))]))

    async def _report(self) -> None:
        """To all who alert: how the feeds are doing that are ours."""
        finding = self._reports.due(self._ours(), self._clock.now())
        if finding is not None:
            name, value = FINDINGS.full_name(self._kafka.prefix), pack(finding)
            told = [Sending(name, number, None, value) for number in range(self._kafka.partitions)]
            await durable(await send(self._app, told))

    def _place(self, feed: str) -> tuple[int, str]:
        partition = partition_of(feed, self._kafka.partitions)
        return partition, f"{partition}/{feed}"

    async def _send_out(self, records: list[Outgoing]) -> None:
        name = MENTIONS.full_name(self._kafka.prefix)
        await durable(await send(self._app, [Sending(name, r.partition, r.key, r.value) for r in records]))


def _observed(mention: Mention, now: datetime) -> Mention:
    """Stamped with when it reached us: event time is never later than that."""
    return mention.model_copy(update={"observed_at": now})
