"""Tables for spreadsheets, in which no text of a stranger is taken for a formula. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

_BEGINNINGS: Final = frozenset("=+-@|%\t\r\n＝＋－＠")
"""With what a cell must not begin: spreadsheets would compute, or let a link act."""


def inert(value: object) -> object:
    """`value` as a cell that is only ever text (or a number); nothing for None.

    >>> inert("=1+1"), inert("  @SUM(A1)"), inert(-3), inert(None)
    ("'=1+1", "'  @SUM(A1)", -3, '')
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    bare = value.lstrip(" \u00a0\u3000\ufeff\u200b\x00")
    return f"'{value}" if bare[:1] in _BEGINNINGS else value


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with a header; every cell inert, lines as RFC 4180 has them but for the line break."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([inert(cell) for cell in row])
    return written.getvalue()
