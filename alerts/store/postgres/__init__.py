"""The store that several workers share: PostgreSQL."""

from __future__ import annotations

from alerts.store.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
