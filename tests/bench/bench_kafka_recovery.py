"""How long a worker takes to be at work again with a large state, from the changelog; and its memory.

    PALOVAHTI_BROKER=127.0.0.1:9092 python tests/bench/bench_kafka_recovery.py [--threads 1000000]

The state of four shards with many live threads is written into the changelog as checkpoints write it. Then a
worker with the stage `watch` starts with an empty folder. `seconds` run from the moment at which it is
assigned its partitions' changelog until all four shards are restored and have taken in their first record:
reading the changelog, rebuilding the table, rebuilding the shards. With tables in memory and on disk.
`standby`: two workers, one of which keeps a copy; the other is killed (kill -9), and `seconds` run until all
shards are at work again, the ten seconds of noticing it (here six) among them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from bench_engine import AT, HISTORY, LATER
from bench_kafka import PARTITIONS, settings_for
from bench_shard import shards_of, with_threads
from fleet import Process, wait_for

from agents.match import Topic
from agents.pipeline import Pipeline
from agents.runtimes.kafka.apps import REQUEST_BYTES
from agents.sentiment.loading import load_scorer
from agents.settings import Settings
from agents.stages.records import time_mark
from agents.stages.score import Chunk, ScoreStage
from alerts.organisation import Organisation
from streams.kafka.broker import admin
from streams.kafka.creating import create_streams
from streams.names import SCORED

CHANGELOG = "watch-state-changelog"


def state(settings: Settings, threads: int) -> list[tuple[int, dict[str, bytes]]]:
    """The records of each shard's state."""
    named: list[Topic] = list(settings.topics)
    states = shards_of(named)
    with_threads(states, named, threads)
    for each in states:
        engine = each.shard.engine
        engine.volume.add(int((AT - HISTORY).timestamp() // 60))
        engine.advance(AT.timestamp())
    return [(number, dict(each.checkpoint()[0].records)) for number, each in enumerate(states)]


def first_chunks() -> list[tuple[int, bytes]]:
    """A record of `scored` for each shard, in which time goes on a little."""
    stage = ScoreStage(Pipeline((), load_scorer(), ("fi",)), Organisation(), PARTITIONS)
    mark = time_mark(AT.timestamp() + 1)
    judged = [stage.step(Chunk(n, -1, True, [(0, mark)]), LATER) for n in range(PARTITIONS)]
    return [(number, value) for each in judged for number, value in each.scored.items()]


async def fill(settings: Settings, records: Sequence[tuple[int, dict[str, bytes]]]) -> None:
    """The changelog, and what comes next."""
    kafka = settings.kafka
    producer = AIOKafkaProducer(
        bootstrap_servers=list(kafka.bootstrap), max_request_size=REQUEST_BYTES, max_batch_size=1 << 20
    )
    await producer.start()
    for number, written in records:
        for key, value in written.items():
            await producer.send(kafka.prefix + CHANGELOG, value, key.encode(), number)
    for number, value in first_chunks():
        await producer.send(SCORED.full_name(kafka.prefix), value, None, number)
    await producer.flush()
    await producer.stop()


def prepared(topic_count: int, threads: int) -> tuple[Settings, float]:
    """Streams and a changelog full of state; its size in megabytes."""
    settings = settings_for(f"bench-{uuid4().hex[:8]}.", topic_count)
    create_streams(settings.kafka)
    with admin(settings.kafka) as client:
        configs = {"cleanup.policy": "compact", "max.message.bytes": str(REQUEST_BYTES)}
        client.create_topics(
            {settings.kafka.prefix + CHANGELOG: {"num_partitions": PARTITIONS, "configs": configs}},
            wait_for_metadata=True,
        )
    records = state(settings, threads)
    asyncio.run(fill(settings, records))
    return settings, sum(len(value) for _, written in records for value in written.values()) / 1e6


def forget(settings: Settings) -> None:
    """Delete the streams."""
    with admin(settings.kafka) as client:
        client.delete_topics([t for t in client.list_topics() if t.startswith(settings.kafka.prefix)])


def words(settings: Settings, tables: str, standby: int = 0) -> list[str]:
    """The worker's options."""
    return [
        settings.kafka.prefix, "--topics", str(len(settings.topics)), "--stages", "watch",
        "--tables", tables, "--standby", str(standby),
    ]  # fmt: skip


def restored(processes: Sequence[Process]) -> bool:
    """Whether all shards are at work."""
    return sum(len(each.last.get("ticks", {})) for each in processes) == PARTITIONS


def recovered(topic_count: int, threads: int, tables: str) -> dict[str, object]:
    """One recovery."""
    settings, megabytes = prepared(topic_count, threads)
    one = Process(words(settings, tables))
    try:
        wait_for("a first word", lambda: bool(one.lines), [one])
        began, before = time.monotonic(), one.last["bytes"]
        wait_for("the shards", lambda: restored([one]), [one])
        seconds = time.monotonic() - began
        told = one.last
    finally:
        one.stop()
        forget(settings)
    return {
        "topics": topic_count, "threads": told["threads"], "tables": tables, "seconds": round(seconds, 1),
        "changelog_mb": round(megabytes, 1), "processor_seconds": round(told["processor"], 1),
        "grown_bytes": told["bytes"] - before,
    }  # fmt: skip


def taken_over(threads: int, tables: str) -> dict[str, object]:
    """A worker is killed whose state another one has a copy of."""
    settings, _ = prepared(100, threads)
    fleet = [Process(words(settings, tables, 1)) for _ in range(2)]
    try:
        wait_for("the shards", lambda: restored(fleet), fleet)
        time.sleep(5)
        fleet[0].kill()
        seconds = wait_for("the takeover", lambda: restored(fleet[1:]), fleet[1:])
    finally:
        fleet[1].stop()
        forget(settings)
    return {"threads": fleet[1].last["threads"], "tables": tables, "standby_seconds": round(seconds, 1)}


def cases(threads: int) -> Iterator[dict[str, object]]:
    """Three sizes of state, tables in memory and on disk, many topics, and a standby replica."""
    for size in (threads // 100, threads // 10, threads):
        yield recovered(100, size, "memory://")
    yield recovered(100, threads, "rocksdb://")
    yield recovered(10_000, 10_000, "memory://")
    yield taken_over(threads // 10, "rocksdb://")


def main() -> None:
    """A line of JSON a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1_000_000)
    options = parser.parse_args()
    for found in cases(options.threads):
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
