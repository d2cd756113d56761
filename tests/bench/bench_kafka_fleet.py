"""Several workers on one broker: how much faster two and four are than one, and how a viral topic is spread.

    PALOVAHTI_BROKER=127.0.0.1:9092 python tests/bench/bench_kafka_fleet.py workers|viral [--mentions 60000]

Every worker has the stages `score` and `watch`, and is free to run on any core, as the broker is. The streams
lie in four partitions and are filled first; all workers have their partitions before any begins. The clock
runs until every mention is decided. `viral`: all mentions are of one topic, so one shard watches
them all; two workers judge and one watches, each a stage in a process of its own, and what counts is how much
of the processor's time each stage takes: only the watch is bound to one partition.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

from bench_kafka import PARTITIONS, TERMS, fill, settings_for, stream
from bench_match import topics
from fleet import Line, Process, wait_for

from agents.settings import Settings
from streams.kafka.broker import admin
from streams.kafka.creating import create_streams
from streams.records import Mention


@contextmanager
def worked(
    settings: Settings, mentions: Sequence[Mention], stages: Sequence[str]
) -> Iterator[Sequence[Process]]:
    """Workers with these stages, when they are done with the mentions."""
    create_streams(settings.kafka)
    asyncio.run(fill(settings, list(mentions)))
    words = [settings.kafka.prefix, "--topics", str(len(settings.topics))]
    fleet = [Process([*words, "--stages", each]) for each in stages]
    last_tick = int(mentions[-1].event_at.timestamp() // 60) + 1
    try:
        wait_for("partitions are dealt", lambda: is_dealt(fleet), fleet)
        for each in fleet:
            each.go()
        wait_for("all is decided", lambda: is_over(fleet, len(mentions), last_tick), fleet)
        yield fleet
    finally:
        for each in fleet:
            each.stop()
        with admin(settings.kafka) as client:
            client.delete_topics([t for t in client.list_topics() if t.startswith(settings.kafka.prefix)])


def is_dealt(fleet: Sequence[Process]) -> bool:
    """Whether every worker has its share of its stream, and has had it for half a second."""
    recent = [each.lines[-10:] for each in fleet]
    owned = [[line["owned"] for line in lines] for lines in recent]
    all_of_all = PARTITIONS * len({each.stages for each in fleet})
    return all(len(each) == 10 and min(each) for each in owned) and all(
        sum(each) == all_of_all for each in zip(*owned, strict=True)
    )


def is_over(fleet: Sequence[Process], count: int, last_tick: int) -> bool:
    """Whether every mention was judged, and every shard is past the last minute."""
    ticks = [tick for each in fleet for tick in each.last["ticks"].values()]
    judged = sum(each.last["mentions"] for each in fleet)
    return judged >= count and len(ticks) >= PARTITIONS and min(ticks) >= last_tick


def figures(fleet: Sequence[Process], count: int) -> dict[str, float]:
    """From the first chunk of the first worker to the last decision of the last."""
    began = [next(line for line in each.lines if line["mentions"]) for each in fleet if each.last["mentions"]]
    start = min(line["at"] for line in began)
    end = max(_last_change(each.lines)["at"] for each in fleet)
    used = sum(each.last["processor"] - _before(each.lines, start)["processor"] for each in fleet)
    return {"per_second": round(count / (end - start)), "per_processor_second": round(count / used)}


def _before(lines: Sequence[Line], at: float) -> Line:
    return next(line for line in reversed(lines) if line["at"] <= at)


def _last_change(lines: Sequence[Line]) -> Line:
    last = lines[-1]["ticks"], lines[-1]["mentions"]
    return next(line for line in lines if (line["ticks"], line["mentions"]) == last)


def fresh(topic_count: int) -> Settings:
    """Settings with streams of their own."""
    return settings_for(f"bench-{uuid4().hex[:8]}.", topic_count)


def workers(options: argparse.Namespace) -> Iterator[dict[str, object]]:
    """One, two and four workers; a tenth matches."""
    mentions = stream(list(topics(random.Random(7), 100, TERMS)), options.mentions, 0.1, 1000)
    for number in (1, 2, 4):
        with worked(fresh(100), mentions, ["score,watch"] * number) as fleet:
            yield {"workers": number, **figures(fleet, len(mentions))}


def viral(options: argparse.Namespace) -> Iterator[dict[str, object]]:
    """One topic in every mention: microseconds of processor a mention, by stage."""
    count = options.mentions // 3
    mentions = stream(list(topics(random.Random(7), 1, TERMS)), count, 1.0, 1000)
    with worked(fresh(1), mentions, ["score", "score", "watch"]) as fleet:
        start = min(next(line for line in each.lines if line["mentions"])["at"] for each in fleet[:2])
        used = [each.last["processor"] - _before(each.lines, start)["processor"] for each in fleet]
    judging, watching = sum(used[:2]) / count * 1e6, used[2] / count * 1e6
    yield {
        "judging_us": round(judging, 1),
        "watching_us": round(watching, 1),
        "times": round((judging + watching) / watching, 1),
    }


def main() -> None:
    """Measure one of the two, a line of JSON a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("workers", "viral"))
    parser.add_argument("--mentions", type=int, default=60_000)
    options = parser.parse_args()
    for found in {"workers": workers, "viral": viral}[options.what](options):
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
