"""From publication to escalation: how long it takes on a local broker while one worker is half loaded.

    PALOVAHTI_BROKER=127.0.0.1:9092 python tests/bench/bench_kafka_latency.py --rate 15000

One worker with the stages `score`, `watch` and `alert`; mentions are written into its stream as they are
published, a tenth of them about one of 92 topics, with a time mark a second, as `ingest` does. Storms break
out on 8 more topics: five complaints a second each. Of each storm's first escalation it is measured when the
broker had it in `escalations`: `publication` since each complaint of the last minute that was decided,
`processing` since the tick was due. A tick is due `lateness_seconds` (60) after the end of its minute: that
much a complaint waits by rule.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import quantiles
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from bench_kafka import settings_for
from bench_match import posts
from fleet import Process, wait_for

from agents.settings import Settings
from agents.stages.ingest import IngestStage
from streams.kafka.broker import admin
from streams.kafka.creating import create_streams
from streams.names import ESCALATIONS, MENTIONS

CALM, STORMS = 92, 8
STORM_A_SECOND, STORMS_FROM = 5, 15
STEP_SECONDS = 0.05
LONGEST_SECONDS = 230


class Traffic:
    """What is published, and when the complaints were."""

    def __init__(self, settings: Settings, rate: int) -> None:
        chance = random.Random(3)
        named = list(settings.topics)
        self._calm = [post.text for post in posts(chance, 5000, named[:CALM], 0.1)]
        words = " ".join(post.text for post in posts(chance, 300, named, 0.0)).split()
        self._storms = [(topic.name, topic.terms[0]) for topic in named[CALM:]]
        self._words, self._chance, self._rate, self._number = words, chance, rate, 0
        self.complaints: dict[str, list[float]] = {name: [] for name, _ in self._storms}

    def step(self, now: float, *, storm: bool) -> Iterator[tuple[str, bytes]]:
        """The mentions of one step: id and value."""
        for _ in range(round(self._rate * STEP_SECONDS)):
            self._number += 1
            yield self._mention(self._calm[self._number % len(self._calm)], now, 0.05)
        if storm:
            for name, term in self._storms:
                if self._chance.random() < STORM_A_SECOND * STEP_SECONDS:
                    self._number += 1
                    self.complaints[name].append(now)
                    yield self._mention(
                        f"{term} {' '.join(self._chance.choices(self._words, k=12))}", now, 0.95
                    )

    def _mention(self, text: str, now: float, negativity: float) -> tuple[str, bytes]:
        mention_id = f"x:{self._number}"
        told = {
            "id": mention_id,
            "platform": "x",
            "text": text,
            "language": "fi",
            "published_at": datetime.fromtimestamp(now, UTC).isoformat(),
            "negativity": negativity,
            "author": {"id": f"u{self._number}"},
        }
        return mention_id, json.dumps(told, ensure_ascii=False).encode()


async def publish(settings: Settings, traffic: Traffic, done: asyncio.Event) -> None:
    """Write mentions and marks at their rate until it is done."""
    kafka, began = settings.kafka, time.time()
    stage = IngestStage(kafka.partitions, settings.watch.lateness_seconds)
    name, number = MENTIONS.full_name(kafka.prefix), 0
    producer = AIOKafkaProducer(bootstrap_servers=list(kafka.bootstrap), linger_ms=5, max_batch_size=131_072)
    await producer.start()
    while not done.is_set():
        now = time.time()
        for mention_id, value in traffic.step(now, storm=now > began + STORMS_FROM):
            await producer.send(name, value, mention_id.encode(), hash(mention_id) % kafka.partitions)
        if now >= stage.clock + 1:
            for record in stage.tell(now):
                await producer.send(name, record.value, None, record.partition)
        number += 1
        await asyncio.sleep(max(0.0, began + number * STEP_SECONDS - time.time()))
    await producer.stop()


async def first_escalations(settings: Settings, done: asyncio.Event, wanted: set[str]) -> dict[str, float]:
    """When the broker had the first escalation of each topic."""
    kafka, found = settings.kafka, dict[str, float]()
    name = ESCALATIONS.full_name(kafka.prefix)
    consumer = AIOKafkaConsumer(
        name, bootstrap_servers=list(kafka.bootstrap), auto_offset_reset="earliest", fetch_max_wait_ms=100
    )
    await consumer.start()
    until = time.time() + LONGEST_SECONDS
    while time.time() < until and wanted - set(found):
        for records in (await consumer.getmany(timeout_ms=500)).values():
            for record in records:
                found.setdefault(json.loads(record.value)["data"]["topic"], record.timestamp / 1000)
    done.set()
    await consumer.stop()
    return found


async def measured(settings: Settings, traffic: Traffic) -> dict[str, object]:
    """Publication and processing, in seconds."""
    done = asyncio.Event()
    publishing = asyncio.create_task(publish(settings, traffic, done))
    found = await first_escalations(settings, done, set(traffic.complaints))
    await publishing
    lateness = settings.watch.lateness_seconds
    publication, processing = [], []
    for name, complaints in traffic.complaints.items():
        if name in found:
            due = (found[name] - lateness) // 60 * 60
            processing.append(found[name] - due - lateness)
            publication += [found[name] - at for at in complaints if due - 60 <= at < due]
    return {
        "escalated": len(processing), "complaints": len(publication),
        "publication": spread(publication), "processing": spread(processing),
    }  # fmt: skip


def spread(seconds: list[float]) -> dict[str, float]:
    """Median and 99th percentile."""
    cuts = quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else [0.0] * 99
    return {"p50": round(cuts[49], 2), "p99": round(cuts[98], 2)}


def main() -> None:
    """One run, as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=15_000, help="mentions a second")
    options = parser.parse_args()
    settings = settings_for(f"bench-{uuid4().hex[:8]}.", CALM + STORMS)
    create_streams(settings.kafka)
    words = [
        settings.kafka.prefix,
        "--topics",
        str(CALM + STORMS),
        "--stages",
        "score,watch,alert",
        "--core",
        "1",
    ]
    worker = Process(words)
    try:
        wait_for("partitions are dealt", lambda: bool(worker.last.get("owned")), [worker])
        worker.go()
        before = worker.last
        found = asyncio.run(measured(settings, Traffic(settings, options.rate)))
        spent = (worker.last["processor"] - before["processor"]) / (worker.last["at"] - before["at"])
        print(json.dumps({"rate": options.rate, "core_share": round(spent, 2), **found}))
    finally:
        worker.stop()
        with admin(settings.kafka) as client:
            client.delete_topics([t for t in client.list_topics() if t.startswith(settings.kafka.prefix)])


if __name__ == "__main__":
    main()
