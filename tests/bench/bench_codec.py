"""How many mentions a second one core reads: clean lines, lines that need repair, and a table from a file.

Run: `python tests/bench/bench_codec.py [FILE.csv.gz COLUMN=FIELD...]`
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from streams.codec import decode_lines, encode
from streams.feeds.jsonl import JsonlFeed, JsonlFeedSettings
from streams.recent import Recent
from streams.repair import Defaults

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
COUNT, CHUNK = 50_000, 1_000
DEFAULTS = Defaults(feed="f", platform="bluesky", language="fi")


def line(number: int, text: str) -> bytes:
    fields = {
        "id": f"bluesky:{number}",
        "platform": "bluesky",
        "text": f"{text} {number}",
        "published_at": "2026-11-20T11:34:56Z",
        "language": "fi",
        "author": {"id": f"did:plc:{number % 999}", "followers": 120},
    }
    return json.dumps(fields, ensure_ascii=False).encode()


CLEAN = "Paketti ei tullut ajoissa, jonotin tunnin eikä kukaan vastannut mitään – ihan käsittämätöntä taas."
HOSTILE = CLEAN.replace("ei", "<b>ei</b>").replace("tunnin", "tun\u202enin")


def per_second(count: int, work: Callable[[], object]) -> float:
    """The best of five, in processor time."""
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return count / best


def decoding(text: str) -> tuple[float, int]:
    lines = [line(number, text) for number in range(COUNT)]

    def work() -> None:
        recent = Recent()
        for start in range(0, COUNT, CHUNK):
            decode_lines(lines[start : start + CHUNK], NOW, defaults=DEFAULTS, recent=recent)

    return per_second(COUNT, work), len(lines[COUNT // 2])


async def reading(path: Path, columns: dict[str, str | list[str]]) -> tuple[int, int, float]:
    feed = JsonlFeed(JsonlFeedSettings(name="f", path=path, columns=columns or None, platform="news"))
    start, mentions, letters = time.process_time(), 0, 0
    async for batch in feed.read(None):
        mentions += len(batch.mentions)
        letters += len(batch.dead_letters)
    return mentions, letters, mentions / (time.process_time() - start)


def main(arguments: list[str]) -> None:
    for name, text in (("clean", CLEAN), ("to repair", HOSTILE)):
        rate, size = decoding(text)
        print(f"{name}: {rate:,.0f} mentions/s ({size} bytes a line)")
    mentions = decode_lines([line(number, CLEAN) for number in range(COUNT)], NOW).mentions
    print(f"encode: {per_second(COUNT, lambda: [encode(each) for each in mentions]):,.0f} mentions/s")
    if arguments:
        columns: dict[str, str | list[str]] = dict(pair.split("=", 1) for pair in arguments[1:])
        count, letters, rate = asyncio.run(reading(Path(arguments[0]), columns))
        print(f"file: {count:,} mentions, {letters} dead letters, {rate:,.0f} mentions/s")


if __name__ == "__main__":
    main(sys.argv[1:])
