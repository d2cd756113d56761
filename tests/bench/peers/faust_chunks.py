"""Palovahti's way with Faust: chunks, counts in a table, acknowledged by the broker before the offset is."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import faust
import msgspec
from work import THRESHOLD, Counter

from agents.runtimes.kafka.apps import Work, add_agent, add_table, stage_app
from agents.runtimes.kafka.sending import Sending, durable, send
from streams.kafka.settings import KafkaSettings
from streams.names import Stream

CHECKPOINT_SECONDS = 2.0


class Record(msgspec.Struct):
    """What is looked at."""

    topic: str
    ts: int


class Counting:
    """Behind the agent: a record of the table a partition and minute, with the counts of its topics."""

    def __init__(self, app: Any, table: Any, counter: Counter) -> None:
        self.app, self.table, self.counter = app, table, counter
        self.decode = msgspec.json.Decoder(Record).decode
        self.counts: dict[int, dict[int, dict[str, int]]] = {}
        self.changed: dict[int, set[int]] = {}
        self.events: list[Any] = []
        self.sent: list[Any] = []
        self.stored_at = time.perf_counter()

    async def take(self, event: Any) -> None:
        """Count a chunk; store what changed when it is time."""
        self.events.append(event)
        alerts = self.count(event.message.partition, event.value)
        self.sent += await send(self.app, [Sending("alerts", None, key, b"1") for key in alerts])
        if self.counter.done or time.perf_counter() > self.stored_at + CHECKPOINT_SECONDS:
            await self.store()
        if self.counter.done:
            self.counter.tell(time.perf_counter())
            os._exit(0)

    def count(self, partition: int, records: list[Any]) -> list[bytes]:
        """The topics that reached the threshold."""
        if not self.counter.began:
            self.counter.begin()
        minutes, changed = self.counts.setdefault(partition, {}), self.changed.setdefault(partition, set())
        found, decode = [], self.decode
        for each in records:
            record = decode(each.value)
            minute = record.ts // 60
            counts = minutes.get(minute)
            if counts is None:
                counts = minutes[minute] = {}
            counts[record.topic] = count = counts.get(record.topic, 0) + 1
            changed.add(minute)
            if count == THRESHOLD:
                found.append(record.topic.encode())
        self.counter.seen += len(records)
        self.counter.alerts += len(found)
        return found

    async def store(self) -> None:
        """Make alerts and counts durable, then acknowledge what they came from."""
        await durable(self.sent)
        self.sent.clear()
        for partition, minutes in self.changed.items():
            counts = self.counts[partition]
            written = {f"{partition}/{minute}": msgspec.msgpack.encode(counts[minute]) for minute in minutes}
            await self.table.write(partition, written)
            minutes.clear()
        for event in self.events:
            event.ack()
        self.events.clear()
        self.stored_at = time.perf_counter()


async def main(broker: str, topic: str, expected: int, run: str) -> None:
    """Run one worker until all is counted."""
    kafka = KafkaSettings(bootstrap=(broker,), prefix="")
    app = stage_app(run, kafka, Work(Path(tempfile.mkdtemp())))
    taker = Counting(app, add_table(app, "counts", 4), Counter(expected))
    add_agent(app, kafka, Stream(topic, "", "", None), taker, 1000)
    app.finalize()
    await faust.Worker(app, loop=asyncio.get_running_loop(), loglevel="ERROR", redirect_stdouts=False).start()
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
