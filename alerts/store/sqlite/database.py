"""One file, one writer, and a reader that does not wait for it.

Write-ahead log with synchronous FULL: what a transaction wrote survives a power cut once it is left. A thread
that reads inside its own transaction sees what it wrote there; all others see what was committed.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alerts.store.sqlite.schema import prepare
from streams.errors import BrokenState

OLDEST = (3, 37, 0)
"""The first SQLite with STRICT tables."""

PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "busy_timeout = 15000",  # another process (the command line) may write meanwhile
    "secure_delete = FAST",  # deleted texts are overwritten where that costs no extra write
    "journal_size_limit = 67108864",
    "cache_size = -32000",
)


class Database:
    """The connections to one store; safe to use from several threads."""

    def __init__(self, path: str | Path) -> None:
        in_memory = str(path) == ":memory:"
        if sqlite3.sqlite_version_info < OLDEST:
            raise BrokenState(f"SQLite {sqlite3.sqlite_version} is too old: 3.37 or newer is needed")
        if not in_memory:
            _make_private(Path(path))
        self._lock = threading.RLock()
        self._writing_thread: int | None = None
        self._writer = self._open(str(path))
        self._reader = self._writer if in_memory else _connect(str(path))
        self._read_lock = self._lock if in_memory else threading.RLock()

    def close(self) -> None:
        """Close the file; whatever is not committed is undone."""
        with self._lock, self._read_lock:
            self._reader.close()
            self._writer.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The writing connection; committed when the block is left, undone when it is left by an error."""
        with self._lock:
            if self._writing_thread is not None:
                raise BrokenState(
                    "a transaction is open already: never open one inside another, nor await in one"
                )
            self._writing_thread = threading.get_ident()
            try:
                with _begun(self._writer):
                    yield self._writer
            finally:
                self._writing_thread = None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read from: inside the thread's own transaction, that one."""
        if self._writing_thread == threading.get_ident():
            yield self._writer
            return
        with self._read_lock:
            yield self._reader

    def _open(self, path: str) -> sqlite3.Connection:
        try:
            db = _connect(path)
            with _begun(db):
                prepare(db)
        except sqlite3.DatabaseError as error:
            raise BrokenState(f"the store {path} cannot be opened: {error}") from error
        return db


@contextmanager
def _begun(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise


def _connect(path: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    for pragma in PRAGMAS:
        db.execute(f"PRAGMA {pragma}")
    return db


def _make_private(path: Path) -> None:
    """The file with mode 0600, made if need be; SQLite gives its companions (-wal, -shm) the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
