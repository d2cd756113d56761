"""Ledgers: typed entries that only grow, for what people do beside incidents."""

from __future__ import annotations

import json
from collections.abc import Iterable

from psycopg import Connection

from alerts.records import LedgerEntry
from alerts.store.times import micros, when


def add(db: Connection, entries: Iterable[LedgerEntry]) -> None:
    """Append; the same id in a ledger twice changes nothing."""
    rows = [
        (one.ledger, one.id, micros(one.at), one.by, one.about, json.dumps(one.body, ensure_ascii=True))
        for one in entries
    ]
    db.cursor().executemany(
        "INSERT INTO ledger (ledger, id, at, by, about, body) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        rows,
    )


def newest(db: Connection, ledger: str, about: str | None, limit: int) -> list[LedgerEntry]:
    """Those of a ledger (and of one subject), the newest first; of one time, the last written first."""
    rows = db.execute(
        "SELECT id, at, by, about, body FROM ledger WHERE ledger = %(ledger)s"
        " AND (%(about)s::text IS NULL OR about = %(about)s) ORDER BY at DESC, number DESC LIMIT %(limit)s",
        {"ledger": ledger, "about": about, "limit": limit},
    )
    return [
        LedgerEntry(ledger=ledger, id=entry, at=when(at), by=by, about=subject, body=json.loads(body))
        for entry, at, by, subject, body in rows
    ]
