"""Records put into a stream again: a stretch of it replayed elsewhere, or one record after mending."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from streams.errors import BadConfiguration
from streams.kafka.broker import producer
from streams.kafka.reading import Raw
from streams.kafka.settings import KafkaSettings

IN_FLIGHT = 1_000


def put(settings: KafkaSettings, records: Iterable[Raw]) -> int:
    """Append records to the streams and partitions they name; returns how many the broker holds.

    Keys, values, headers and the order within a partition stay; times are new. A partition that the stream
    does not have is a `BadConfiguration`.
    """
    number = 0
    with producer(settings) as client:
        waiting: list[Any] = []
        for raw in records:
            waiting.append(_send(client, settings.prefix + raw.stream, raw))
            if len(waiting) >= IN_FLIGHT:
                number += _acknowledged(waiting)
        number += _acknowledged(waiting)
    return number


def _send(client: Any, topic: str, raw: Raw) -> Any:
    partitions = client.partitions_for(topic) or ()
    if raw.partition not in partitions:
        remedy = "give both installations as many partitions"
        raise BadConfiguration(
            [f"{topic} has {len(partitions)} partitions, no number {raw.partition}; {remedy}"]
        )
    return client.send(topic, raw.value, raw.key, list(raw.headers), raw.partition)


def _acknowledged(waiting: list[Any]) -> int:
    """How many were waited for; the first failure is raised."""
    for future in waiting:
        future.get(timeout=60)
    number = len(waiting)
    waiting.clear()
    return number
