"""What people say of single posts: neg, neu or pos. A label goes where its text goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg import Connection

from alerts.store.store import LabelledPost
from alerts.store.times import micros


def put(db: Connection, mention_id: str, label: str, by: str, at: datetime) -> None:
    """Keep the label of a post whose text is there; the last word counts."""
    db.execute(
        "INSERT INTO labels SELECT id, %s, %s, %s FROM mentions WHERE id = %s AND text <> '' FOR UPDATE"
        " ON CONFLICT (mention) DO UPDATE SET label = excluded.label, by = excluded.by, at = excluded.at",
        (label, by, micros(at), mention_id),
    )


def of(db: Connection, mention_ids: Sequence[str]) -> dict[str, str]:
    """The labels of those posts that have one."""
    rows = db.execute("SELECT mention, label FROM labels WHERE mention = ANY(%s)", (list(mention_ids),))
    return dict(rows.fetchall())


def posts(db: Connection) -> list[LabelledPost]:
    """All labelled posts, the oldest label first."""
    rows = db.execute(
        "SELECT text, language, label FROM labels JOIN mentions ON id = mention ORDER BY at, mention"
    )
    return [LabelledPost(*row) for row in rows]


def forget(db: Connection, mention_id: str) -> None:
    """Drop the label of a post that was deleted."""
    db.execute("DELETE FROM labels WHERE mention = %s", (mention_id,))


def prune(db: Connection) -> None:
    """Drop the labels whose text is gone."""
    db.execute(
        "DELETE FROM labels WHERE NOT EXISTS (SELECT 1 FROM mentions WHERE id = mention AND text <> '')"
    )
