"""The fact board: what named people confirmed while it burns, beside the facts of the configuration.

Kept in the ledger `facts`, which only grows: a fact is entered once and may be ended once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import Field

from alerts.organisation import Fact, Organisation
from alerts.records import LedgerEntry
from alerts.store.store import Store
from streams.records import Record, UtcTime

FACTS: Final = "facts"
MOST: Final = 2000
"""So many entries are read; older ones are history."""


class BoardFact(Record):
    """A fact on the board: who entered it and when, and who ended it."""

    id: str
    fact: Fact
    added_by: str
    added_at: UtcTime
    ended_at: UtcTime | None = Field(default=None, description="from then on it is not said any more")
    ended_by: str | None = None

    def effective(self) -> Fact:
        """The fact as it may be said: until it expires or was ended, whichever comes first."""
        ends = [moment for moment in (self.fact.expires, self.ended_at) if moment is not None]
        return self.fact.model_copy(update={"expires": min(ends, default=None)})


def added(fact: Fact, identity: str, by: str, at: datetime) -> LedgerEntry:
    """The entry that puts a fact on the board; the same identity twice is one fact."""
    return LedgerEntry(ledger=FACTS, id=identity, at=at, by=by, body={"fact": fact.model_dump(mode="json")})


def ended(identity: str, by: str, at: datetime) -> LedgerEntry:
    """The entry that takes a fact back: it is said no more from `at` on."""
    return LedgerEntry(ledger=FACTS, id=f"{identity}:ended", at=at, by=by, about=identity)


def board(store: Store) -> list[BoardFact]:
    """All facts on the board, the newest first, ended and expired ones too."""
    entries = store.entries(FACTS, limit=MOST)
    ends = {entry.about: entry for entry in entries if entry.about}
    return [_fact(entry, ends.get(entry.id)) for entry in entries if not entry.about]


def with_board(organisation: Organisation, store: Store) -> Organisation:
    """The organisation with what stands on the board before the facts of its configuration."""
    return with_facts(organisation, [kept.effective() for kept in reversed(board(store))])


def with_facts(organisation: Organisation, facts: Sequence[Fact]) -> Organisation:
    """The organisation with further facts before its own."""
    return organisation.model_copy(update={"facts": (*facts, *organisation.facts)}) if facts else organisation


def _fact(entry: LedgerEntry, end: LedgerEntry | None) -> BoardFact:
    return BoardFact(
        id=entry.id,
        fact=Fact.model_validate(entry.body["fact"]),
        added_by=entry.by,
        added_at=entry.at,
        ended_at=end.at if end else None,
        ended_by=end.by if end else None,
    )
