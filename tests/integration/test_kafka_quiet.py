"""Time goes on without traffic, also after another worker took over: storms end, overdue answers page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from agents.match import Topic
from agents.runtimes.kafka.apps import Work
from agents.runtimes.kafka.worker import STAGES, Worker
from agents.settings import Settings
from alerts.incidents import LIVE
from alerts.organisation import Organisation
from alerts.store.sqlite import SqliteStore
from alerts.web.settings import WebSettings
from streams.clock import ManualClock
from streams.codec import encode
from streams.feeds.jsonl import JsonlFeed, JsonlFeedSettings
from streams.kafka.creating import create_streams
from streams.kafka.offsets import spans
from streams.kafka.reading import read
from streams.kafka.settings import KafkaSettings
from streams.names import ACTIONS
from streams.records import HumanAction
from tests.integration.test_kafka_worker import storm

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(600)]
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Pair:
    """Workers with all stages on the same streams, store and clock; the feed is a file that ends."""

    def __init__(self, kafka: KafkaSettings, folder: Path) -> None:
        self.kafka, self.folder = kafka, folder
        mentions = storm()
        (folder / "storm.jsonl").write_bytes(b"".join(encode(each) + b"\n" for each in mentions))
        self.clock = ManualClock(mentions[-1].event_at + MINUTE)
        self.store = SqliteStore(":memory:")
        self.settings = Settings(
            organisation=Organisation(response_minutes=120),
            topics=(Topic(name="Posti", terms=("Posti",)),),
            kafka=kafka,
            web=WebSettings(port=0),
            receivers=(),
        )

    @asynccontextmanager
    async def worker(self, name: str) -> AsyncIterator[Worker]:
        """One at work; it leaves as on SIGTERM."""
        feed = JsonlFeed(JsonlFeedSettings(name="storm", path=self.folder / "storm.jsonl"))
        work = Work(self.folder / name, session_seconds=10)
        made = Worker(self.settings, STAGES, work, store=self.store, clock=self.clock, feeds=[feed])
        stop = asyncio.Event()
        running = asyncio.create_task(made.run(stop))
        try:
            while not made.is_ready():
                assert not running.done(), running
                await asyncio.sleep(0.1)
            yield made
        finally:
            stop.set()
            await running

    async def until(self, done: Callable[[], object], step: timedelta) -> None:
        """Let time go on by `step`, and again, until then."""
        end = self.clock.now() + timedelta(hours=12)
        while not done():
            assert self.clock.now() < end, self.store.incidents()
            self.clock.advance(step)
            await asyncio.sleep(0.1)


async def test_after_another_took_over_and_without_traffic_answers_are_missed_and_the_storm_ends(
    kafka: KafkaSettings, tmp_path: Path
) -> None:
    create_streams(kafka)
    pair = Pair(kafka, tmp_path)
    store = pair.store
    async with AsyncExitStack() as second:
        async with pair.worker("first"):
            await pair.until(store.incidents, SECOND)
            other = await second.enter_async_context(pair.worker("second"))
            await pair.until(
                lambda: other.watching is not None and other.apps["watch"].consumer.assignment(), SECOND
            )
        (before,) = store.incidents()
        assert before.state in LIVE
        assert before.overdue_paged_at is None
        await pair.until(lambda: store.incidents()[0].overdue_paged_at, SECOND * 20)
        await pair.until(lambda: store.incidents()[0].state == "resolved", MINUTE)
        assert other.alerting is not None
        note = HumanAction(
            id="a-1", incident=before.id, kind="note", by="Aino", at=pair.clock.now(), note="ohi"
        )
        other.alerting.act(note)
        while not decided(kafka):  # noqa: ASYNC110 a stream has no event
            await asyncio.sleep(0.2)
    assert [HumanAction.model_validate_json(raw) for raw in decided(kafka)] == [note]


def decided(kafka: KafkaSettings) -> list[bytes]:
    """What the stream of people's decisions holds."""
    return [raw.value for raw in read(kafka, ACTIONS, spans(kafka, ACTIONS)) if raw.value]
