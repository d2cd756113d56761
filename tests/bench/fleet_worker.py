"""A worker in a process of its own that tells how far it is: for `bench_kafka_fleet.py`.

Tells a line of JSON every twentieth of a second: the monotonic clock, processor seconds, mentions judged, and
the last tick decided by each of its shards. It takes nothing until a line comes on standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from bench_kafka import settings_for

from agents.building import collect_rarely
from agents.runtimes.kafka.apps import Work
from agents.runtimes.kafka.worker import Worker
from alerts.store.sqlite import SqliteStore

EVERY_SECONDS = 0.05


def held_back(taker: Any, go: asyncio.Event) -> None:
    """Let a stage wait for `go` before its first chunk."""
    take = taker.take

    async def later(event: Any) -> None:
        await go.wait()
        await take(event)

    taker.take = later


async def run(options: argparse.Namespace) -> None:
    """Work until standard input ends."""
    settings = settings_for(options.prefix, options.topics, options.partitions)
    store = SqliteStore(":memory:") if "alert" in options.stages else None
    work = Work(Path(mkdtemp()), options.tables, options.standby, session_seconds=6.0)
    worker = Worker(settings, options.stages.split(","), work, store=store)
    go, stop = asyncio.Event(), asyncio.Event()
    if worker.scoring is not None:
        held_back(worker.scoring, go)
    running = asyncio.create_task(worker.run(stop))
    asyncio.get_running_loop().add_reader(sys.stdin, heard, go, stop)
    while not running.done():
        print(json.dumps(told(worker)), flush=True)
        await asyncio.sleep(EVERY_SECONDS if worker.scoring else 4 * EVERY_SECONDS)
    await running


def heard(go: asyncio.Event, stop: asyncio.Event) -> None:
    """A line: begin; the end of all lines: stop."""
    (go if sys.stdin.readline() else stop).set()


def told(worker: Worker) -> dict[str, object]:
    """How far it is, now."""
    first = next(iter(worker.apps.values()))
    dealt = first.consumer.assignment() if first.started and worker.is_ready() else set()
    owned = sum(tp.topic in first.chunk_topics for tp in dealt)
    shards = worker.watching.shards if worker.watching else []
    return {
        "at": time.monotonic(),
        "processor": time.process_time(),
        "owned": owned,
        "mentions": worker.scoring.mentions if worker.scoring else 0,
        "ticks": {shard.number: shard.engine.ticked for shard in shards},
        "threads": 0 if worker.scoring else live_threads(shards),
        "bytes": int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE"),
    }


def live_threads(shards: list[Any]) -> int:
    """How many threads they hold; all are counted, so only where nothing else is measured."""
    return sum(len(w.state.counts.threads.by_id) for s in shards for w in s.engine.watches.values())


def main() -> None:
    """Be the worker."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prefix")
    parser.add_argument("--stages", default="score,watch")
    parser.add_argument("--topics", type=int, default=100)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--tables", default="memory://")
    parser.add_argument("--standby", type=int, default=0)
    parser.add_argument("--core", type=int)
    options = parser.parse_args()
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    collect_rarely()
    asyncio.run(run(options))
    os._exit(0)


if __name__ == "__main__":
    main()
