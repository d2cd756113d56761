"""How a stream must lie on the broker, and in what one that is there differs, with the mending step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from streams.kafka.settings import KafkaSettings
from streams.names import Stream

CREATE: Final = "palovahti streams create"
RUN_CREATE: Final = f"run: {CREATE}"
# The configurations of Kafka that we decide about; all others are the broker's business.
DECIDED: Final = ("cleanup.policy", "retention.ms", "max.message.bytes", "message.timestamp.type")


@dataclass(frozen=True, slots=True)
class Layout:
    """Partitions, copies (None: as many as the broker makes by default), configurations of `DECIDED`."""

    partitions: int
    replication: int | None
    configs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What is wrong with a stream, and what to do about it."""

    stream: str
    wrong: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.stream}: {self.wrong}; {self.remedy}"


def wanted(stream: Stream, settings: KafkaSettings) -> Layout:
    """The layout of a stream under these settings.

    Records bear the time at which the broker took them (LogAppendTime): retention then counts from arrival,
    and a sender whose clock is wrong is not refused.
    """
    configs = {
        "cleanup.policy": stream.cleanup,
        "retention.ms": str(_milliseconds(stream.retention)),
        "max.message.bytes": str(stream.max_bytes),
        "message.timestamp.type": "LogAppendTime",
    }
    return Layout(stream.partitions or settings.partitions, settings.replication, configs)


def mismatches(name: str, want: Layout, found: Layout | None) -> list[Mismatch]:
    """Everything in which the stream `name` is not as it must be; `found` is None where it is not there."""
    if found is None:
        return [Mismatch(name, "is not there", RUN_CREATE)]
    wrong = [
        Mismatch(name, f"{key} is {found.configs.get(key)}, not {value}", RUN_CREATE)
        for key, value in want.configs.items()
        if _sorted(found.configs.get(key, "")) != _sorted(value)
    ]
    return [*_in_number(name, want, found), *wrong]


def _in_number(name: str, want: Layout, found: Layout) -> list[Mismatch]:
    """Partitions and copies: what no command of ours changes, since records would change their place."""
    wrong = []
    if found.partitions != want.partitions:
        remedy = (
            f"write partitions: {found.partitions} under kafka:, or choose a new prefix and run: {CREATE}"
        )
        wrong.append(Mismatch(name, f"has {found.partitions} partitions, not {want.partitions}", remedy))
    if want.replication is not None and (found.replication or 0) < want.replication:
        remedy = "add copies with kafka-reassign-partitions.sh, or write a lower replication under kafka:"
        wrong.append(Mismatch(name, f"has {found.replication} copies, not {want.replication}", remedy))
    return wrong


def _sorted(value: str) -> str:
    """Lists in any order are the same configuration."""
    return ",".join(sorted(value.split(",")))


def _milliseconds(retention: timedelta | None) -> int:
    return -1 if retention is None else retention // timedelta(milliseconds=1)
