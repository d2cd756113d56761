"""The stream `dead-letters`: records that could not be used, as they came, until they are put back.

The key is the record's place, so that a repetition is the same letter and a tombstone takes it away; the
value is the bytes as they came, the headers say why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from streams.kafka.copying import put
from streams.kafka.offsets import spans
from streams.kafka.reading import Headers, Raw, read
from streams.kafka.settings import KafkaSettings
from streams.names import DEAD_LETTERS, STREAMS

REASON: Final = "palovahti-reason"
DETAIL: Final = "palovahti-detail"
KEY: Final = "palovahti-key"
SEEN_AT: Final = "palovahti-seen-at"
REPLAYED: Final = "palovahti-replayed-from"
OURS: Final = frozenset({REASON, DETAIL, KEY, SEEN_AT, REPLAYED})
DETAIL_CHARACTERS: Final = 500


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that could not be used: why, and all of it. `reason` is a word from a small fixed set."""

    record: Raw
    reason: str
    detail: str

    @property
    def position(self) -> str:
        """Where it stood: stream/partition/offset."""
        return self.record.position


def letter(refused: Refused) -> Raw:
    """The record of `dead-letters` that keeps it; its place and time there are not known yet."""
    ours = [
        (REASON, refused.reason.encode()),
        (DETAIL, refused.detail[:DETAIL_CHARACTERS].encode("utf-8", "replace")),
        (SEEN_AT, refused.record.at.isoformat().encode()),
    ]
    if refused.record.key is not None:
        ours.append((KEY, refused.record.key))
    headers = (*ours, *_theirs(refused.record.headers))
    key, value = refused.position.encode(), refused.record.value or b""
    return Raw(DEAD_LETTERS.name, 0, 0, refused.record.at, key, value, headers)


def refused(raw: Raw) -> Refused:
    """What a record of `dead-letters` keeps; the opposite of `letter`."""
    told = dict(raw.headers)
    stream, partition, offset = (raw.key or b"?/0/0").decode("utf-8", "replace").rsplit("/", 2)
    seen_at = datetime.fromisoformat(told[SEEN_AT].decode()) if SEEN_AT in told else raw.at
    source = Raw(stream, int(partition), int(offset), seen_at, told.get(KEY), raw.value, _theirs(raw.headers))
    return Refused(source, told.get(REASON, b"?").decode(), told.get(DETAIL, b"").decode("utf-8", "replace"))


def waiting(settings: KafkaSettings) -> list[Refused]:
    """The letters that nobody has put back yet, in the order in which they came."""
    found: dict[bytes | None, Raw] = {}
    for raw in read(settings, DEAD_LETTERS, spans(settings, DEAD_LETTERS)):
        found.pop(raw.key, None)
        if raw.value is not None:
            found[raw.key] = raw
    return [refused(raw) for raw in found.values()]


def put_back(
    settings: KafkaSettings, letters: Sequence[Refused], mend: Callable[[bytes], bytes] = bytes
) -> int:
    """Append the records to the streams they came from, then take the letters away; returns how many.

    A crash in between leaves letters whose records are back; done again, they come twice, under a new
    position, which the stages know by the mention's id.
    """
    again = [_again(each, mend) for each in letters if is_ours(each)]
    put(settings, again)
    gone = [letter(each) for each in letters if is_ours(each)]
    put(settings, [replace(each, value=None, headers=()) for each in gone])
    return len(again)


def is_ours(letter: Refused) -> bool:
    """Whether it came from a stream, to which it can be put back (and not from a feed)."""
    return letter.record.stream in {stream.name for stream in STREAMS}


def _again(each: Refused, mend: Callable[[bytes], bytes]) -> Raw:
    headers = (*each.record.headers, (REPLAYED, each.position.encode()))
    return replace(each.record, value=mend(each.record.value or b""), headers=headers)


def _theirs(headers: Headers) -> Headers:
    """The headers that the record had of its own."""
    return tuple((name, value) for name, value in headers if name not in OURS)
