"""The store as the commands need it: only one that is there, and incidents by the beginning of their id."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from agents.settings import Settings
from alerts.incidents import Incident
from alerts.store.opening import open_store
from alerts.store.store import Store
from streams.errors import PalovahtiError

MOST = 10_000


class NotFound(PalovahtiError):
    """What was asked for is not in the store."""


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The store of the settings; a command that only looks never makes a new one."""
    path = settings.store.path
    if settings.store.url is None and not path.is_file():
        raise NotFound(f"there is no store at {path} yet; it is made by: palovahti run")
    store = open_store(settings.store)
    try:
        yield store
    finally:
        store.close()


def found(store: Store, wanted: str) -> Incident:
    """The incident with this id, or with the only id that begins so; raises `NotFound` with what there is."""
    exact = store.incident(wanted)
    if exact is not None:
        return exact
    near = [each for each in store.incidents(limit=MOST) if each.id.startswith(wanted)] if wanted else []
    if len(near) == 1:
        return near[0]
    if near:
        raise NotFound(f"{wanted} may be {', '.join(each.id for each in near[:5])}; write more of it")
    raise NotFound(f"there is no incident {wanted}; see them all with: palovahti incidents list --all")
