"""Palovahti's way with Faust: chunks, counts in a table, acknowledged by the broker before the offset is."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections import Counter as Tally
from pathlib import Path
from typing import Any

import faust
import msgspec
from work import THRESHOLD, Counter

from agents.building import collect_rarely
from agents.runtimes.kafka.apps import Work, add_agent, add_table, stage_app
from agents.runtimes.kafka.sending import Sending, durable, send
from streams.kafka.settings import KafkaSettings
from streams.names import Stream

CHECKPOINT_SECONDS = 2.0
CHUNK = 4000


class Record(msgspec.Struct, gc=False):
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
        self.storing: asyncio.Task[None] | None = None

    async def take(self, event: Any) -> None:
        """Count a chunk; store what changed when it is time, while the next ones are counted."""
        self.events.append(event)
        alerts = self.count(event.message.partition, event.value)
        self.sent += await send(self.app, [Sending("alerts", None, key, b"1") for key in alerts])
        if self.counter.done or time.perf_counter() > self.stored_at + CHECKPOINT_SECONDS:
            if self.storing is not None:
                await self.storing
            self.storing = asyncio.create_task(self.store(*self.changes()))
            self.stored_at = time.perf_counter()
        if self.counter.done and self.storing is not None:
            await self.storing
            self.counter.tell(time.perf_counter())
            os._exit(0)

    def count(self, partition: int, records: list[Any]) -> list[bytes]:
        """The topics that reached the threshold; a chunk is counted by itself and then added."""
        if not self.counter.began:
            self.counter.begin()
        minutes, changed = self.counts.setdefault(partition, {}), self.changed.setdefault(partition, set())
        decoded = map(self.decode, [each.value for each in records])
        found = []
        for (topic, minute), more in Tally([(each.topic, each.ts // 60) for each in decoded]).items():
            counts = minutes.setdefault(minute, {})
            before = counts.get(topic, 0)
            counts[topic] = before + more
            changed.add(minute)
            if before < THRESHOLD <= before + more:
                found.append(topic.encode())
        self.counter.seen += len(records)
        self.counter.alerts += len(found)
        return found

    def changes(self) -> tuple[list[Any], dict[int, dict[str, bytes]], list[Any]]:
        """What has to be durable: alerts, records of the table by partition, and what they came from."""
        written = {}
        for partition, minutes in self.changed.items():
            counts = self.counts[partition]
            written[partition] = {f"{partition}/{m}": msgspec.msgpack.encode(counts[m]) for m in minutes}
            minutes.clear()
        found = self.sent, written, self.events
        self.sent, self.events = [], []
        return found

    async def store(self, sent: list[Any], written: dict[int, dict[str, bytes]], events: list[Any]) -> None:
        """Make alerts and counts durable, then acknowledge what they came from."""
        await durable(sent)
        for partition, records in written.items():
            await self.table.write(partition, records)
        for event in events:
            event.ack()


async def main(broker: str, topic: str, expected: int, run: str) -> None:
    """Run one worker until all is counted."""
    collect_rarely()
    kafka = KafkaSettings(bootstrap=(broker,), prefix="")
    app = stage_app(run, kafka, Work(Path(tempfile.mkdtemp())))
    taker = Counting(app, add_table(app, "counts", 4), Counter(expected))
    add_agent(app, kafka, Stream(topic, "", "", None), taker, CHUNK)
    app.finalize()
    await faust.Worker(app, loop=asyncio.get_running_loop(), loglevel="ERROR", redirect_stdouts=False).start()
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
