"""Rows of a table (CSV) as mentions: which column is which field."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b

from streams.errors import BadRecord

ColumnMapping = Mapping[str, str | Sequence[str]]
_LISTS = frozenset({"tags", "mentions", "links"})
_JOINED = re.compile(r"\s\+\s")


class Columns:
    """Turns rows into lines of JSON for the codec.

    `mapping` names a column for each field ("author.handle" for a nested one), or several to be joined by a
    newline: `{"text": "title + summary"}` or `{"text": ["title", "summary"]}`. Without a mapping the columns
    bear the names of the fields. A row without an id gets one derived from its content.
    """

    def __init__(self, header: Sequence[str], mapping: ColumnMapping | None, platform: str | None) -> None:
        names = [name.strip().lstrip("\ufeff") for name in header]
        self._fields = {
            field: _positions(names, column)
            for field, column in (mapping or {name: name for name in names if name}).items()
        }
        self._platform = platform or "csv"

    def line(self, row: Sequence[str]) -> bytes:
        """The row as one line of JSON."""
        fields: dict[str, object] = {}
        for field, positions in self._fields.items():
            value = "\n".join(row[at] for at in positions if at < len(row) and row[at])
            if value or field == "text":
                _place(fields, field, value)
        fields.setdefault("id", f"{fields.get('platform', self._platform)}:row-{_digest(row)}")
        return json.dumps(fields, ensure_ascii=False).encode(errors="surrogatepass")


def _positions(header: Sequence[str], column: str | Sequence[str]) -> list[int]:
    if isinstance(column, str):
        wanted: Sequence[str] = [column] if column in header else _JOINED.split(column)
    else:
        wanted = column
    missing = [name for name in wanted if name not in header]
    if missing:
        raise BadRecord(
            "malformed", f"no column {missing[0]!a}; the columns are {', '.join(map(ascii, header[:20]))}"
        )
    return [header.index(name) for name in wanted]


def _place(fields: dict[str, object], field: str, value: str) -> None:
    outer, _, inner = field.partition(".")
    if inner:
        nested = fields.setdefault(outer, {})
        if isinstance(nested, dict):
            nested[inner] = value
    else:
        fields[field] = re.split(r"[,;\s]+", value.strip()) if field in _LISTS else value


def _digest(row: Sequence[str]) -> str:
    return blake2b("\x1f".join(row).encode(errors="surrogatepass"), digest_size=8).hexdigest()
