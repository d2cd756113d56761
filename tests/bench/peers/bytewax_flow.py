"""bytewax: batches of its Kafka source, decoded together; counts in a dict (`dict`) or its state."""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from typing import Any

import bytewax.operators as op
import msgspec
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.operators import StatefulBatchLogic
from bytewax.testing import TestingSink, cluster_main
from work import THRESHOLD, Counter

broker, topic, expected, way = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[5]
counter = Counter(expected)


class Record(msgspec.Struct):
    """What is looked at."""

    topic: str
    ts: int


decode = msgspec.json.Decoder(Record).decode


def decoded(batch: list[Any]) -> list[tuple[str, int]]:
    """(topic, second) of each record."""
    if not counter.began:
        counter.begin()
    return [(record.topic, record.ts) for record in (decode(each.value) for each in batch)]


def in_dict(batch: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The alerts of a batch."""
    return [(name, second) for name, second in batch if counter.one(name, second)]


class Minutes(StatefulBatchLogic[int, int, dict[int, int]]):
    """The counts of one topic."""

    def __init__(self, state: dict[int, int] | None) -> None:
        self.counts = state or {}

    def on_batch(self, values: list[int]) -> tuple[list[int], bool]:
        """Each minute that reaches the threshold."""
        found = []
        for second in values:
            minute = second // 60
            count = self.counts[minute] = self.counts.get(minute, 0) + 1
            if count == THRESHOLD:
                found.append(minute)
        counter.seen += len(values)
        counter.alerts += len(found)
        return found, False

    def snapshot(self) -> dict[int, int]:
        """What it would go on from."""
        return dict(self.counts)


flow = Dataflow("count")
raw = op.input("in", flow, KafkaSource([broker], [topic], tail=False, batch_size=5000))
keyed = op.flat_map_batch("decode", raw, decoded)
if way == "dict":
    found = op.flat_map_batch("count", keyed, in_dict)
else:
    found = op.stateful_batch("count", keyed, Minutes)
op.output("out", found, TestingSink([]))
cluster_main(flow, [], 0, epoch_interval=timedelta(seconds=2))
counter.tell(time.perf_counter())
os._exit(0)
