"""Records of a stream as they lie on the broker, read without a group."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kafka import TopicPartition

from streams.kafka.broker import consumer
from streams.kafka.offsets import Span, spans
from streams.kafka.settings import KafkaSettings
from streams.names import Stream

Headers = tuple[tuple[str, bytes], ...]
POLL_MS = 500


@dataclass(frozen=True, slots=True)
class Raw:
    """A record as bytes, with its place; `at` is when the broker took it. A value of None is a tombstone."""

    stream: str
    partition: int
    offset: int
    at: datetime
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    @property
    def position(self) -> str:
        """Where it stands: stream/partition/offset."""
        return f"{self.stream}/{self.partition}/{self.offset}"


def read(settings: KafkaSettings, stream: Stream, wanted: Sequence[Span]) -> Iterator[Raw]:
    """The records of these spans; in order within a partition."""
    topic = stream.full_name(settings.prefix)
    left = {TopicPartition(topic, span.partition): span for span in wanted if span.start < span.end}
    with consumer(settings) as client:
        client.assign(list(left))
        for part, span in left.items():
            client.seek(part, span.start)
        while left:
            for part, records in client.poll(timeout_ms=POLL_MS).items():
                span = left[part]
                yield from (_raw(stream, record) for record in records if record.offset < span.end)
            for part in [part for part, span in left.items() if (client.position(part) or 0) >= span.end]:
                del left[part]
                client.pause(part)


def last(settings: KafkaSettings, stream: Stream, number: int) -> list[Raw]:
    """The last `number` records of a stream over all partitions, the newest last."""
    ends = [
        Span(span.partition, max(span.start, span.end - number), span.end) for span in spans(settings, stream)
    ]
    order = read(settings, stream, ends)
    newest = heapq.nlargest(number, order, key=lambda raw: (raw.at, raw.partition, raw.offset))
    return newest[::-1]


def follow(settings: KafkaSettings, stream: Stream) -> Iterator[Raw]:
    """Every record from now on, without end."""
    topic = stream.full_name(settings.prefix)
    with consumer(settings) as client:
        parts = [TopicPartition(topic, span.partition) for span in spans(settings, stream)]
        client.assign(parts)
        client.seek_to_end(*parts)
        while True:
            for records in client.poll(timeout_ms=POLL_MS).values():
                yield from (_raw(stream, record) for record in records)


def _raw(stream: Stream, record: Any) -> Raw:
    at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    headers = tuple(record.headers or ())
    return Raw(stream.name, record.partition, record.offset, at, record.key, record.value, headers)
