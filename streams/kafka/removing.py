"""Streams removed: only for trials, which have a prefix of their own."""

from __future__ import annotations

from streams.kafka.broker import admin, patient
from streams.kafka.settings import KafkaSettings


@patient
def remove_streams(settings: KafkaSettings) -> None:
    """Delete everything on the broker whose name begins with the prefix, tables of workers included.

    `ValueError` without a prefix: it would be everything that there is.
    """
    if not settings.prefix:
        raise ValueError("without a prefix every topic of the broker would go")
    with admin(settings) as client:
        ours = [name for name in client.list_topics() if name.startswith(settings.prefix)]
        if ours:
            client.delete_topics(ours)
