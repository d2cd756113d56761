"""Matched mentions: their authors are pseudonyms, their texts go with a deletion or with time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from alerts.store.kept import MOST_FORGOTTEN
from alerts.store.rows import MENTION, mention_of, row_of
from alerts.store.store import StoredMention
from alerts.store.times import micros

ADD = """
INSERT INTO mentions VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
ON CONFLICT (id) DO UPDATE SET
    topics = excluded.topics, thread = excluded.thread, platform = excluded.platform, kind = excluded.kind,
    author = excluded.author, followers = excluded.followers, official = excluded.official,
    text = excluded.text, language = excluded.language, url = excluded.url,
    negativity = excluded.negativity, published_at = excluded.published_at, deleted = excluded.deleted,
    weight = excluded.weight
"""

OF_TOPIC = f"""
SELECT {MENTION} FROM mentions JOIN (
    SELECT mention FROM mention_topics WHERE topic = :topic AND published_at >= :start AND published_at < :end
) ON mention = number
WHERE :thread IS NULL OR thread = :thread
ORDER BY deleted, weight DESC, published_at, id LIMIT :limit
"""  # noqa: S608 the columns are a constant of ours; all that comes from outside is a parameter


def add(db: sqlite3.Connection, mentions: Iterable[StoredMention], key: bytes) -> None:
    """Add or replace by id. What was deleted stays deleted, whatever comes late."""
    for mention in mentions:
        there = _there(db, mention.id)
        if there is None and not _is_forgotten(db, mention.id):
            _insert(db, mention, key, None)
        elif there is not None and not there[3]:
            _leave_topics(db, *there[:3])
            _insert(db, mention, key, there[0])


def forget(db: sqlite3.Connection, mention_id: str) -> None:
    """Drop text, author and address; keep id, times and counts. An unknown id is kept out when it comes."""
    forgotten = db.execute(
        "UPDATE mentions SET text = '', author = NULL, url = NULL, deleted = 1 WHERE id = ?", (mention_id,)
    )
    if forgotten.rowcount == 0:
        db.execute("INSERT OR IGNORE INTO forgotten (id) VALUES (?)", (mention_id,))


def of_topic(
    db: sqlite3.Connection, topic: str, start: datetime, end: datetime, *, thread: str | None, limit: int
) -> list[StoredMention]:
    """Those of a topic in `[start, end)`, the most negative and furthest reaching first."""
    asked = {"topic": topic, "start": micros(start), "end": micros(end)}
    return [mention_of(row) for row in db.execute(OF_TOPIC, {**asked, "thread": thread, "limit": limit})]


def one(db: sqlite3.Connection, mention_id: str) -> StoredMention | None:
    """The mention with this id, if it is kept."""
    row = db.execute(f"SELECT {MENTION} FROM mentions WHERE id = ?", (mention_id,)).fetchone()  # noqa: S608 a constant of ours
    return mention_of(row) if row else None


def prune(db: sqlite3.Connection, text_before: datetime, all_before: datetime) -> None:
    """Drop texts and authors that are older than one time, and whole mentions older than another."""
    db.execute(
        "UPDATE mentions SET text = '', author = NULL, url = NULL "
        "WHERE published_at < ? AND (text <> '' OR author IS NOT NULL OR url IS NOT NULL)",
        (micros(text_before),),
    )
    db.execute(
        "DELETE FROM forgotten WHERE number <= (SELECT max(number) FROM forgotten) - ?", (MOST_FORGOTTEN,)
    )
    db.execute("DELETE FROM mention_topics WHERE published_at < ?", (micros(all_before),))
    db.execute("DELETE FROM mentions WHERE published_at < ?", (micros(all_before),))


def _is_forgotten(db: sqlite3.Connection, mention_id: str) -> bool:
    return db.execute("SELECT 1 FROM forgotten WHERE id = ?", (mention_id,)).fetchone() is not None


def _there(db: sqlite3.Connection, mention_id: str) -> tuple[int, str, int, int] | None:
    found: tuple[int, str, int, int] | None = db.execute(
        "SELECT number, topics, published_at, deleted FROM mentions WHERE id = ?", (mention_id,)
    ).fetchone()
    return found


def _leave_topics(db: sqlite3.Connection, number: int, topics: str, published_at: int) -> None:
    rows = [(topic, published_at, number) for topic in json.loads(topics)]
    db.executemany("DELETE FROM mention_topics WHERE topic = ? AND published_at = ? AND mention = ?", rows)


def _insert(db: sqlite3.Connection, mention: StoredMention, key: bytes, number: int | None) -> None:
    published_at = micros(mention.published_at)
    row = (number, *row_of(mention, key))
    rowid = db.execute(ADD, row).lastrowid if number is None else _replace(db, row)
    rows = [(topic, published_at, rowid) for topic in set(mention.topics)]
    db.executemany("INSERT INTO mention_topics VALUES (?, ?, ?)", rows)


def _replace(db: sqlite3.Connection, row: tuple[object, ...]) -> object:
    db.execute(ADD, row)
    return row[0]
