"""The writes of one transaction, as the Store contract names them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from psycopg import Connection

from alerts.records import AuditEntry, Incident, LedgerEntry, Notice
from alerts.store.postgres import incidents, intake, labels, ledger, matched, outbox, positions
from alerts.store.postgres import pulses as pulse_rows
from alerts.store.store import StoredMention
from streams.records import DeadLetter, Gap, Mention, Pulse


class PostgresTransaction:
    """See `alerts.store.store.Transaction`; lives as long as the block that gave it."""

    def __init__(self, db: Connection, pseudonym_key: bytes) -> None:
        self._db = db
        self._key = pseudonym_key

    def accept(self, mentions: Iterable[Mention], received_at: datetime) -> int:
        """Queue mentions not seen before (by `event_key`); returns how many were new."""
        return intake.accept(self._db, mentions, received_at)

    def set_cursor(self, feed: str, cursor: str | None) -> None:
        """How far a feed was read."""
        intake.set_cursor(self._db, feed, cursor)

    def add_gaps(self, gaps: Iterable[Gap]) -> None:
        """Remember stretches that were not seen."""
        intake.add_gaps(self._db, gaps)

    def add_dead_letters(self, letters: Iterable[DeadLetter]) -> None:
        """Keep input that could not be used."""
        intake.add_dead_letters(self._db, letters)

    def done_until(self, position: int) -> None:
        """Drop mentions up to and including `position` from the queue."""
        intake.done_until(self._db, position)

    def position(self, source: str) -> int | None:
        """The highest offset of a source that was taken in; None at its beginning."""
        return positions.one(self._db, source)

    def set_position(self, source: str, offset: int | None) -> None:
        """Taken in until `offset`; a lower one changes nothing, None forgets the source."""
        positions.put(self._db, source, offset)

    def save_state(self, blobs: dict[str, bytes | None]) -> None:
        """Write the changed parts of the engine's state; None deletes a key."""
        intake.save_state(self._db, blobs)

    def add_pulses(self, pulses: Iterable[Pulse]) -> None:
        """Add pulses; a second one of a topic at the same time replaces the first."""
        pulse_rows.add(self._db, pulses)

    def add_mentions(self, mentions: Iterable[StoredMention]) -> None:
        """Add or replace by id; the author is stored as a pseudonym."""
        matched.add(self._db, mentions, self._key)

    def forget_mention(self, mention_id: str) -> None:
        """Keep id, times and counts, drop text and author."""
        matched.forget(self._db, mention_id)
        labels.forget(self._db, mention_id)

    def label_mention(self, mention_id: str, label: str, by: str, at: datetime) -> None:
        """What a person says of one post; the last word counts, unknown ids change nothing."""
        labels.put(self._db, mention_id, label, by, at)

    def incident(self, incident_id: str) -> Incident | None:
        """As it stands inside this transaction; until it ends, no other transaction reads it through this."""
        incidents.lock(self._db, incident_id)
        return incidents.one(self._db, incident_id)

    def put_incident(self, incident: Incident) -> None:
        """Write an incident, new or changed."""
        incidents.put(self._db, incident)

    def add_audit(self, entries: Iterable[AuditEntry]) -> None:
        """Append to the audit."""
        incidents.add_audit(self._db, entries)

    def seen_action(self, action_id: str) -> bool:
        """Whether this human action was taken before; remembers it if not."""
        return incidents.seen_action(self._db, action_id)

    def add_entries(self, entries: Iterable[LedgerEntry]) -> None:
        """Append to ledgers; the same id in a ledger twice changes nothing."""
        ledger.add(self._db, entries)

    def enqueue(self, notice: Notice, receivers: Sequence[str], due_at: datetime) -> None:
        """Queue a notice to each receiver, once."""
        outbox.enqueue(self._db, notice, receivers, due_at)
