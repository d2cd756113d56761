"""The store of one machine: SQLite in one file, or in memory."""

from __future__ import annotations

from alerts.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
