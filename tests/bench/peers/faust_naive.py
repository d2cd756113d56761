"""Faust as its documentation shows it: one event at a time. `table` keeps the counts in a table."""

from __future__ import annotations

import os
import sys
import tempfile

import faust
from work import THRESHOLD, Counter

broker, topic, expected, run = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
with_table = sys.argv[5] == "table"
counter = Counter(expected)
app = faust.App(
    run, broker=f"kafka://{broker}", value_serializer="json", topic_partitions=4, web_enabled=False,
    datadir=tempfile.mkdtemp(), topic_disable_leader=True, topic_replication_factor=1,
)  # fmt: skip
source, sink = app.topic(topic), app.topic("alerts")
counts = app.Table("counts", default=int, partitions=4)


@app.agent(source)
async def count(stream: faust.StreamT) -> None:
    """Count one by one."""
    async for record in stream:
        key, second = record["topic"], record["ts"]
        hit = counter.one(key, second)
        if with_table:
            place = f"{key}|{second // 60}"
            counts[place] += 1
            hit = counts[place] == THRESHOLD
        if hit:
            await sink.send(key=key, value=second)
        if counter.done:
            counter.tell()
            os._exit(0)


app.finalize()
faust.Worker(app, loglevel="ERROR", redirect_stdouts=False).execute_from_commandline()
