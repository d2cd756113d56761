"""What people say of single posts: neg, neu or pos. A label goes where its text goes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from alerts.store.store import LabelledPost
from alerts.store.times import micros

AT_ONCE = 500  # parameters of one query


def put(db: sqlite3.Connection, mention_id: str, label: str, by: str, at: datetime) -> None:
    """Keep the label of a post whose text is there; the last word counts."""
    db.execute(
        "INSERT INTO labels SELECT id, ?, ?, ? FROM mentions WHERE id = ? AND text <> ''"
        " ON CONFLICT (mention) DO UPDATE SET label = excluded.label, by = excluded.by, at = excluded.at",
        (label, by, micros(at), mention_id),
    )


def of(db: sqlite3.Connection, mention_ids: Sequence[str]) -> dict[str, str]:
    """The labels of those posts that have one."""
    found: dict[str, str] = {}
    for start in range(0, len(mention_ids), AT_ONCE):
        part = mention_ids[start : start + AT_ONCE]
        marks = ", ".join("?" * len(part))
        found |= dict(db.execute(f"SELECT mention, label FROM labels WHERE mention IN ({marks})", part))  # noqa: S608 only question marks
    return found


def posts(db: sqlite3.Connection) -> list[LabelledPost]:
    """All labelled posts, the oldest label first."""
    rows = db.execute(
        "SELECT text, language, label FROM labels JOIN mentions ON id = mention ORDER BY at, mention"
    )
    return [LabelledPost(*row) for row in rows]


def forget(db: sqlite3.Connection, mention_id: str) -> None:
    """Drop the label of a post that was deleted."""
    db.execute("DELETE FROM labels WHERE mention = ?", (mention_id,))


def prune(db: sqlite3.Connection) -> None:
    """Drop the labels whose text is gone."""
    db.execute("DELETE FROM labels WHERE mention NOT IN (SELECT id FROM mentions WHERE text <> '')")
