"""A worker with all stages on a real broker."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from agents.demo.on_kafka import KafkaShow
from agents.demo.show import Show
from agents.match import Topic
from agents.runtimes.kafka.apps import Work
from agents.runtimes.kafka.worker import Worker
from agents.settings import Settings
from agents.stages.ingest import IngestStage, Outgoing
from alerts.incidents import Incident
from alerts.store.sqlite import SqliteStore
from alerts.web.settings import WebSettings
from streams.kafka.creating import create_streams
from streams.kafka.dead_letters import waiting
from streams.kafka.settings import KafkaSettings
from streams.names import MENTIONS
from streams.records import Mention
from tests.build import AT, mention, minutes
from tests.storms import WORDS

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
LEFT_OUT = {
    "overdue_paged_at": True,  # hangs on when somebody looks
    "last_page_at": True,  # the same
}


def told(incidents: list[Incident]) -> list[dict[str, object]]:
    return [incident.model_dump(mode="json", exclude=LEFT_OUT) for incident in incidents]


def pages(store: SqliteStore) -> dict[str, tuple[str, ...]]:
    """What each notice said, by its id, but the first line: how long it has lasted hangs on when one looks.

    So does when an overdue answer is noticed.
    """
    notices = [sent.notice for one in store.incidents() for sent in store.deliveries(one.id)]
    return {notice.id: notice.lines[1:] for notice in notices if notice.reason != "overdue"}


async def test_the_demo_through_kafka_ends_in_the_same_incidents(kafka_broker: tuple[str, ...]) -> None:
    embedded = Show()
    for _ in embedded.steps():
        pass
    through_kafka = KafkaShow(kafka_broker)
    await through_kafka.play(lambda _: None)
    assert through_kafka.differences() == []
    assert told(through_kafka.incidents()) == told(embedded.incidents())
    assert pages(through_kafka.store) == pages(embedded.store)


def storm() -> list[Mention]:
    """A quiet day and an hour of many complaints, in order."""
    chance = random.Random(4)
    begun = AT + minutes(7 * 200)
    return [
        mention(
            id=f"x:{n}",
            text=f"Posti {' '.join(chance.choices(WORDS, k=8))}",
            author={"handle": f"u{n}"},
            negativity=0.1 if n < 200 else 0.9,
            published_at=AT + minutes(7 * n) if n < 200 else begun + timedelta(seconds=20 * (n - 200)),
        )
        for n in range(380)
    ]


class Fleet:
    """Workers one after the other on the same streams, store and folder."""

    def __init__(self, kafka: KafkaSettings, folder: Path, tables: str) -> None:
        topics = (Topic(name="Posti", terms=("Posti",)), Topic(name="Muu", terms=("Matkahuolto",)))
        self.settings = Settings(topics=topics, kafka=kafka, web=WebSettings(port=0), receivers=())
        self.work = Work(folder, tables, session_seconds=6.0)
        self.store = SqliteStore(":memory:")
        self.ingest = IngestStage(kafka.partitions, 60)

    async def put(self, values: list[Outgoing]) -> None:
        """Into `mentions`, as the ingest stage does."""
        name = MENTIONS.full_name(self.settings.kafka.prefix)
        producer = AIOKafkaProducer(bootstrap_servers=list(self.settings.kafka.bootstrap))
        await producer.start()
        for value in values:
            await producer.send(name, value.value, value.key, value.partition)
        await producer.stop()

    async def until(self, done: Callable[[Worker], bool]) -> Worker:
        """A worker at work until then; it ends as on SIGTERM."""
        stages = ("score", "watch", "alert")
        worker = Worker(self.settings, stages, self.work, store=self.store, recorded=True)
        stop = asyncio.Event()
        running = asyncio.create_task(worker.run(stop))
        while not running.done() and not done(worker):  # noqa: ASYNC110 it is not bent for the test
            await asyncio.sleep(0.1)
        self.seen = (
            {one.number: one.engine.ticked for one in worker.watching.shards} if worker.watching else {}
        )
        stop.set()
        await running
        return worker

    def has_decided(self, clock: float) -> Callable[[Worker], bool]:
        """Whether all ticks until a time are decided and in the store."""

        def decided(worker: Worker) -> bool:
            shards = worker.watching.shards if worker.watching else []
            taken = self.store.positions()
            return len(shards) == self.settings.kafka.partitions and all(
                one.engine.ticked >= (clock - 60) // 60
                and taken.get(f"watch-{one.number}", 0) >= one.findings
                for one in shards
            )

        return decided


@pytest.mark.parametrize("tables", ["memory://", "rocksdb://"])
async def test_the_next_worker_goes_on_where_one_stopped(
    kafka: KafkaSettings, tmp_path: Path, tables: str
) -> None:
    """In the middle of a storm, with tables in memory or on disk; a bad record goes to the dead letters."""
    create_streams(kafka)
    fleet, mentions = Fleet(kafka, tmp_path, tables), storm()
    records = fleet.ingest.step(mentions)
    half = next(n for n, record in enumerate(records) if record.key == b"x:260")
    await fleet.put([*records[:half], Outgoing(0, b"x:bad", b'{"no": "mention"}')])
    middle = mentions[-120].event_at.timestamp()
    await fleet.until(fleet.has_decided(middle - 120))
    before = dict(fleet.seen)
    await fleet.put([*records[half:], *fleet.ingest.tell(fleet.ingest.clock + 8 * 3600)])
    worker = await fleet.until(fleet.has_decided(fleet.ingest.clock))
    assert before
    assert worker.scoring is not None
    assert worker.scoring.mentions <= len(mentions) - 100, "what was committed was read again"
    (incident,) = fleet.store.incidents()
    assert (incident.topic, incident.state) == ("Posti", "resolved")
    assert [one.record.value for one in waiting(kafka)] == [b'{"no": "mention"}']
