"""The recorded file: the demo stream as JSON lines, with the broken lines that real recordings have."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

from agents.demo.script import HERE
from streams.records import Mention

STREAM = HERE / "stream.jsonl.gz"

BROKEN = {
    700: '{"id":"mastodon:b1","platform":"mastodon","text":"lähetys katkesi kes',
    3100: '{"id":"forum:b2","platform":"forum","text":"Juna kulki","published_at":"1970-01-01T00:00:00Z"}',
    5200: '{"id":"bluesky:b3","platform":"bluesky","published_at":"2026-03-26T09:12:00Z"}',
    8400: '["mastodon:b4","Merikisko"]',
    11000: '{"id":"facebook:b5","platform":"facebook","text":"Toimii","published_at":"eilen illalla"}',
    13500: "<html><body>502 Bad Gateway</body></html>",
    16000: '{"id":"forum:b7","platform":"forum","text":"Lähti","published_at":"1970-01-01T02:00:00+02:00"}',
}
"""Lines that belong into the dead letters, each after so many good ones."""


def line_of(mention: Mention) -> str:
    """The mention as a line of JSON with only the fields that carry something."""
    return mention.model_dump_json(exclude_defaults=True, by_alias=True)


def recorded_lines(mentions: Iterable[Mention]) -> Iterator[str]:
    """The lines of the recorded file, broken ones included."""
    for count, mention in enumerate(mentions, start=1):
        yield line_of(mention)
        if count in BROKEN:
            yield BROKEN[count]


def record(mentions: Iterable[Mention], path: Path = STREAM) -> int:
    """Write the recorded file and return its number of lines; equal lines give an equal text inside."""
    lines = list(recorded_lines(mentions))
    packed = gzip.compress("".join(f"{line}\n" for line in lines).encode(), compresslevel=9, mtime=0)
    path.write_bytes(packed)
    return len(lines)


def stored_lines(path: Path = STREAM) -> Iterator[str]:
    """The lines of a recorded file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from (line.rstrip("\n") for line in file)
