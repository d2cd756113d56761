"""A plain loop over aiokafka: the ceiling of everything built on it. No state survives."""

from __future__ import annotations

import asyncio
import sys

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from work import Counter


class Record(msgspec.Struct):
    """What is looked at."""

    topic: str
    ts: int


async def main(broker: str, topic: str, expected: int, run: str) -> None:
    """Count, and send the alerts."""
    counter, decode = Counter(expected), msgspec.json.Decoder(Record).decode
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=broker, group_id=run, auto_offset_reset="earliest", max_poll_records=5000
    )
    producer = AIOKafkaProducer(bootstrap_servers=broker)
    await consumer.start()
    await producer.start()
    while not counter.done:
        for records in (await consumer.getmany(timeout_ms=500)).values():
            for each in records:
                record = decode(each.value)
                if counter.one(record.topic, record.ts):
                    await producer.send("alerts", record.topic.encode())
    await producer.flush()
    counter.tell()
    await consumer.stop()
    await producer.stop()


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
