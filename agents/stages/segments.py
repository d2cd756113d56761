"""A shard's state as a log of segments: few and fat records, each checkpoint all or nothing.

    tick 90 ▇▇▇▇▇▇▇▇▇▇   everything until then          A checkpoint writes what changed since the last one.
    tick 95 ▇▇▇          what changed until then         Where the newest segments together are as large as
    tick 97 ▇                                            the one before, they are written anew as one.

A segment may be cut into parts; it counts when all are there. Later segments win; `None` deletes; one that
is the whole state makes all before it void. Keys name partition, tick, writer and part, so nobody ever
overwrites a segment, and a writer that was believed dead can only add one that says what its tick says
anyway. After a segment is acknowledged those that it replaces go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from streams.errors import BrokenState

FORMAT: Final = 1
PART_BYTES: Final = 900_000
Blobs = dict[str, bytes | None]

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(tuple[int, int, bool, dict[str, bytes | None]]).decode


class Name(NamedTuple):
    """Which segment: of which shard, its state after which tick, by whom (a number that only grows)."""

    shard: int
    tick: int
    writer: int

    def key(self, part: int) -> str:
        """The key of one of its records."""
        return f"{self.shard}/{self.tick}/{self.writer}/{part}"


@dataclass(slots=True)
class Segment:
    """A segment that is stored: its records' keys, the blobs' keys, and its size in bytes."""

    name: Name
    records: list[str]
    keys: set[str]
    size: int


@dataclass(slots=True)
class Write:
    """What a checkpoint does: first these records, and when they are durable, those go."""

    records: dict[str, bytes] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)


class Segments:
    """The segments of one shard, oldest first."""

    def __init__(self, shard: int, writer: int) -> None:
        self._shard, self._writer = shard, writer
        self._stored: list[Segment] = []
        self._useless: list[str] = []  # records of segments that were never finished

    def to_rewrite(self, size: int) -> set[str]:
        """Keys that should be written anew along with `size` new bytes, so that the log stays short."""
        keys: set[str] = set()
        for segment in reversed(self._merged(size)):
            keys |= segment.keys
        return keys

    def _merged(self, size: int) -> list[Segment]:
        merged: list[Segment] = []
        for segment in reversed(self._stored):
            if segment.size > 2 * size:
                break
            merged.append(segment)
            size += segment.size
        return merged

    def write(self, tick: int, blobs: Mapping[str, bytes | None], size: int) -> Write:
        """The records of a checkpoint; `blobs` hold what is left of `to_rewrite(size)`, too."""
        merged = self._merged(size)
        del self._stored[len(self._stored) - len(merged) :]
        whole = not self._stored
        kept = {key: blob for key, blob in blobs.items() if blob is not None or not whole}
        name = Name(self._shard, tick, self._writer)
        parts = list(_cut(kept))
        records = {name.key(n): _pack((FORMAT, len(parts), whole, part)) for n, part in enumerate(parts)}
        self._stored.append(Segment(name, list(records), set(kept), sum(map(len, records.values()))))
        gone = [record for segment in merged for record in segment.records if record not in records]
        gone, self._useless = gone + self._useless, []
        return Write(records, gone)

    def load(self, records: Mapping[str, bytes]) -> dict[str, bytes]:
        """The state that the records of this shard hold; what is incomplete is left aside."""
        found: dict[Name, dict[int, bytes]] = {}
        for key, value in records.items():
            shard, tick, writer, part = map(int, key.split("/"))
            if shard == self._shard:
                found.setdefault(Name(shard, tick, writer), {})[part] = value
        state: dict[str, bytes] = {}
        for name in sorted(found):
            self._take(name, found[name], state)
        return state

    def _take(self, name: Name, parts: Mapping[int, bytes], state: dict[str, bytes]) -> None:
        opened = [_opened(parts[part]) for part in sorted(parts)]
        count, whole, _ = opened[0]
        if len(opened) < count:
            self._useless += [name.key(part) for part in parts]  # its writer stopped in the middle
            return
        if whole:
            self._useless += [record for segment in self._stored for record in segment.records]
            self._stored.clear()
            state.clear()
        blobs = {key: blob for _, _, part in opened for key, blob in part.items()}
        for key, blob in blobs.items():
            if blob is None:
                state.pop(key, None)
            else:
                state[key] = blob
        records, size = [name.key(part) for part in parts], sum(map(len, parts.values()))
        self._stored.append(Segment(name, records, set(blobs), size))


def _cut(blobs: Mapping[str, bytes | None]) -> Iterator[Blobs]:
    """Blobs in parts of about `PART_BYTES`; one at least."""
    part: Blobs = {}
    size = 0
    for key, blob in blobs.items():
        more = len(key) + len(blob or b"")
        if part and size + more > PART_BYTES:
            yield part
            part, size = {}, 0
        part[key] = blob
        size += more
    yield part


def _opened(record: bytes) -> tuple[int, bool, Blobs]:
    """How many parts the segment has, whether it is the whole state, and this part's blobs."""
    try:
        version, parts, whole, blobs = _unpack(record)
    except msgspec.MsgspecError as error:
        raise BrokenState(
            f"a state record cannot be read ({error}); see docs/kafka.md, section State"
        ) from None
    if version != FORMAT:
        raise BrokenState(f"the stored state has format {version}, this version reads {FORMAT}")
    return parts, whole, blobs


def size_of(blobs: Mapping[str, bytes | None]) -> int:
    """About the bytes that these blobs take."""
    return sum(len(key) + len(blob or b"") for key, blob in blobs.items())
