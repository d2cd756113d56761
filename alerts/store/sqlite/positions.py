"""How far each source was taken in, so that what comes twice changes nothing the second time."""

from __future__ import annotations

import sqlite3


def one(db: sqlite3.Connection, source: str) -> int | None:
    """The highest offset taken in of a source; None at its beginning."""
    row = db.execute("SELECT taken FROM positions WHERE source = ?", (source,)).fetchone()
    return row[0] if row else None


def put(db: sqlite3.Connection, source: str, offset: int | None) -> None:
    """Remember an offset; a lower one changes nothing, None forgets the source."""
    if offset is None:
        db.execute("DELETE FROM positions WHERE source = ?", (source,))
        return
    db.execute(
        "INSERT INTO positions VALUES (?, ?)"
        " ON CONFLICT (source) DO UPDATE SET taken = max(taken, excluded.taken)",
        (source, offset),
    )


def every(db: sqlite3.Connection) -> dict[str, int]:
    """The offsets of all sources."""
    return dict(db.execute("SELECT source, taken FROM positions"))
