"""Connections to one server, kept open and given out one at a time.

Fails fast: a connection that the server closed while it lay idle is replaced without a word, and where no new
one can be had, that is said at once; for the next second nobody else waits for the same answer.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg.pq import TransactionStatus

from alerts.store.postgres.patience import PatientConnection
from streams.clock import elapsed_seconds

MOST: Final = 8
WAIT_SECONDS: Final = 15.0
REST_SECONDS: Final = 1.0


class Pool:
    """At most `most` connections at a time; `prepare` is done with each new one. Safe in several threads."""

    def __init__(self, conninfo: str, prepare: Callable[[PatientConnection], None], most: int = MOST) -> None:
        self._conninfo, self._prepare = conninfo, prepare
        self._idle: list[PatientConnection] = []
        self._room = threading.BoundedSemaphore(most)
        self._failed_at = float("-inf")
        self._failure = ""

    @contextmanager
    def connection(self) -> Iterator[PatientConnection]:
        """One of them, in autocommit, until the block is left. `OperationalError`: there is none."""
        if not self._room.acquire(timeout=WAIT_SECONDS):
            raise psycopg.OperationalError(f"all connections were busy for {WAIT_SECONDS:g} s")
        try:
            db = self._fresh() or self.opened()
            try:
                yield db
            finally:
                self._give_back(db)
        finally:
            self._room.release()

    def opened(self) -> PatientConnection:
        """A new connection, which is the caller's to close."""
        if elapsed_seconds() - self._failed_at < REST_SECONDS:
            raise psycopg.OperationalError(self._failure)
        try:
            db = PatientConnection.connect(self._conninfo, autocommit=True)
        except psycopg.OperationalError as error:
            self._failed_at, self._failure = elapsed_seconds(), words(error)
            raise
        try:
            self._prepare(db)
        except BaseException:
            db.close()
            raise
        return db

    def close(self) -> None:
        """Close those that lie idle."""
        while self._idle:
            self._idle.pop().close()

    def _fresh(self) -> PatientConnection | None:
        """One that lay idle and lives."""
        while self._idle:
            db = self._idle.pop()
            if is_alive(db):
                return db
            db.close()
        return None

    def _give_back(self, db: PatientConnection) -> None:
        if not db.closed and db.info.transaction_status == TransactionStatus.IDLE:
            self._idle.append(db)
        else:
            db.close()


def is_alive(db: PatientConnection) -> bool:
    """Whether an idle connection still stands: the server speaks unasked only to say goodbye."""
    if db.closed:
        return False
    look = select.poll()
    look.register(db.pgconn.socket, select.POLLIN)
    return not look.poll(0)


def words(error: psycopg.Error) -> str:
    """What the server said, in one line; libpq never quotes a password."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
