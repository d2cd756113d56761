"""Transactions on the server, and what goes wrong with it in words of our own.

A thread that reads inside its own transaction sees what it wrote there; all others see what was committed.
A service holds its store alone: its transactions go over one connection, which also holds the lock that keeps
a second service away. When that connection is lost, another service may have worked meanwhile; nothing is
written any more until the state was read anew.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import Connection

from alerts.store.postgres.address import place
from alerts.store.postgres.locks import SERVICE, lock_session
from alerts.store.postgres.patience import PatientConnection
from alerts.store.postgres.pool import MOST, Pool, is_alive, words
from alerts.store.postgres.text import teach
from streams.errors import BrokenState, StoreUnreachable

SESSION: Final = """
SET search_path = palovahti;
SET TimeZone = 'UTC';
SET lock_timeout = '10s';
SET statement_timeout = '15s';
SET idle_in_transaction_session_timeout = '60s';
SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') IN ('off', 'local')
"""
"""Whoever stands still in a transaction is thrown out, so that its locks hold nobody up for ever."""


class Database:
    """The connections to one store; safe to use from several threads. `alone`: for one service only."""

    def __init__(self, conninfo: str, *, alone: bool = False, most: int = MOST) -> None:
        self.place = place(conninfo)
        self._pool = Pool(conninfo, _begin_session, most)
        self._open = threading.local()
        self._alone = alone
        self._own: PatientConnection | None = None
        self._own_lock = threading.RLock()

    def close(self) -> None:
        """Close all connections; whatever is not committed is undone."""
        with self._own_lock:
            if self._own is not None:
                self._own.close()
        self._pool.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection; committed when the block is left, undone when it is left by an error."""
        self._check_none_open()
        with self._translated(), self._writer() as db:
            self._open.db = db
            try:
                with db.transaction():
                    yield db
            finally:
                self._open.db = None

    @contextmanager
    def upkeep(self) -> Iterator[Connection]:
        """A transaction on what belongs to all workers, which may take its time."""
        self._check_none_open()
        with self._translated(), self._pool.connection() as db, db.long(), db.transaction():
            db.execute("SET LOCAL statement_timeout = 0")
            yield db

    @contextmanager
    def at_once(self) -> Iterator[Connection]:
        """A connection for one statement, committed as it ends."""
        self._check_none_open()
        with self.reading() as db:
            yield db

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read from: inside the thread's own transaction, that one."""
        if self._mine is not None:
            yield self._mine
            return
        with self._translated(), self._pool.connection() as db:
            yield db

    def take_over(self) -> None:
        """Where the store is to be ours alone: make it so, before the state to go on from is read."""
        if self._alone:
            with self._translated(), self._own_lock:
                self._hold()

    def _check_none_open(self) -> None:
        if self._mine is not None:
            raise BrokenState(
                "a transaction is open already: never open one inside another, nor await in one"
            )

    @property
    def _mine(self) -> Connection | None:
        """The connection of this thread's open transaction."""
        found: Connection | None = getattr(self._open, "db", None)
        return found

    @contextmanager
    def _writer(self) -> Iterator[Connection]:
        if not self._alone:
            with self._pool.connection() as db:
                yield db
            return
        with self._own_lock:
            if self._own is None or not is_alive(self._own):
                raise StoreUnreachable(f"the connection to the store {self.place} was lost")
            yield self._own

    def _hold(self) -> None:
        if self._own is not None and is_alive(self._own):
            return
        if self._own is not None:
            self._own.close()
        self._own = None
        db = self._pool.opened()
        try:
            lock_session(db, SERVICE)
        except psycopg.errors.LockNotAvailable:
            db.close()
            raise StoreUnreachable(f"another palovahti run works on {self.place}; stop it first") from None
        self._own = db

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Errors of the server as ours. What it tells of a statement stays out: it may quote a mention."""
        try:
            yield
        except psycopg.OperationalError as error:
            raise StoreUnreachable(f"{self._away}: {_told(error)}") from None
        except psycopg.errors.InsufficientPrivilege:
            raise BrokenState(
                f"our user may not do what is needed in the store {self.place}: make it the owner of the"
                " schema palovahti there, or GRANT CREATE ON DATABASE to it"
            ) from None
        except psycopg.Error as error:
            what = f"{type(error).__name__}, {error.sqlstate or 'no code'}"
            raise BrokenState(f"the store {self.place} refused a statement ({what})") from None

    @property
    def _away(self) -> str:
        return f"the store {self.place} cannot be reached"


def _told(error: psycopg.OperationalError) -> str:
    """What happened: on a statement only its kind, else the server's words."""
    return type(error).__name__ if error.sqlstate else words(error)


def _begin_session(db: Connection) -> None:
    teach(db)
    db.execute(SESSION.encode())
