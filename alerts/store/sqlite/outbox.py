"""Notices on their way: a lane for each receiver and incident, whose first is given out, leased."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.records import Notice
from alerts.store.rows import DELIVERY, delivery_of
from alerts.store.store import Delivery
from alerts.store.times import micros

DUE = f"""
SELECT {DELIVERY} FROM outbox AS this
WHERE state = 'waiting' AND due_at <= :now AND leased_until <= :now
  AND (:receiver IS NULL OR receiver = :receiver)
  AND NOT EXISTS (
    SELECT 1 FROM outbox AS earlier
    WHERE earlier.state = 'waiting' AND earlier.receiver = this.receiver
      AND earlier.incident = this.incident AND earlier.number < this.number)
ORDER BY due_at, number LIMIT :limit
"""  # noqa: S608 the columns are a constant of ours; all that comes from outside is a parameter


def enqueue(db: sqlite3.Connection, notice: Notice, receivers: Sequence[str], due_at: datetime) -> None:
    """Queue a notice to each receiver; the same notice to the same receiver again changes nothing."""
    body, due = notice.model_dump_json(), micros(due_at)
    db.executemany(
        "INSERT OR IGNORE INTO outbox (receiver, notice, incident, body, due_at) VALUES (?, ?, ?, ?, ?)",
        [(receiver, notice.id, notice.incident.id, body, due) for receiver in receivers],
    )


def due(db: sqlite3.Connection, now: datetime, limit: int, receiver: str | None) -> list[Delivery]:
    """The first of each lane that is due and not leased, oldest due first."""
    rows = db.execute(DUE, {"now": micros(now), "receiver": receiver, "limit": limit})
    return [delivery_of(row) for row in rows]


def lease(db: sqlite3.Connection, deliveries: Sequence[Delivery], until: datetime) -> None:
    """Keep deliveries from being given out again before `until`."""
    rows = [(micros(until), delivery.id) for delivery in deliveries]
    db.executemany("UPDATE outbox SET leased_until = ? WHERE number = ?", rows)


def claim(
    db: sqlite3.Connection, now: datetime, limit: int, lease_for: timedelta, receiver: str | None
) -> list[Delivery]:
    """Those that are due, leased."""
    found = due(db, now, limit, receiver)
    lease(db, found, now + lease_for)
    return found


def mark_sent(db: sqlite3.Connection, delivery: int, at: datetime) -> None:
    """Accepted by the receiver."""
    db.execute(
        "UPDATE outbox SET state = 'sent', attempts = attempts + 1, sent_at = ?, last_error = NULL"
        " WHERE number = ?",
        (micros(at), delivery),
    )


def mark_failed(db: sqlite3.Connection, delivery: int, error: str, retry_at: datetime | None) -> None:
    """One more attempt in vain; None: given up. What was sent meanwhile by another stays sent."""
    db.execute(
        "UPDATE outbox SET attempts = attempts + 1, last_error = :error, leased_until = 0,"
        " due_at = coalesce(:retry_at, due_at), state = iif(:retry_at IS NULL, 'failed', 'waiting')"
        " WHERE number = :delivery AND state = 'waiting'",
        {"error": error, "retry_at": micros(retry_at) if retry_at else None, "delivery": delivery},
    )


def mark_skipped(db: sqlite3.Connection, delivery: int, why: str) -> None:
    """Not sent, for a reason."""
    db.execute(
        "UPDATE outbox SET state = 'skipped', last_error = ? WHERE number = ? AND state = 'waiting'",
        (why, delivery),
    )


def of_incident(db: sqlite3.Connection, incident_id: str) -> list[Delivery]:
    """All deliveries of an incident, in the order they were queued."""
    rows = db.execute(
        f"SELECT {DELIVERY} FROM outbox WHERE incident = ? ORDER BY number",  # noqa: S608 columns are a constant
        (incident_id,),
    )
    return [delivery_of(row) for row in rows]
