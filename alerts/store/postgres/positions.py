"""How far each source was taken in, so that what comes twice changes nothing the second time."""

from __future__ import annotations

from psycopg import Connection

from alerts.store.postgres.locks import lock_name


def one(db: Connection, source: str) -> int | None:
    """The highest offset taken in of a source; None at its beginning. Others wait for this transaction."""
    lock_name(db, "source", source)
    row = db.execute("SELECT taken FROM positions WHERE source = %s", (source,)).fetchone()
    return row[0] if row else None


def put(db: Connection, source: str, offset: int | None) -> None:
    """Remember an offset; a lower one changes nothing, None forgets the source."""
    if offset is None:
        db.execute("DELETE FROM positions WHERE source = %s", (source,))
        return
    db.execute(
        "INSERT INTO positions VALUES (%s, %s)"
        " ON CONFLICT (source) DO UPDATE SET taken = greatest(positions.taken, excluded.taken)",
        (source, offset),
    )


def every(db: Connection) -> dict[str, int]:
    """The offsets of all sources."""
    return dict(db.execute("SELECT source, taken FROM positions").fetchall())
