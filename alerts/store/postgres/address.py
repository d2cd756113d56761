"""Where the store is: a PostgreSQL address and a password, which is never shown."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

SCHEMES: Final = ("postgresql", "postgres")
USUAL: Final = {
    "application_name": "palovahti",
    "connect_timeout": "3",
    "tcp_user_timeout": "10000",
    "keepalives_idle": "10",
}
"""What holds unless the address says otherwise: a server that is gone is noticed within seconds."""


def conninfo(url: str, password: str | None = None) -> str:
    """The address as libpq takes it, with the password. Raises ValueError, which quotes nothing of it."""
    if urlsplit(url).scheme not in SCHEMES:
        raise ValueError("must begin with postgresql://, as in postgresql://palovahti@db.example/palovahti")
    try:
        given = conninfo_to_dict(url)
    except (ProgrammingError, UnicodeError):
        raise ValueError(
            "is no PostgreSQL address; write postgresql://USER@HOST:PORT/DATABASE, special characters as %XX"
        ) from None
    if not given.get("dbname"):
        raise ValueError("names no database; write it last: postgresql://USER@HOST/DATABASE")
    known = {name: value for name, value in given.items() if value is not None}
    return make_conninfo("", **{**USUAL, **known, **({"password": password} if password else {})})


def has_password(url: str) -> bool:
    """Whether a password stands in the address itself."""
    try:
        return bool(conninfo_to_dict(url).get("password"))
    except (ProgrammingError, UnicodeError):
        return "@" in url and ":" in url.partition("://")[2].partition("@")[0]


def place(conninfo: str) -> str:
    """Host and database, for people.

    >>> place("host=db.example dbname=palovahti user=x password=y")
    'db.example/palovahti'
    """
    given = conninfo_to_dict(conninfo)
    return f"{given.get('host') or 'localhost'}/{given.get('dbname')}"
