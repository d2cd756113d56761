"""How many mentions a second one worker on one core takes from `mentions` to decisions and changelog.

    PALOVAHTI_BROKER=127.0.0.1:9092 python tests/bench/bench_kafka.py [--mentions 200000] [--share 0.1]

Mentions of some 300 bytes of JSON are put into the streams first. Then a worker with the stages `score` and
`watch` starts in a process of its own, bound to one core; it decodes, matches, scores, counts in windows,
watches, and writes findings and state, all acknowledged by the broker. The clock runs from the first chunk
until the last mention is decided and stored. The streams lie in four partitions, the stream brings 100
mentions a second of its own time, half of them in one of 1,000 live threads, with 100 topics of 20 terms.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from bench_engine import AT, PER_SECOND
from bench_match import posts, topics

from agents.building import collect_rarely
from agents.match import Topic
from agents.runtimes.kafka.apps import Work
from agents.runtimes.kafka.worker import Worker
from agents.settings import Settings
from agents.stages.ingest import IngestStage
from alerts.web.settings import WebSettings
from streams.kafka.broker import admin
from streams.kafka.creating import create_streams
from streams.kafka.settings import KafkaSettings
from streams.names import MENTIONS
from streams.records import Author, Mention

PARTITIONS = 4
TERMS = 20


def settings_for(prefix: str, topic_count: int, partitions: int = PARTITIONS) -> Settings:
    """The worker's settings; the topics follow from their number."""
    broker = tuple(os.environ["PALOVAHTI_BROKER"].split(","))
    kafka = KafkaSettings(bootstrap=broker, prefix=prefix, partitions=partitions)
    named = topics(random.Random(7), topic_count, TERMS)
    return Settings(topics=tuple(named), kafka=kafka, web=WebSettings(port=0))


def stream(named: list[Topic], count: int, share: float, threads: int) -> list[Mention]:
    """Mentions in order of time, as a feed without profile data brings them: some 300 bytes each."""
    chance = random.Random(11)
    made = []
    for number, post in enumerate(posts(chance, count, named, share)):
        thread = chance.randrange(threads) if chance.random() < 0.5 else None
        fields = {
            "id": f"x:{number}",
            "published_at": AT + timedelta(seconds=number // PER_SECOND),
            "language": "fi",
            "author": Author(id=f"u{chance.randrange(5000)}"),
            "conversation_id": None if thread is None else f"x:t{thread}",
        }
        made.append(Mention(platform="x", text=post.text, **fields))  # type: ignore[arg-type]
    return made


async def fill(settings: Settings, mentions: list[Mention]) -> int:
    """Put mentions and time marks into the streams, as the ingest stage does; their bytes."""
    kafka = settings.kafka
    stage = IngestStage(kafka.partitions, settings.watch.lateness_seconds)
    name, size = MENTIONS.full_name(kafka.prefix), 0
    producer = AIOKafkaProducer(bootstrap_servers=list(kafka.bootstrap), linger_ms=20, max_batch_size=262_144)
    await producer.start()
    short = {each.id.encode(): as_others_write(each) for each in mentions}
    for record in [*stage.step(mentions), *stage.tell(stage.clock + 3600)]:
        value = short.get(record.key or b"", record.value)
        size += len(value) if record.key else 0
        await producer.send(name, value, record.key, record.partition)
    await producer.flush()
    await producer.stop()
    return size


def as_others_write(mention: Mention) -> bytes:
    """Without the fields that say nothing."""
    return mention.model_dump_json(by_alias=True, exclude_defaults=True).encode()


async def work(settings: Settings, count: int, core: int, *, profile: bool) -> dict[str, float]:
    """A worker over what lies in the streams; what it took."""
    os.sched_setaffinity(0, {core})
    collect_rarely()
    with TemporaryDirectory() as folder:
        worker = Worker(settings, ("score", "watch"), Work(Path(folder)))
        stop = asyncio.Event()
        running = asyncio.create_task(worker.run(stop))
        scoring, watching = worker.scoring, worker.watching
        assert scoring is not None
        assert watching is not None
        while not scoring.mentions:  # noqa: ASYNC110 the worker is not bent for being measured
            await asyncio.sleep(0.01)
        began, used = time.perf_counter(), time.process_time()
        profiler = _profiler() if profile else None
        while not (scoring.mentions >= count and _is_over(watching.shards, settings)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await watching.look(now_all=True)
        wall, processor = time.perf_counter() - began, time.process_time() - used
        if profiler is not None:
            _show(profiler)
        stop.set()
        await running
    return {"per_second": count / wall, "per_processor_second": count / processor, "matched": scoring.matched}


def _is_over(shards: list, settings: Settings) -> bool:  # type: ignore[type-arg]
    if len(shards) < settings.kafka.partitions:
        return False
    return all(shard.last_clock is not None and not shard.waits for shard in shards)


def _profiler() -> object:
    import cProfile

    profiler = cProfile.Profile()
    profiler.enable()
    return profiler


def _show(profiler: object) -> None:
    import pstats

    profiler.disable()  # type: ignore[attr-defined]
    pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(45)  # type: ignore[call-overload]


def one_run(prefix: str, options: argparse.Namespace) -> dict[str, float]:
    """One worker in a process of its own, with a group of its own."""
    command = [sys.executable, __file__, "--worker", prefix, "--mentions", str(options.mentions)]
    command += ["--topics", str(options.topics), "--core", str(options.core)]
    done = subprocess.run(
        [*command, *(["--profile"] if options.profile else [])], capture_output=True, text=True, check=False
    )
    if options.profile or done.returncode:
        print(done.stderr[-8000:], file=sys.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(options: argparse.Namespace) -> dict[str, object]:
    """Fill the streams once a run, and let a worker at them."""
    runs, size = [], 0
    named = topics(random.Random(7), options.topics, TERMS)
    mentions = stream(list(named), options.mentions, options.share, options.threads)
    for _ in range(options.runs):
        settings = settings_for(f"bench-{uuid4().hex[:8]}.", options.topics)
        create_streams(settings.kafka)
        size = asyncio.run(fill(settings, mentions))
        runs.append(one_run(settings.kafka.prefix, options))
        with admin(settings.kafka) as client:
            client.delete_topics([t for t in client.list_topics() if t.startswith(settings.kafka.prefix)])
    return {
        "share": options.share,
        "matched_share": round(runs[0]["matched"] / options.mentions, 3),
        "bytes": round(size / options.mentions),
        "mentions_per_second": round(statistics.median(run["per_second"] for run in runs)),
        "spread": [round(run["per_second"]) for run in runs],
        "per_processor_second": round(statistics.median(run["per_processor_second"] for run in runs)),
    }


def main() -> None:
    """Measure, or be the worker that is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentions", type=int, default=200_000)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--topics", type=int, default=100)
    parser.add_argument("--threads", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--core", type=int, default=1)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        settings = settings_for(options.worker, options.topics)
        found = asyncio.run(work(settings, options.mentions, options.core, profile=options.profile))
        print(json.dumps(found), flush=True)
        os._exit(0)
    print(json.dumps(measure(options)))


if __name__ == "__main__":
    main()
