"""What crosses `mentions`, `scored` and `findings` between our own workers, as bytes.

Mentions are JSON, as everywhere; `{"clock": seconds}` in their stream is a *time mark*: nothing published
before then is still to come in this partition. `scored` and `findings` are msgpack arrays, versioned by their
first field: compact, typed, and only our own workers read them.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

VERSION: Final = 1
MARK_START: Final = b'{"clock":'

Row = list[Any]
"""A sighting: its place in the chunk, the number of its topic, then `Sighting.dump()`."""


class Deletion(msgspec.Struct, array_like=True):
    """A mention was deleted; `place` in the chunk, `minute` of its publication."""

    place: int
    id: str
    minute: int


class Seen(msgspec.Struct, array_like=True):
    """A matched mention as people see it: the fields of `StoredMention`; `published` in microseconds."""

    id: str
    topics: list[str]
    thread: str
    platform: str
    kind: str | None
    author: str | None
    followers: int | None
    official: bool
    text: str
    language: str | None
    url: str | None
    negativity: float
    published: int


class Ours(msgspec.Struct, array_like=True):
    """What the organisation's own account did: a post, which may answer; with `deleted` it took one down."""

    place: int
    post: Seen
    deleted: int | None = None  # microseconds since 1970


class Scored(msgspec.Struct, array_like=True):
    """What one chunk of a partition of `mentions` means for one partition of the watch.

    Everything of the chunk that concerns all topics (how many were published in which minute, how time went
    on), and of the matched mentions those whose topics belong there. `place` is an offset counted from
    `first`. `after` is the last offset of the chunk before; `begins` says that there was none: the first one
    after a start, at the committed offset. Arrays are little-endian 32-bit integers.
    """

    version: int
    source: int
    first: int
    last: int
    after: int
    begins: bool
    clocks: list[tuple[int, float]]  # (place, seconds since 1970) where time went on
    places: bytes
    minutes: bytes
    digests: bytes  # crc32 of the mentions' ids
    topics: list[str]
    rows: list[Row]
    deletions: list[Deletion]
    ours: list[Ours]


class FeedState(msgspec.Struct, array_like=True):
    """How a feed is doing `at` a time (seconds since 1970), by who reads it; `gaps`: when those ended."""

    name: str
    alive: bool
    lag_seconds: float | None
    gaps: list[float]
    at: float


class Finding(msgspec.Struct, array_like=True, omit_defaults=True):
    """What the alert stage has to do, in order.

    Of the watch (`shard` its partition): what our own accounts did before a tick, then what was decided at
    it, escalations and pulses as JSON. `number` counts a shard's findings, `after` is the number before it;
    `begins`: the first one after a start. Without a number: mentions to keep for people to read, those to
    forget, of a feed what it did not see (`gaps`) or could not use (`letters`), as JSON, and how `feeds` are
    doing.
    """

    version: int
    shard: int
    number: int | None
    after: int
    begins: bool
    clock: float
    ours: list[Ours]
    escalations: list[bytes]
    pulses: list[bytes]
    mentions: list[Seen]
    forgotten: list[str]
    gaps: list[bytes] = []
    letters: list[bytes] = []
    feeds: list[FeedState] = []


pack = msgspec.msgpack.Encoder().encode
unpack_scored = msgspec.msgpack.Decoder(Scored).decode
unpack_finding = msgspec.msgpack.Decoder(Finding).decode


def time_mark(clock: float) -> bytes:
    """The value of a time mark.

    >>> time_mark(1772000000.5)
    b'{"clock":1772000000.5}'
    """
    return MARK_START + repr(float(clock)).encode() + b"}"


def clock_of_mark(value: bytes) -> float | None:
    """The time of a mark; None where the value is none.

    >>> clock_of_mark(b'{"clock":5.0}'), clock_of_mark(b'{"id": "x:1"}')
    (5.0, None)
    """
    if not value.startswith(MARK_START):
        return None
    try:
        return float(value[len(MARK_START) : -1])
    except ValueError:
        return None
