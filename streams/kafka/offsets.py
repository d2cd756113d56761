"""Where streams begin and end, where a time stands in them, and how far groups of workers have come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kafka import TopicPartition
from kafka.admin import OffsetSpec

from streams.kafka.broker import admin, patient, topics_there
from streams.kafka.settings import KafkaSettings
from streams.names import STREAMS, Stream


@dataclass(frozen=True, slots=True)
class Span:
    """The offsets `[start, end)` of a partition."""

    partition: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a group has come in a partition: the next record it will read, and the records after it.

    `committed` is None where the group has not read yet; `waiting` counts from the beginning then.
    """

    group: str
    stream: str
    partition: int
    committed: int | None
    end: int
    waiting: int


@patient
def spans(
    settings: KafkaSettings, stream: Stream, since: datetime | None = None, until: datetime | None = None
) -> list[Span]:
    """The records that came in `[since, until)`, by the broker's time of arrival; None: no bound."""
    with admin(settings) as client:
        parts = _partitions(client, settings, [stream])
        starts = _at(client, parts, OffsetSpec.EARLIEST if since is None else _milliseconds(since))
        ends = _at(client, parts, OffsetSpec.LATEST if until is None else _milliseconds(until))
        lasts = _at(client, parts, OffsetSpec.LATEST)
    return [
        Span(part.partition, _or_end(starts[part], lasts[part]), _or_end(ends[part], lasts[part]))
        for part in parts
    ]


@patient
def lags(
    settings: KafkaSettings, groups: Sequence[str] = (), streams: Sequence[Stream] = STREAMS
) -> list[Lag]:
    """How far each group has come; without names, the groups whose name begins with the prefix."""
    with admin(settings) as client:
        parts = _partitions(client, settings, streams)
        names = groups or [
            group["group_id"]
            for group in client.list_groups()
            if group["group_id"].startswith(settings.prefix)
        ]
        committed = client.list_group_offsets(list(names)) if names else {}
        starts, ends = _at(client, parts, OffsetSpec.EARLIEST), _at(client, parts, OffsetSpec.LATEST)
    found = [
        _lag(settings, group, part, committed[group], starts[part], ends[part])
        for group in names
        for part in parts
        if any(each.topic == part.topic for each in committed[group])
    ]
    return sorted(found, key=lambda lag: (lag.group, lag.stream, lag.partition))


def _lag(
    settings: KafkaSettings, group: str, part: Any, committed: dict[Any, Any], start: int, end: int
) -> Lag:
    known = committed.get(part)
    at = known.offset if known is not None and known.offset >= 0 else None
    waiting = max(0, end - max(start, at or 0))
    return Lag(group, part.topic.removeprefix(settings.prefix), part.partition, at, end, waiting)


def _partitions(client: Any, settings: KafkaSettings, streams: Sequence[Stream]) -> list[Any]:
    topics = topics_there(client, [stream.full_name(settings.prefix) for stream in streams])
    return sorted(
        TopicPartition(topic["name"], partition["partition_index"])
        for topic in topics
        for partition in topic["partitions"]
    )


def _at(client: Any, parts: Sequence[Any], spec: Any) -> dict[Any, int]:
    found = client.list_partition_offsets(dict.fromkeys(parts, spec)) if parts else {}
    return {part: place.offset for part, place in found.items()}


def _or_end(offset: int, end: int) -> int:
    """The offset of a time; -1 says that nothing came since."""
    return end if offset < 0 else offset


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
