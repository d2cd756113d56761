"""Incidents as JSON with the columns that are searched; the audit, which only grows; actions taken."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from alerts.lifecycle import State
from alerts.records import AuditEntry, Incident
from alerts.store.times import micros, when


def put(db: sqlite3.Connection, incident: Incident) -> None:
    """Write an incident, new or changed."""
    row = (
        incident.id,
        incident.topic,
        incident.state,
        micros(incident.opened_at),
        incident.model_dump_json(),
    )
    db.execute("INSERT OR REPLACE INTO incidents VALUES (?, ?, ?, ?, ?)", row)


def one(db: sqlite3.Connection, incident_id: str) -> Incident | None:
    """The incident with this id, if there is one."""
    row = db.execute("SELECT body FROM incidents WHERE id = ?", (incident_id,)).fetchone()
    return Incident.model_validate_json(row[0]) if row else None


def several(
    db: sqlite3.Connection, states: Sequence[State] | None, topic: str | None, limit: int
) -> list[Incident]:
    """Those in one of the states (None: any) and of a topic (None: any), the newest first."""
    where, asked = ["1"], list[object]()
    if states is not None:
        where.append(f"state IN ({', '.join('?' * len(states))})")
        asked += states
    if topic is not None:
        where.append("topic = ?")
        asked.append(topic)
    query = f"SELECT body FROM incidents WHERE {' AND '.join(where)} ORDER BY opened_at DESC, id LIMIT ?"  # noqa: S608 only question marks
    return [Incident.model_validate_json(body) for (body,) in db.execute(query, (*asked, limit))]


def add_audit(db: sqlite3.Connection, entries: Iterable[AuditEntry]) -> None:
    """Append lines to the audit."""
    rows = ((entry.incident, micros(entry.at), entry.by, entry.what, entry.detail) for entry in entries)
    db.executemany("INSERT INTO audit (incident, at, by, what, detail) VALUES (?, ?, ?, ?, ?)", rows)


def audit(db: sqlite3.Connection, incident_id: str) -> list[AuditEntry]:
    """The lines of an incident, in the order they were written."""
    rows = db.execute(
        "SELECT at, by, what, detail FROM audit WHERE incident = ? ORDER BY number", (incident_id,)
    )
    return [
        AuditEntry(incident=incident_id, at=when(at), by=by, what=what, detail=detail)
        for at, by, what, detail in rows
    ]


def seen_action(db: sqlite3.Connection, action_id: str) -> bool:
    """Whether the action was taken before; remembers it if not."""
    return db.execute("INSERT OR IGNORE INTO actions VALUES (?)", (action_id,)).rowcount == 0
