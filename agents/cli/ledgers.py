"""Ledgers as the commands write them: into the configured store, made where it is missing."""

from __future__ import annotations

from agents.settings import Settings
from alerts.records import LedgerEntry
from alerts.store.opening import open_store


def remember(settings: Settings, *entries: LedgerEntry) -> None:
    """Append entries; a service may run on the same store meanwhile."""
    if settings.store.url is None:
        settings.store.path.parent.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.store)
    try:
        with store.transaction() as tx:
            tx.add_entries(entries)
    finally:
        store.close()
