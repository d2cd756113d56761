"""An outbox in memory, until there is a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from alerts.incidents import AuditEntry, Notice
from alerts.store.store import Delivery


class MemoryOutbox:
    def __init__(self) -> None:
        self.rows: dict[int, Delivery] = {}
        self.leases: dict[int, datetime] = {}
        self.entries: list[AuditEntry] = []

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        yield self

    def add_audit(self, entries: Any) -> None:
        self.entries.extend(entries)

    def audit(self, incident_id: str) -> list[AuditEntry]:
        return [e for e in self.entries if e.incident == incident_id]

    def enqueue(self, notice: Notice, receivers: Any, due_at: datetime) -> None:
        for receiver in receivers:
            if not any(r.receiver == receiver and r.notice.id == notice.id for r in self.rows.values()):
                number = len(self.rows) + 1
                self.rows[number] = Delivery(number, receiver, notice, 0, due_at, "waiting")

    def deliveries(self, incident_id: str) -> list[Delivery]:
        return [r for r in self.rows.values() if r.notice.incident.id == incident_id]

    def claim(
        self, now: datetime, limit: int, lease: timedelta, receiver: str | None = None
    ) -> list[Delivery]:
        heads: dict[Any, Delivery] = {}
        for row in self.rows.values():
            if row.state == "waiting":
                heads.setdefault((row.receiver, row.notice.incident.id), row)
        due = [
            r
            for r in heads.values()
            if r.due_at <= now and self.leases.get(r.id, now) <= now and receiver in (None, r.receiver)
        ]
        due = sorted(due, key=lambda r: (r.due_at, r.id))[:limit]
        self.leases.update({r.id: now + lease for r in due})
        return due

    def mark_sent(self, delivery: int, at: datetime) -> None:
        self.rows[delivery] = replace(self.rows[delivery], state="sent", sent_at=at, last_error=None)

    def mark_failed(self, delivery: int, error: str, retry_at: datetime | None) -> None:
        row = self.rows[delivery]
        self.leases.pop(delivery, None)
        self.rows[delivery] = replace(
            row,
            attempts=row.attempts + 1,
            last_error=error,
            due_at=retry_at or row.due_at,
            state="waiting" if retry_at else "failed",
        )

    def mark_skipped(self, delivery: int, why: str) -> None:
        self.rows[delivery] = replace(self.rows[delivery], state="skipped", last_error=why)

    def incident(self, incident_id): return None
    def put_incident(self, incident): ...

    def close(self) -> None: ...
