"""quixstreams: counts in a dict (`dict`), or in its windows, RocksDB and changelog (`window`)."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from typing import Any

from quixstreams import Application
from work import THRESHOLD, Counter

broker, name, expected, run, way = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5]
logging.disable(logging.INFO)
counter = Counter(expected)
app = Application(
    broker_address=broker, consumer_group=run, auto_offset_reset="earliest", state_dir=tempfile.mkdtemp(),
    commit_interval=2.0, loglevel="ERROR",
)  # fmt: skip
source = app.topic(name, value_deserializer="json", timestamp_extractor=lambda value, *_: value["ts"] * 1000)
sink = app.topic("alerts", value_serializer="json")


def finish() -> None:
    """The last record came."""
    counter.tell()
    os._exit(0)


def by_dict(value: Any) -> bool:
    """Count; whether it is an alert."""
    hit = counter.one(value["topic"], value["ts"])
    if counter.done:
        finish()
    return hit


def by_window(value: Any) -> bool:
    """The window's count so far; whether it is an alert."""
    counter.elsewhere()
    counter.alerts += (hit := value["value"] == THRESHOLD)
    if counter.done:
        finish()
    return bool(hit)


frame = app.dataframe(source)
if way == "dict":
    frame = frame.filter(by_dict)
else:
    frame = frame.tumbling_window(60_000, grace_ms=3_600_000).count().current().filter(by_window)
frame.to_topic(sink)
app.run()
