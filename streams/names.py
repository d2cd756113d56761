"""The streams (Kafka topics) in one table: what each carries, by which key, for how long, and for whom.

A stream's name on the broker is the configured prefix and its name here: `palovahti.mentions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

Cleanup = Literal["delete", "compact", "compact,delete"]


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream: `key` says what shares a partition and stays in order, `record` what a value is.

    `retention` is how long records are kept (None: for ever); of a compacted stream the last record of each
    key is kept. `reads` are the schema versions that are still read; the last of them is written.
    `partitions` is None where the setting decides. `public`: other systems may read it.
    """

    name: str
    key: str
    record: str
    retention: timedelta | None
    cleanup: Cleanup = "delete"
    partitions: int | None = None
    reads: tuple[int, ...] = (1,)
    public: bool = False
    max_bytes: int = 1_048_588

    @property
    def writes(self) -> int:
        """The schema version that is written."""
        return self.reads[-1]

    def full_name(self, prefix: str) -> str:
        """The name on the broker."""
        return prefix + self.name


FEEDS: Final = Stream("feeds", "feed", "nothing: who has a feed's partition reads it", timedelta(days=1))
MENTIONS: Final = Stream("mentions", "id of the mention", "Mention", timedelta(days=7))
SCORED: Final = Stream("scored", "topic", "chunk of ScoredMention", timedelta(days=2), max_bytes=4_194_304)
FINDINGS: Final = Stream(
    "findings", "topic", "what alert stores and escalates, in order", timedelta(days=7), max_bytes=4_194_304
)
ESCALATIONS: Final = Stream(
    "escalations", "incident", "CloudEvent of Escalation", timedelta(days=90), public=True
)
INCIDENTS: Final = Stream("incidents", "incident", "CloudEvent of Incident", None, "compact", public=True)
ACTIONS: Final = Stream("actions", "incident", "HumanAction", timedelta(days=90))
DEAD_LETTERS: Final = Stream(
    "dead-letters",
    "the record's place",
    "the bytes as they came; reason and position in the headers",
    timedelta(days=30),
    "compact,delete",
    partitions=1,
    max_bytes=8_388_608,
)

STREAMS: Final = (FEEDS, MENTIONS, SCORED, FINDINGS, ESCALATIONS, INCIDENTS, ACTIONS, DEAD_LETTERS)


def stream_named(name: str) -> Stream:
    """The stream of that name; raises `KeyError` with the names there are.

    >>> stream_named("mentions").full_name("palovahti.")
    'palovahti.mentions'
    """
    found = next((stream for stream in STREAMS if stream.name == name), None)
    if found is None:
        raise KeyError(f"no stream {name}; there are {', '.join(stream.name for stream in STREAMS)}")
    return found
