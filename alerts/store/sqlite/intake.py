"""What feeds bring in: the queue of mentions, cursors, gaps, dead letters; and the engine's state."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime

from alerts.store.kept import event_digest
from alerts.store.times import micros, when
from streams.records import DeadLetter, Gap, Mention


def accept(db: sqlite3.Connection, mentions: Iterable[Mention], received_at: datetime) -> int:
    """Queue the mentions whose event was not seen before; returns how many."""
    at, new = micros(received_at), 0
    for mention in mentions:
        event = event_digest(mention.event_key)
        if db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (event, at)).rowcount:
            body = mention.model_dump_json(by_alias=True, exclude_defaults=True)
            db.execute("INSERT INTO queue (body) VALUES (?)", (body,))
            new += 1
    return new


def take(db: sqlite3.Connection, limit: int) -> list[tuple[int, Mention]]:
    """The oldest queued mentions with their positions."""
    rows = db.execute("SELECT position, body FROM queue ORDER BY position LIMIT ?", (limit,))
    return [(position, Mention.model_validate_json(body)) for position, body in rows]


def done_until(db: sqlite3.Connection, position: int) -> None:
    """Drop what was taken in from the queue; positions are never used again."""
    db.execute("DELETE FROM queue WHERE position <= ?", (position,))


def set_cursor(db: sqlite3.Connection, feed: str, cursor: str | None) -> None:
    """How far a feed was read."""
    db.execute("INSERT OR REPLACE INTO cursors VALUES (?, ?)", (feed, cursor))


def cursor(db: sqlite3.Connection, feed: str) -> str | None:
    """How far a feed was read; None at its beginning."""
    row = db.execute("SELECT cursor FROM cursors WHERE feed = ?", (feed,)).fetchone()
    return row[0] if row else None


def add_gaps(db: sqlite3.Connection, gaps: Iterable[Gap]) -> None:
    """Remember stretches that were not seen."""
    rows = ((gap.feed, micros(gap.start), micros(gap.end), gap.reason) for gap in gaps)
    db.executemany("INSERT OR REPLACE INTO gaps VALUES (?, ?, ?, ?)", rows)


def gaps(db: sqlite3.Connection, start: datetime, end: datetime) -> list[Gap]:
    """Those that reach into `[start, end)`, by their start."""
    rows = db.execute(
        "SELECT feed, start_at, end_at, reason FROM gaps WHERE start_at < ? AND end_at > ?"
        " ORDER BY start_at, feed",
        (micros(end), micros(start)),
    )
    return [
        Gap(feed=feed, start=when(low), end=when(high), reason=reason) for feed, low, high, reason in rows
    ]


def add_dead_letters(db: sqlite3.Connection, letters: Iterable[DeadLetter]) -> None:
    """Keep input that could not be used."""
    rows = ((micros(letter.seen_at), letter.model_dump_json()) for letter in letters)
    db.executemany("INSERT INTO dead_letters (seen_at, body) VALUES (?, ?)", rows)


def dead_letters(db: sqlite3.Connection, limit: int) -> list[DeadLetter]:
    """The newest first."""
    rows = db.execute("SELECT body FROM dead_letters ORDER BY number DESC LIMIT ?", (limit,))
    return [DeadLetter.model_validate_json(body) for (body,) in rows]


def save_state(db: sqlite3.Connection, blobs: Mapping[str, bytes | None]) -> None:
    """Write the changed parts of the engine's state; None deletes a key."""
    gone = [(key,) for key, blob in blobs.items() if blob is None]
    kept = [(key, blob) for key, blob in blobs.items() if blob is not None]
    db.executemany("DELETE FROM state WHERE key = ?", gone)
    db.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", kept)


def load_state(db: sqlite3.Connection) -> dict[str, bytes]:
    """The engine's whole state."""
    return dict(db.execute("SELECT key, value FROM state"))


def prune(
    db: sqlite3.Connection, seen_before: datetime, text_before: datetime, gaps_before: datetime
) -> None:
    """Forget events seen, dead letters and gaps that are older."""
    db.execute("DELETE FROM seen WHERE seen_at < ?", (micros(seen_before),))
    db.execute("DELETE FROM dead_letters WHERE seen_at < ?", (micros(text_before),))
    db.execute("DELETE FROM gaps WHERE end_at < ?", (micros(gaps_before),))
