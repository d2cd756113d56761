"""The store of a service, which no second service may open: two would take each other's mentions."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alerts.store.sqlite import SqliteStore


class StoreInUse(OSError):
    """Another service works on this store."""


@contextmanager
def opened_store(path: Path) -> Iterator[SqliteStore]:
    """The store at `path`, made with its folder where it is missing, ours alone until the block is left.

    Commands that look or acknowledge open it all the same. `StoreInUse`, `BrokenState`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(lock, path)
        store = SqliteStore(path)
        try:
            yield store
        finally:
            store.close()
    finally:
        os.close(lock)  # and with it goes the lock, as it does when the process is killed


def _take(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreInUse(f"another palovahti run works on {path}; stop it first, or set store.path") from None
