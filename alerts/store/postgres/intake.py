"""What feeds bring in: the queue of mentions, cursors, gaps, dead letters; and the engine's state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from psycopg import Connection

from alerts.store.kept import event_digest
from alerts.store.postgres.locks import QUEUE, lock
from alerts.store.times import micros, when
from streams.records import DeadLetter, Gap, Mention

ACCEPT: Final = """
INSERT INTO seen SELECT event, %s FROM unnest(%b::bytea[]) AS event ON CONFLICT DO NOTHING RETURNING event
"""
QUEUE_UP: Final = """
INSERT INTO queue (body)
SELECT body FROM unnest(%s::text[]) WITH ORDINALITY AS given (body, place) ORDER BY place
"""


def accept(db: Connection, mentions: Iterable[Mention], received_at: datetime) -> int:
    """Queue the mentions whose event was not seen before; returns how many.

    One transaction at a time, so that positions rise in the order in which they become visible.
    """
    first: dict[bytes, Mention] = {}
    for mention in mentions:
        first.setdefault(event_digest(mention.event_key), mention)
    if not first:
        return 0
    lock(db, QUEUE)
    new = {bytes(event) for (event,) in db.execute(ACCEPT, (micros(received_at), sorted(first)))}
    bodies = [_body(mention) for event, mention in first.items() if event in new]
    if bodies:
        db.execute(QUEUE_UP, (bodies,))
    return len(bodies)


def take(db: Connection, limit: int) -> list[tuple[int, Mention]]:
    """The oldest queued mentions with their positions."""
    rows = db.execute("SELECT position, body FROM queue ORDER BY position LIMIT %s", (limit,))
    return [(position, Mention.model_validate_json(body)) for position, body in rows]


def done_until(db: Connection, position: int) -> None:
    """Drop what was taken in from the queue; positions are never used again."""
    db.execute("DELETE FROM queue WHERE position <= %s", (position,))


def set_cursor(db: Connection, feed: str, cursor: str | None) -> None:
    """How far a feed was read."""
    db.execute(
        "INSERT INTO cursors VALUES (%s, %s) ON CONFLICT (feed) DO UPDATE SET cursor = excluded.cursor",
        (feed, cursor),
    )


def cursor(db: Connection, feed: str) -> str | None:
    """How far a feed was read; None at its beginning."""
    row = db.execute("SELECT cursor FROM cursors WHERE feed = %s", (feed,)).fetchone()
    return row[0] if row else None


def add_gaps(db: Connection, gaps: Iterable[Gap]) -> None:
    """Remember stretches that were not seen."""
    rows = [(gap.feed, micros(gap.start), micros(gap.end), gap.reason) for gap in gaps]
    db.cursor().executemany(
        "INSERT INTO gaps VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (feed, start_at, end_at) DO UPDATE SET reason = excluded.reason",
        rows,
    )


def gaps(db: Connection, start: datetime, end: datetime) -> list[Gap]:
    """Those that reach into `[start, end)`, by their start."""
    rows = db.execute(
        "SELECT feed, start_at, end_at, reason FROM gaps WHERE start_at < %s AND end_at > %s"
        " ORDER BY start_at, feed",
        (micros(end), micros(start)),
    )
    return [
        Gap(feed=feed, start=when(low), end=when(high), reason=reason) for feed, low, high, reason in rows
    ]


def add_dead_letters(db: Connection, letters: Iterable[DeadLetter]) -> None:
    """Keep input that could not be used."""
    rows = [(micros(letter.seen_at), letter.model_dump_json()) for letter in letters]
    db.cursor().executemany("INSERT INTO dead_letters (seen_at, body) VALUES (%s, %s)", rows)


def dead_letters(db: Connection, limit: int) -> list[DeadLetter]:
    """The newest first."""
    rows = db.execute("SELECT body FROM dead_letters ORDER BY number DESC LIMIT %s", (limit,))
    return [DeadLetter.model_validate_json(body) for (body,) in rows]


def save_state(db: Connection, blobs: Mapping[str, bytes | None]) -> None:
    """Write the changed parts of the engine's state; None deletes a key."""
    gone = [key for key, blob in blobs.items() if blob is None]
    kept = {key: blob for key, blob in blobs.items() if blob is not None}
    if gone:
        db.execute("DELETE FROM state WHERE key = ANY(%s)", (gone,))
    if kept:
        db.execute(
            "INSERT INTO state SELECT * FROM unnest(%s::text[], %b::bytea[])"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (list(kept), list(kept.values())),
        )


def load_state(db: Connection) -> dict[str, bytes]:
    """The engine's whole state."""
    return dict(db.cursor(binary=True).execute("SELECT key, value FROM state").fetchall())


def prune(db: Connection, seen_before: datetime, text_before: datetime, gaps_before: datetime) -> None:
    """Forget events seen, dead letters and gaps that are older."""
    db.execute("DELETE FROM seen WHERE seen_at < %s", (micros(seen_before),))
    db.execute("DELETE FROM dead_letters WHERE seen_at < %s", (micros(text_before),))
    db.execute("DELETE FROM gaps WHERE end_at < %s", (micros(gaps_before),))


def _body(mention: Mention) -> str:
    return mention.model_dump_json(by_alias=True, exclude_defaults=True)
