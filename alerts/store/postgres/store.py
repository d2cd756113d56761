"""PostgreSQL behind the Store contract: each method one step to the module that knows the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from alerts.lifecycle import State
from alerts.records import AuditEntry, Incident, LedgerEntry
from alerts.store.postgres import incidents, intake, labels, matched, outbox, positions, pulses
from alerts.store.postgres import ledger as ledger_rows
from alerts.store.postgres.address import conninfo
from alerts.store.postgres.database import Database
from alerts.store.postgres.schema import prepare, pseudonym_key
from alerts.store.postgres.transaction import PostgresTransaction
from alerts.store.store import Delivery, LabelledPost, StoredMention
from streams.records import DeadLetter, Gap, Mention, Pulse


class PostgresStore:
    """See `alerts.store.store.Store`; several processes may share it.

    `url` as in postgresql://palovahti@db.example/palovahti; without a password, libpq looks into ~/.pgpass.
    `alone`: only one such store can be open at a time, for the service that keeps the engine's state. When
    its connection was lost, it writes nothing more until `load_state` was called again.

    `ValueError`: the address makes no sense. `StoreUnreachable`, also from every method. `BrokenState`: what
    stands there is not ours or newer than we are.
    """

    def __init__(self, url: str, password: str | None = None, *, alone: bool = False) -> None:
        self._base = Database(conninfo(url, password), alone=alone)
        try:
            self._base.take_over()
            with self._base.upkeep() as db:
                prepare(db)
                self._key = pseudonym_key(db)
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"PostgresStore({self._base.place})"

    @contextmanager
    def transaction(self) -> Iterator[PostgresTransaction]:
        """All that is written inside is committed together, durably, or not at all; never nested."""
        with self._base.transaction() as db:
            yield PostgresTransaction(db, self._key)

    def close(self) -> None:
        """Close all connections."""
        self._base.close()

    def cursor(self, feed: str) -> str | None:
        """How far a feed was read; None at its beginning."""
        with self._base.reading() as db:
            return intake.cursor(db, feed)

    def take(self, limit: int) -> list[tuple[int, Mention]]:
        """The oldest queued mentions with their positions."""
        with self._base.reading() as db:
            return intake.take(db, limit)

    def positions(self) -> dict[str, int]:
        """The highest offset taken in of each source."""
        with self._base.reading() as db:
            return positions.every(db)

    def load_state(self) -> dict[str, bytes]:
        """The engine's whole state; a store that is ours alone begins anew with it."""
        self._base.take_over()
        with self._base.upkeep() as db:
            return intake.load_state(db)

    def incident(self, incident_id: str) -> Incident | None:
        """The incident with this id, if there is one."""
        with self._base.reading() as db:
            return incidents.one(db, incident_id)

    def incidents(
        self, states: Sequence[State] | None = None, topic: str | None = None, limit: int = 200
    ) -> list[Incident]:
        """Newest first."""
        with self._base.reading() as db:
            return incidents.several(db, states, topic, limit)

    def audit(self, incident_id: str) -> list[AuditEntry]:
        """The lines of an incident's history, in the order they were written."""
        with self._base.reading() as db:
            return incidents.audit(db, incident_id)

    def pulses(self, topic: str, start: datetime, end: datetime) -> list[Pulse]:
        """The pulses of a topic in `[start, end)`, by time."""
        with self._base.reading() as db:
            return pulses.between(db, topic, start, end)

    def mentions(
        self, topic: str, start: datetime, end: datetime, thread: str | None = None, limit: int = 20
    ) -> list[StoredMention]:
        """Those of a topic in `[start, end)`, the most negative and furthest reaching first."""
        with self._base.reading() as db:
            return matched.of_topic(db, topic, start, end, thread=thread, limit=limit)

    def mention(self, mention_id: str) -> StoredMention | None:
        """The matched mention with this id, as far as it is kept."""
        with self._base.reading() as db:
            return matched.one(db, mention_id)

    def entries(self, ledger: str, about: str | None = None, limit: int = 200) -> list[LedgerEntry]:
        """Those of a ledger, the newest first."""
        with self._base.reading() as db:
            return ledger_rows.newest(db, ledger, about, limit)

    def labels(self, mention_ids: Sequence[str]) -> dict[str, str]:
        """The labels of those posts that have one."""
        with self._base.reading() as db:
            return labels.of(db, mention_ids)

    def labelled(self) -> list[LabelledPost]:
        """All labelled posts whose text is still kept, the oldest label first."""
        with self._base.reading() as db:
            return labels.posts(db)

    def gaps(self, start: datetime, end: datetime) -> list[Gap]:
        """Those that reach into `[start, end)`."""
        with self._base.reading() as db:
            return intake.gaps(db, start, end)

    def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """The newest first."""
        with self._base.reading() as db:
            return intake.dead_letters(db, limit)

    def deliveries(self, incident_id: str) -> list[Delivery]:
        """All deliveries of an incident, in the order they were queued."""
        with self._base.reading() as db:
            return outbox.of_incident(db, incident_id)

    def claim(
        self, now: datetime, limit: int, lease: timedelta, receiver: str | None = None
    ) -> list[Delivery]:
        """The first of each receiver's and incident's lane that is due, leased."""
        with self._base.at_once() as db:
            return outbox.claim(db, now, limit, lease, receiver)

    def mark_sent(self, delivery: int, at: datetime) -> None:
        """Accepted by the receiver."""
        with self._base.at_once() as db:
            outbox.mark_sent(db, delivery, at)

    def mark_failed(self, delivery: int, error: str, retry_at: datetime | None) -> None:
        """One more attempt was made in vain. `retry_at` None: given up."""
        with self._base.at_once() as db:
            outbox.mark_failed(db, delivery, error, retry_at)

    def mark_skipped(self, delivery: int, why: str) -> None:
        """Not sent because a later notice of the same incident says it all."""
        with self._base.at_once() as db:
            outbox.mark_skipped(db, delivery, why)

    def prune(self, now: datetime, text_days: int, pulse_days: int, seen_days: int) -> None:
        """Keep to the retention limits, in one transaction for each kind of thing."""
        text_before, all_before = now - timedelta(days=text_days), now - timedelta(days=pulse_days)
        with self._base.upkeep() as db:
            intake.prune(db, now - timedelta(days=seen_days), text_before, all_before)
        with self._base.upkeep() as db:
            matched.prune(db, text_before, all_before)
            labels.prune(db)
        with self._base.upkeep() as db:
            pulses.prune(db, now, pulse_days)
