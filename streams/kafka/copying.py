"""Records put into a stream again: a stretch of it replayed elsewhere, or one record after mending."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from streams.kafka.broker import producer
from streams.kafka.reading import Raw
from streams.kafka.settings import KafkaSettings

IN_FLIGHT = 1_000


def put(settings: KafkaSettings, records: Iterable[Raw]) -> int:
    """Append records to the streams they name, in order within a key; returns how many the broker holds.

    Keys, values and headers stay; partitions follow from the key, times are new.
    """
    number = 0
    with producer(settings) as client:
        waiting: list[Any] = []
        for raw in records:
            topic = settings.prefix + raw.stream
            waiting.append(client.send(topic, value=raw.value, key=raw.key, headers=list(raw.headers)))
            if len(waiting) >= IN_FLIGHT:
                number += _acknowledged(waiting)
        number += _acknowledged(waiting)
    return number


def _acknowledged(waiting: list[Any]) -> int:
    """How many were waited for; the first failure is raised."""
    for future in waiting:
        future.get(timeout=60)
    number = len(waiting)
    waiting.clear()
    return number
