"""Streams created, put right, and checked before a worker starts."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event
from typing import Any

from kafka.admin import ConfigResource

from streams.errors import BadConfiguration
from streams.kafka.broker import admin, patient, topics_there
from streams.kafka.layout import DECIDED, RUN_CREATE, Layout, Mismatch, mismatches, wanted
from streams.kafka.settings import KafkaSettings
from streams.names import STREAMS, Stream


@patient
def create_streams(settings: KafkaSettings, streams: Sequence[Stream] = STREAMS) -> list[Mismatch]:
    """Create what is missing and set what is configured otherwise; returns what it found wrong before.

    Nothing is ever deleted, and the number of partitions never changed: see `check_streams`.
    """
    with admin(settings) as client:
        found = _found(client, streams, settings)
        before = _all_mismatches(streams, settings, found)
        missing = [stream for stream in streams if stream.name not in found]
        if missing:
            client.create_topics(_to_create(missing, settings), wait_for_metadata=True)
        changed = [_to_set(stream, settings) for stream in streams if stream not in missing]
        if changed and before:
            client.alter_configs(changed)
            _wait_seen(client, streams, settings)
    return before


@patient
def check(settings: KafkaSettings, streams: Sequence[Stream] = STREAMS) -> list[Mismatch]:
    """Everything in which the broker's streams are not as these settings want them."""
    with admin(settings) as client:
        return _all_mismatches(streams, settings, _found(client, streams, settings))


def check_streams(settings: KafkaSettings, streams: Sequence[Stream] = STREAMS) -> None:
    """Raise `BadConfiguration`, a line a mismatch with its mending command, unless all streams are right."""
    wrong = check(settings, streams)
    if wrong:
        raise BadConfiguration([f"stream {mismatch}" for mismatch in wrong])


@patient
def layouts(settings: KafkaSettings, streams: Sequence[Stream] = STREAMS) -> dict[str, Layout]:
    """How the streams that are there lie on the broker, by their names of ours."""
    with admin(settings) as client:
        return _found(client, streams, settings)


def _wait_seen(client: Any, streams: Sequence[Stream], settings: KafkaSettings) -> None:
    """Until every broker knows the changed configurations, or for half a minute."""
    pause = Event()
    for _ in range(300):
        wrong = _all_mismatches(streams, settings, _found(client, streams, settings))
        if not any(mismatch.remedy == RUN_CREATE for mismatch in wrong):
            return
        pause.wait(0.1)


def _all_mismatches(
    streams: Sequence[Stream], settings: KafkaSettings, found: dict[str, Layout]
) -> list[Mismatch]:
    return [
        mismatch
        for stream in streams
        for mismatch in mismatches(stream.name, wanted(stream, settings), found.get(stream.name))
    ]


def _found(client: Any, streams: Sequence[Stream], settings: KafkaSettings) -> dict[str, Layout]:
    names = {stream.full_name(settings.prefix): stream.name for stream in streams}
    there = topics_there(client, list(names))
    if not there:
        return {}
    resources = [ConfigResource("TOPIC", topic["name"], dict.fromkeys(DECIDED)) for topic in there]
    configs = client.describe_configs(resources, config_filter="all")["topic"]
    return {names[topic["name"]]: _layout(topic, configs[topic["name"]]) for topic in there}


def _layout(topic: dict[str, Any], configs: dict[str, Any]) -> Layout:
    copies = min(len(partition["replica_nodes"]) for partition in topic["partitions"])
    return Layout(len(topic["partitions"]), copies, {key: each["value"] for key, each in configs.items()})


def _to_create(streams: Sequence[Stream], settings: KafkaSettings) -> dict[str, dict[str, Any]]:
    made = {}
    for stream in streams:
        layout = wanted(stream, settings)
        made[stream.full_name(settings.prefix)] = {
            "num_partitions": layout.partitions,
            "replication_factor": layout.replication or -1,
            "configs": dict(layout.configs),
        }
    return made


def _to_set(stream: Stream, settings: KafkaSettings) -> Any:
    return ConfigResource("TOPIC", stream.full_name(settings.prefix), dict(wanted(stream, settings).configs))
