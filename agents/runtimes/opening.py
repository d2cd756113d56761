"""The store of a service, which no second service may open: two would take each other's mentions."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from alerts.store.opening import open_store
from alerts.store.settings import StoreSettings
from alerts.store.store import Store


class StoreInUse(OSError):
    """Another service works on this store."""


@contextmanager
def opened_store(settings: StoreSettings) -> Iterator[Store]:
    """The configured store, made where it is missing, ours alone until the block is left.

    Commands that look or acknowledge open it all the same. `StoreInUse`, `StoreUnreachable`, `BrokenState`.
    """
    settings.path.parent.mkdir(parents=True, exist_ok=True)  # dead letters lie there in any case
    with nullcontext() if settings.url else _locked(settings.path):
        store = open_store(settings, alone=True)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(lock, path)
        yield
    finally:
        os.close(lock)  # and with it goes the lock, as it does when the process is killed


def _take(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreInUse(f"another palovahti run works on {path}; stop it first, or set store.path") from None
