"""A connection that does not wait for ever: a server that stands still would stand us still.

The server's own `statement_timeout` ends what takes long; this ends what is not answered at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

Result = TypeVar("Result")
USUAL_SECONDS: Final = 20.0
LONG_SECONDS: Final = 900.0


class PatientConnection(Connection[tuple[Any, ...]]):
    """Gives up a server that does not answer within `patience` seconds, and itself with it."""

    patience = USUAL_SECONDS

    def wait(self, gen: PQGen[Result], interval: float = 0.1, timeout: float | None = None) -> Result:
        """As psycopg waits. `OperationalError`: in vain."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # an answer that comes now would be taken for another's
            raise

    @contextmanager
    def long(self) -> Iterator[None]:
        """More patience until the block is left."""
        self.patience = LONG_SECONDS
        try:
            yield
        finally:
            self.patience = USUAL_SECONDS
