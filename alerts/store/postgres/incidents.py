"""Incidents as JSON with the columns that are searched; the audit, which only grows; actions taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from psycopg import Connection

from alerts.lifecycle import State
from alerts.records import AuditEntry, Incident
from alerts.store.postgres.locks import lock_name
from alerts.store.times import micros, when

PUT: Final = """
INSERT INTO incidents VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET
    topic = excluded.topic, state = excluded.state, opened_at = excluded.opened_at, body = excluded.body
"""

SEVERAL: Final = """
SELECT body FROM incidents
WHERE (%(states)s::text[] IS NULL OR state = ANY(%(states)s))
  AND (%(topic)s::text IS NULL OR topic = %(topic)s)
ORDER BY opened_at DESC, id LIMIT %(limit)s
"""


def lock(db: Connection, incident_id: str) -> None:
    """Hold an incident until this transaction ends, also one that is not there yet: one worker at a time."""
    lock_name(db, "incident", incident_id)


def put(db: Connection, incident: Incident) -> None:
    """Write an incident, new or changed."""
    row = (
        incident.id,
        incident.topic,
        str(incident.state),
        micros(incident.opened_at),
        incident.model_dump_json(),
    )
    db.execute(PUT, row)


def one(db: Connection, incident_id: str) -> Incident | None:
    """The incident with this id, if there is one."""
    row = db.execute("SELECT body FROM incidents WHERE id = %s", (incident_id,)).fetchone()
    return Incident.model_validate_json(row[0]) if row else None


def several(db: Connection, states: Sequence[State] | None, topic: str | None, limit: int) -> list[Incident]:
    """Those in one of the states (None: any) and of a topic (None: any), the newest first."""
    wanted = None if states is None else [str(state) for state in states]
    rows = db.execute(SEVERAL, {"states": wanted, "topic": topic, "limit": limit})
    return [Incident.model_validate_json(body) for (body,) in rows]


def add_audit(db: Connection, entries: Iterable[AuditEntry]) -> None:
    """Append lines to the audit."""
    rows = [(entry.incident, micros(entry.at), entry.by, entry.what, entry.detail) for entry in entries]
    db.cursor().executemany(
        "INSERT INTO audit (incident, at, by, what, detail) VALUES (%s, %s, %s, %s, %s)", rows
    )


def audit(db: Connection, incident_id: str) -> list[AuditEntry]:
    """The lines of an incident, in the order they were written."""
    rows = db.execute(
        "SELECT at, by, what, detail FROM audit WHERE incident = %s ORDER BY number", (incident_id,)
    )
    return [
        AuditEntry(incident=incident_id, at=when(at), by=by, what=what, detail=detail)
        for at, by, what, detail in rows
    ]


def seen_action(db: Connection, action_id: str) -> bool:
    """Whether the action was taken before; remembers it if not."""
    return db.execute("INSERT INTO actions VALUES (%s) ON CONFLICT DO NOTHING", (action_id,)).rowcount == 0
