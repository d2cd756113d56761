"""Feeds into the stream, with a broker that only remembers."""

from __future__ import annotations

import asyncio
from collections import namedtuple
from datetime import timedelta
from typing import Any

from agents.runtimes.kafka.ingesting import SETTLE, Ingesting
from agents.stages.ingest import IngestStage
from agents.stages.placing import partition_of
from agents.stages.records import clock_of_mark
from streams.clock import ManualClock
from streams.feeds.feed import FeedBatch
from streams.feeds.health import FeedHealth
from streams.kafka.settings import KafkaSettings
from streams.names import MENTIONS
from tests.build import AT, mention, minutes

KAFKA = KafkaSettings(partitions=1)
Part = namedtuple("Part", "topic partition")


class Broker:
    """An app, its consumer and its producer: has every partition, acknowledges everything at once."""

    rebalancing = False
    consumer_generation_id = 1

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.consumer = self

    def assignment(self) -> set[Part]:
        return {Part("palovahti.feeds", 0)}

    async def maybe_start_producer(self) -> Broker:
        return self

    async def send(self, topic: str, _key: bytes, value: bytes, *_rest: Any) -> asyncio.Future[None]:
        if topic == MENTIONS.full_name(KAFKA.prefix):
            self.sent.append(value)
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


class Table:
    """Cursors."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def of_partition(self, _partition: int) -> dict[str, bytes]:
        return self.kept

    async def write(self, _partition: int, records: dict[str, bytes]) -> None:
        self.kept.update(records)


class Yesterday:
    """A feed that brings one mention of yesterday, a while after it is asked."""

    name = "arkisto"

    def __init__(self) -> None:
        self.health = FeedHealth()
        self.asked = asyncio.Event()

    async def read(self, _cursor: str | None) -> Any:
        await self.asked.wait()
        yield FeedBatch(self.name, [mention(published_at=AT - minutes(1440))], "1")

    async def confirm(self, batch: FeedBatch) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""


async def test_time_flows_by_the_clock_only_when_the_feeds_had_time_to_bring_what_was_missed() -> None:
    """A start takes longer than that; otherwise a day that was missed would all be too late to count."""
    broker, table, clock, feed = Broker(), Table(), ManualClock(AT), Yesterday()
    assert partition_of(feed.name, 1) == 0
    stage = IngestStage(1, 60)
    feeds: Any = {feed.name: feed}
    reading = Ingesting(broker, table, stage, feeds, KAFKA, clock, recorded=False)  # type: ignore[arg-type]
    clock.advance(timedelta(minutes=1))  # the groups had to form first
    await reading._look()
    assert broker.sent == []
    feed.asked.set()
    await asyncio.gather(*reading._readers.values())
    clocks = [clock_of_mark(value) for value in broker.sent]
    assert clocks == [(AT - minutes(1440)).timestamp(), None], "the mention's own time, then the mention"
    assert list(table.kept.values()) == [b"1"]
    clock.advance(2 * SETTLE)
    await reading._look()
    assert clock_of_mark(broker.sent[-1]) == clock.now().timestamp()
