"""What a store must do, whatever database is behind it. Every write happens inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from alerts.incidents import AuditEntry, Incident, Notice, State
from alerts.records import LedgerEntry
from streams.records import DeadLetter, Gap, Mention, Pulse


@dataclass(frozen=True, slots=True)
class StoredMention:
    """A matched mention as people see it. Author is a pseudonym; text is empty after a deletion."""

    id: str
    topics: tuple[str, ...]
    thread: str
    platform: str
    kind: str | None
    author: str | None
    followers: int | None
    official: bool
    text: str
    language: str | None
    url: str | None
    negativity: float
    published_at: datetime
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class LabelledPost:
    """A post that a person labelled on the page: neg, neu or pos."""

    text: str
    language: str | None
    label: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice to one receiver, as it stands in the outbox."""

    id: int
    receiver: str
    notice: Notice
    attempts: int
    due_at: datetime
    state: str  # waiting | sent | failed | skipped
    last_error: str | None = None
    sent_at: datetime | None = None


class Transaction(Protocol):
    """The writes of one transaction; leaving the block with an error undoes them all."""

    # intake: a feed's batch
    def accept(self, mentions: Iterable[Mention], received_at: datetime) -> int:
        """Queue mentions not seen before (by `event_key`); returns how many were new."""
        ...

    def set_cursor(self, feed: str, cursor: str | None) -> None: ...
    def add_gaps(self, gaps: Iterable[Gap]) -> None: ...
    def add_dead_letters(self, letters: Iterable[DeadLetter]) -> None: ...

    # the engine's step
    def done_until(self, position: int) -> None:
        """Mentions up to and including `position` are taken in; drop them from the queue."""
        ...

    def position(self, source: str) -> int | None:
        """The highest offset of `source` (a partition of a stream) that was taken in; None at its beginning.

        Until this transaction ends no other one learns it: a second worker on the same partition waits, and
        then sees what the first took in. Skip what is not above it; after the rest, `set_position`.
        """
        ...

    def set_position(self, source: str, offset: int | None) -> None:
        """`source` is taken in up to and including `offset`.

        A lower one changes nothing. None forgets the source, as when its stream was made anew.
        """
        ...

    def save_state(self, blobs: dict[str, bytes | None]) -> None:
        """Write the changed parts of the engine's state; None deletes a key."""
        ...

    def add_pulses(self, pulses: Iterable[Pulse]) -> None: ...
    def add_mentions(self, mentions: Iterable[StoredMention]) -> None:
        """Add or replace by id (an edit replaces the text)."""
        ...

    def forget_mention(self, mention_id: str) -> None:
        """A deletion: keep id, times and counts, drop text and author.

        A late edit, or the mention itself when it comes after its deletion, brings nothing back.
        """
        ...

    def label_mention(self, mention_id: str, label: str, by: str, at: datetime) -> None:
        """What a person says of one post (neg, neu, pos); the last counts. Unknown ids change nothing."""
        ...

    # incidents
    def incident(self, incident_id: str) -> Incident | None: ...
    def put_incident(self, incident: Incident) -> None: ...
    def add_audit(self, entries: Iterable[AuditEntry]) -> None: ...
    def seen_action(self, action_id: str) -> bool:
        """Whether this human action was taken before; remembers it if not."""
        ...

    # ledgers
    def add_entries(self, entries: Iterable[LedgerEntry]) -> None:
        """Append to ledgers, which only grow; the same id in a ledger twice changes nothing."""
        ...

    # outbox
    def enqueue(self, notice: Notice, receivers: Sequence[str], due_at: datetime) -> None:
        """Queue a notice to each receiver; the same notice id and receiver twice changes nothing."""
        ...


class Store(Protocol):
    """Incidents, the queue of mentions, the outbox and the audit.

    A thread that reads inside its own transaction sees what it wrote there. Never open a transaction inside
    another, nor await in one.
    """

    def transaction(self) -> AbstractContextManager[Transaction]:
        """All that is written inside is committed together, durably, or not at all."""
        ...

    def close(self) -> None: ...

    # intake and engine
    def cursor(self, feed: str) -> str | None: ...
    def take(self, limit: int) -> list[tuple[int, Mention]]:
        """The oldest queued mentions with their positions, in order of arrival."""
        ...

    def positions(self) -> dict[str, int]:
        """The highest offset taken in of each source."""
        ...

    def load_state(self) -> dict[str, bytes]: ...

    # reading
    def incident(self, incident_id: str) -> Incident | None: ...
    def incidents(
        self, states: Sequence[State] | None = None, topic: str | None = None, limit: int = 200
    ) -> list[Incident]:
        """Newest first."""
        ...

    def audit(self, incident_id: str) -> list[AuditEntry]: ...
    def pulses(self, topic: str, start: datetime, end: datetime) -> list[Pulse]: ...
    def mentions(
        self, topic: str, start: datetime, end: datetime, thread: str | None = None, limit: int = 20
    ) -> list[StoredMention]:
        """The most negative and furthest reaching first."""
        ...

    def mention(self, mention_id: str) -> StoredMention | None:
        """The matched mention with this id, as far as it is kept."""
        ...

    def entries(self, ledger: str, about: str | None = None, limit: int = 200) -> list[LedgerEntry]:
        """Those of a ledger, and of one subject where `about` names it; the newest first."""
        ...

    def labels(self, mention_ids: Sequence[str]) -> dict[str, str]:
        """The labels of those posts that have one."""
        ...

    def labelled(self) -> list[LabelledPost]:
        """All labelled posts whose text is still kept, the oldest label first."""
        ...

    def gaps(self, start: datetime, end: datetime) -> list[Gap]: ...
    def dead_letters(self, limit: int = 100) -> list[DeadLetter]: ...
    def deliveries(self, incident_id: str) -> list[Delivery]: ...

    # outbox
    def claim(
        self, now: datetime, limit: int, lease: timedelta, receiver: str | None = None
    ) -> list[Delivery]:
        """Deliveries that are due, leased so that nobody else sends them meanwhile, oldest due first.

        With `receiver`, only its own, so that a slow receiver never stands in another's way. In order within
        an incident: of one receiver and incident only the earliest waiting one is given out.
        """
        ...

    def mark_sent(self, delivery: int, at: datetime) -> None: ...
    def mark_failed(self, delivery: int, error: str, retry_at: datetime | None) -> None:
        """One more attempt was made in vain. `retry_at` None: given up."""
        ...

    def mark_skipped(self, delivery: int, why: str) -> None:
        """Not sent because a later notice of the same incident says it all."""
        ...

    def prune(self, now: datetime, text_days: int, pulse_days: int, seen_days: int) -> None:
        """Keep to the retention limits."""
        ...
