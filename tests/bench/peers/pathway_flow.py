"""pathway: its own Kafka reader, JSON and group-by in Rust; results come at its commits (0.2 s)."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import pathway as pw
from work import THRESHOLD, Counter

broker, topic, expected, run = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
counter = Counter(expected)
counts: dict[Any, int] = {}


class Record(pw.Schema):
    """What is looked at."""

    topic: str
    ts: int


def changed(key: Any, row: dict[str, Any], time: int, is_addition: bool) -> None:
    """A count that changed; ends when they add up to all records."""
    if is_addition:
        counter.seen += row["number"] - counts.get(key, 0)
        counts[key] = row["number"]
        if counter.done:
            finish()


def finish() -> None:
    """All was counted."""
    counter.alerts = sum(number >= THRESHOLD for number in counts.values())
    counter.tell(time.perf_counter())
    os._exit(0)


settings = {
    "bootstrap.servers": broker, "group.id": run, "auto.offset.reset": "earliest",
}  # fmt: skip
table = pw.io.kafka.read(settings, topic=topic, format="json", schema=Record, autocommit_duration_ms=200)
table = table.select(topic=pw.this.topic, minute=pw.this.ts // 60)
counted = table.groupby(pw.this.topic, pw.this.minute).reduce(number=pw.reducers.count())
pw.io.subscribe(counted, on_change=changed)
counter.begin()
pw.run(monitoring_level=pw.MonitoringLevel.NONE)
