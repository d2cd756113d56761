"""Locks by number, kept by the server until the transaction or the connection ends, however it ends."""

from __future__ import annotations

import hashlib
from typing import Final

from psycopg import Connection

SPACE: Final = 0x50414C4F
"""The first half of our numbers ("PALO"), so that another program's are others."""
SERVICE, MIGRATION, QUEUE = 1, 2, 3


def lock(db: Connection, number: int) -> None:
    """Wait for a lock and hold it until this transaction ends."""
    db.execute("SELECT pg_advisory_xact_lock(%s, %s)", (SPACE, number))


def lock_name(db: Connection, kind: str, name: str) -> None:
    """The same for one of endlessly many things; two may share a number, and then only wait in vain."""
    digest = hashlib.blake2b(f"{kind}:{name}".encode(), digest_size=8).digest()
    db.execute("SELECT pg_advisory_xact_lock(%s)", (int.from_bytes(digest, signed=True),))


def lock_session(db: Connection, number: int) -> None:
    """Hold a lock until the connection ends. `LockNotAvailable` where somebody else keeps it.

    Waits a little, since the server may not have noticed yet that the one before is gone.
    """
    with db.transaction():
        db.execute("SET LOCAL lock_timeout = '2s'")
        db.execute("SELECT pg_advisory_lock(%s, %s)", (SPACE, number))
