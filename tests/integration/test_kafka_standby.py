"""A standby replica takes over from its own copy, not from the changelog."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec

from agents.match import Topic
from agents.runtimes.kafka.apps import Work
from agents.runtimes.kafka.worker import Worker
from agents.settings import Settings
from agents.stages.ingest import IngestStage, Outgoing
from agents.stages.placing import partition_of
from alerts.web.settings import WebSettings
from streams.kafka.broker import admin
from streams.kafka.creating import create_streams
from streams.kafka.settings import KafkaSettings
from streams.names import MENTIONS
from tests.integration.test_kafka_worker import storm

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
HEIR_SECONDS = 60


class Running:
    """A worker at work, with a folder of its own."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.worker = Worker(
            settings, ("score", "watch"), Work(folder, "rocksdb://", 1, session_seconds=6.0), recorded=True
        )
        self.stop = asyncio.Event()
        self.task = asyncio.create_task(self.worker.run(self.stop))

    @property
    def ticks(self) -> dict[int, int]:
        """The last tick of each of its shards."""
        shards = self.worker.watching.shards if self.worker.watching else []
        return {shard.number: shard.engine.ticked for shard in shards}

    def findings(self, shard: int) -> int:
        """How many findings a shard of it has made."""
        assert self.worker.watching is not None
        return next(each.findings for each in self.worker.watching.shards if each.number == shard)

    def copies(self, shard: int) -> set[str]:
        """The keys of what it has stored of a shard."""
        return set(self.worker.apps["watch"].tables["state"].of_partition(shard))

    async def end(self) -> None:
        """As on SIGTERM."""
        self.stop.set()
        await self.task


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(HEIR_SECONDS):
        while not done():  # noqa: ASYNC110 the workers are not bent for the test
            await asyncio.sleep(0.1)


async def put(settings: Settings, values: Sequence[Outgoing]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=list(settings.kafka.bootstrap))
    await producer.start()
    for value in values:
        name = MENTIONS.full_name(settings.kafka.prefix)
        await producer.send(name, value.value, value.key, value.partition)
    await producer.stop()


def empty_changelog(kafka: KafkaSettings, shard: int) -> int:
    """Delete all that the changelog of a shard holds; how many offsets that were."""
    name = f"{kafka.prefix}watch-state-changelog"
    place = TopicPartition(name, shard)
    with admin(kafka) as client:
        both = ConfigResource(ConfigResourceType.TOPIC, name, {"cleanup.policy": "compact,delete"})
        client.alter_configs([both])
        end = client.list_partition_offsets({place: OffsetSpec.LATEST})[place].offset
        client.delete_records({place: end})
    return int(end)


async def test_a_standby_replica_goes_on_where_a_worker_ended_without_reading_the_changelog(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    """The changelog is emptied before the worker ends: what its heir knows can only be of its own copy."""
    create_streams(kafka)
    topics = (Topic(name="Posti", terms=("Posti",)), Topic(name="Muu", terms=("Matkahuolto",)))
    settings = Settings(topics=topics, kafka=kafka, web=WebSettings(port=0), receivers=())
    shard, ingest = partition_of("Posti", kafka.partitions), IngestStage(kafka.partitions, 60)
    workers = [Running(settings, tmp_path / name) for name in ("one", "two")]
    await until(lambda: all(each.worker.is_ready() for each in workers))
    await put(settings, [*ingest.step(storm()), *ingest.tell(ingest.clock + 120)])
    last = int((ingest.clock - 60) // 60)
    await until(
        lambda: (
            len(workers[0].ticks | workers[1].ticks) == kafka.partitions
            and min((workers[0].ticks | workers[1].ticks).values()) >= last
        )
    )
    ending, heir = workers if shard in workers[0].ticks else workers[::-1]
    await until(lambda: bool(heir.copies(shard)) and heir.copies(shard) == ending.copies(shard))
    made = ending.findings(shard)
    assert empty_changelog(kafka, shard) > 0
    await ending.end()
    await put(settings, ingest.tell(ingest.clock + 300))
    await until(lambda: len(heir.ticks) == kafka.partitions and min(heir.ticks.values()) >= last + 5)
    assert made > 0
    assert heir.findings(shard) >= made
    await heir.end()
