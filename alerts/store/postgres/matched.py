"""Matched mentions: their authors are pseudonyms, their texts go with a deletion or with time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from psycopg import Connection

from alerts.store.kept import MOST_FORGOTTEN
from alerts.store.rows import MENTION, mention_of, row_of
from alerts.store.store import StoredMention
from alerts.store.times import micros

ADD: Final = f"""
INSERT INTO mentions ({MENTION}, weight)
SELECT * FROM unnest(
    %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::boolean[],
    %s::text[], %s::text[], %s::text[], %s::float8[], %s::bigint[], %s::boolean[], %s::float8[])
ON CONFLICT (id) DO UPDATE SET
    topics = excluded.topics, thread = excluded.thread, platform = excluded.platform, kind = excluded.kind,
    author = excluded.author, followers = excluded.followers, official = excluded.official,
    text = excluded.text, language = excluded.language, url = excluded.url,
    negativity = excluded.negativity, published_at = excluded.published_at, deleted = excluded.deleted,
    weight = excluded.weight
WHERE NOT mentions.deleted
RETURNING number, id
"""  # noqa: S608 the columns are a constant of ours; all that comes from outside is a parameter

FORGET: Final = """
INSERT INTO mentions (id, topics, thread, platform, official, text, negativity, deleted, weight)
VALUES (%s, '[]', '', '', false, '', 0, true, 0)
ON CONFLICT (id) DO UPDATE SET text = '', author = NULL, url = NULL, deleted = true
"""
"""One that has not come is kept out by a row that says only that it was deleted."""

OF_TOPIC: Final = f"""
SELECT {MENTION} FROM mentions JOIN (
    SELECT mention FROM mention_topics
    WHERE topic = %(topic)s AND published_at >= %(start)s AND published_at < %(end)s
) AS of_topic ON mention = number
WHERE %(thread)s::text IS NULL OR thread = %(thread)s
ORDER BY deleted, weight DESC, published_at, id LIMIT %(limit)s
"""  # noqa: S608 a constant of ours

PRUNE: Final = (
    "UPDATE mentions SET text = '', author = NULL, url = NULL"
    " WHERE published_at < %(text)s AND (text <> '' OR author IS NOT NULL OR url IS NOT NULL)",
    "DELETE FROM mentions WHERE published_at IS NULL AND number <="
    " (SELECT number FROM mentions WHERE published_at IS NULL ORDER BY number DESC OFFSET %(most)s LIMIT 1)",
    "DELETE FROM mention_topics WHERE published_at < %(all)s",
    "DELETE FROM mentions WHERE published_at < %(all)s",
)


def add(db: Connection, mentions: Iterable[StoredMention], key: bytes) -> None:
    """Add or replace by id. What was deleted stays deleted, whatever comes late."""
    given = sorted(_last_of_each(mentions), key=lambda mention: mention.id)  # all workers lock in one order
    if not given:
        return
    columns = [list(column) for column in zip(*(row_of(mention, key) for mention in given), strict=True)]
    numbers = {name: number for number, name in db.execute(ADD, columns)}
    changed = [(numbers[mention.id], mention) for mention in given if mention.id in numbers]
    _put_topics(db, changed)


def forget(db: Connection, mention_id: str) -> None:
    """Drop text, author and address; keep id, times and counts. An unknown id is kept out when it comes."""
    db.execute(FORGET, (mention_id,))


def of_topic(
    db: Connection, topic: str, start: datetime, end: datetime, *, thread: str | None, limit: int
) -> list[StoredMention]:
    """Those of a topic in `[start, end)`, the most negative and furthest reaching first."""
    asked = {"topic": topic, "start": micros(start), "end": micros(end), "thread": thread, "limit": limit}
    return [mention_of(row) for row in db.execute(OF_TOPIC, asked)]


def one(db: Connection, mention_id: str) -> StoredMention | None:
    """The mention with this id, if it is kept."""
    query = f"SELECT {MENTION} FROM mentions WHERE id = %s AND published_at IS NOT NULL"  # noqa: S608 a constant of ours
    row = db.execute(query, (mention_id,)).fetchone()
    return mention_of(row) if row else None


def prune(db: Connection, text_before: datetime, all_before: datetime) -> None:
    """Drop texts and authors that are older than one time, and whole mentions older than another."""
    asked = {"text": micros(text_before), "all": micros(all_before), "most": MOST_FORGOTTEN}
    for statement in PRUNE:
        db.execute(statement, asked)


def _last_of_each(mentions: Iterable[StoredMention]) -> list[StoredMention]:
    """Of each id the last; none that comes after a deletion."""
    last: dict[str, StoredMention] = {}
    for mention in mentions:
        before = last.get(mention.id)
        if before is None or not before.deleted:
            last[mention.id] = mention
    return list(last.values())


def _put_topics(db: Connection, changed: Sequence[tuple[int, StoredMention]]) -> None:
    db.execute("DELETE FROM mention_topics WHERE mention = ANY(%s)", ([number for number, _ in changed],))
    rows = [
        (topic, micros(mention.published_at), number)
        for number, mention in changed
        for topic in set(mention.topics)
    ]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        db.execute(
            "INSERT INTO mention_topics SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[])", columns
        )
