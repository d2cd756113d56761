"""The store that the settings name."""

from __future__ import annotations

from alerts.store.settings import StoreSettings
from alerts.store.sqlite import SqliteStore
from alerts.store.store import Store


def open_store(settings: StoreSettings, *, alone: bool = False) -> Store:
    """PostgreSQL where `url` is given, else the SQLite file. `alone`: see `PostgresStore`.

    `StoreUnreachable`: the server cannot be reached. `BrokenState`: what stands there is not ours.
    """
    if settings.url is None:
        return SqliteStore(settings.path)
    from alerts.store.postgres import PostgresStore  # noqa: PLC0415  only who uses it loads psycopg

    password = settings.password.get_secret_value() if settings.password else None
    return PostgresStore(settings.url.get_secret_value(), password, alone=alone)
