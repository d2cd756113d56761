"""Notices on their way: a lane for each receiver and incident, whose first is given out, leased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from psycopg import Connection

from alerts.records import Notice
from alerts.store.postgres.incidents import lock
from alerts.store.rows import DELIVERY, delivery_of
from alerts.store.store import Delivery
from alerts.store.times import micros

CLAIM: Final = f"""
UPDATE outbox SET leased_until = %(until)s WHERE number = ANY (ARRAY (
    SELECT number FROM outbox AS this
    WHERE state = 'waiting' AND due_at <= %(now)s AND leased_until <= %(now)s
      AND {{whose}}
      AND number = (
        SELECT min(lane.number) FROM outbox AS lane
        WHERE lane.state = 'waiting' AND lane.receiver = this.receiver AND lane.incident = this.incident)
    ORDER BY due_at, number LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
RETURNING {DELIVERY}
"""  # noqa: S608 the columns are a constant of ours; all that comes from outside is a parameter
"""Who comes at the same moment skips what is being leased, and finds what follows it still held back.

The lane's first is asked for by itself: as a join it takes seconds while the table's statistics are missing.
"""

FAILED: Final = """
UPDATE outbox SET attempts = attempts + 1, last_error = %(error)s, leased_until = 0,
    due_at = coalesce(%(retry_at)s::bigint, due_at),
    state = CASE WHEN %(retry_at)s::bigint IS NULL THEN 'failed' ELSE 'waiting' END
WHERE number = %(delivery)s AND state = 'waiting'
"""


def enqueue(db: Connection, notice: Notice, receivers: Sequence[str], due_at: datetime) -> None:
    """Queue a notice to each receiver; the same notice to the same receiver again changes nothing.

    The incident is held until the transaction ends, so that its notices are numbered as they become visible.
    """
    lock(db, notice.incident.id)
    body, due = notice.model_dump_json(), micros(due_at)
    db.cursor().executemany(
        "INSERT INTO outbox (receiver, notice, incident, body, due_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [(receiver, notice.id, notice.incident.id, body, due) for receiver in receivers],
    )


def claim(
    db: Connection, now: datetime, limit: int, lease_for: timedelta, receiver: str | None
) -> list[Delivery]:
    """Those that are due, leased, oldest due first."""
    asked = {"now": micros(now), "until": micros(now + lease_for), "receiver": receiver, "limit": limit}
    query = CLAIM.format(whose="receiver = %(receiver)s" if receiver else "true")
    found = [delivery_of(row) for row in db.execute(query, asked)]
    return sorted(found, key=lambda delivery: (delivery.due_at, delivery.id))


def mark_sent(db: Connection, delivery: int, at: datetime) -> None:
    """Accepted by the receiver."""
    db.execute(
        "UPDATE outbox SET state = 'sent', attempts = attempts + 1, sent_at = %s, last_error = NULL"
        " WHERE number = %s",
        (micros(at), delivery),
    )


def mark_failed(db: Connection, delivery: int, error: str, retry_at: datetime | None) -> None:
    """One more attempt in vain; None: given up. What was sent meanwhile by another stays sent."""
    asked = {"error": error, "retry_at": micros(retry_at) if retry_at else None, "delivery": delivery}
    db.execute(FAILED, asked)


def mark_skipped(db: Connection, delivery: int, why: str) -> None:
    """Not sent, for a reason."""
    db.execute(
        "UPDATE outbox SET state = 'skipped', last_error = %s WHERE number = %s AND state = 'waiting'",
        (why, delivery),
    )


def of_incident(db: Connection, incident_id: str) -> list[Delivery]:
    """All deliveries of an incident, in the order they were queued."""
    query = f"SELECT {DELIVERY} FROM outbox WHERE incident = %s ORDER BY number"  # noqa: S608 columns are a constant
    return [delivery_of(row) for row in db.execute(query, (incident_id,))]
