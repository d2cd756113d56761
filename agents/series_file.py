"""Count series as other tools export them: `timestamp,value` and perhaps `series`, plain or gzip."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from math import isfinite
from pathlib import Path
from typing import TextIO

from streams.windows import minute_at

DELIMITERS = ",;\t"
YEARS = range(1970, 2200)
MOST = 1e12
LONGEST_CELL = 100_000


class BadSeries(OSError):
    """A count series that cannot be read; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One bin: the series it belongs to (None where there is no such column), when it begins, its value."""

    series: str | None
    timestamp: str
    minute: int
    value: float


def read_series(file: Path) -> list[Row]:
    """The rows in the order of the file; `BadSeries` at the first that cannot be read."""
    try:
        with _opened(file) as lines:
            return list(_rows(file, lines))
    except UnicodeDecodeError:
        raise BadSeries(f"{file}: this is not UTF-8; export it as CSV in UTF-8") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadSeries(f"{file}: the packed file is damaged: {error}") from None
    except csv.Error as error:
        raise BadSeries(f"{file}: this is no CSV: {error}") from None


def _opened(file: Path) -> TextIO:
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")


def _rows(file: Path, lines: TextIO) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_CELL)  # a process-wide setting, so it is set where it is used
    first = lines.readline()
    delimiter = max(DELIMITERS, key=first.count)
    table = csv.reader(chain([first], lines), delimiter=delimiter)
    names = [name.strip().lower() for name in next(table, [])]
    missing = [name for name in ("timestamp", "value") if name not in names]
    if missing:
        has = f"it has {', '.join(names)}" if any(names) else "it is empty"
        raise BadSeries(
            f"{file}: there is no column {missing[0]!r} ({has}); name the columns timestamp,value"
        )
    places = [names.index(name) if name in names else None for name in ("series", "timestamp", "value")]
    for cells in table:
        if any(cell.strip() for cell in cells):
            yield _row(f"{file}, line {table.line_num}", [_cell(cells, place) for place in places])


def _cell(cells: Sequence[str], place: int | None) -> str | None:
    """The text in a column; "" where the row is too short, None where there is no such column."""
    if place is None:
        return None
    return cells[place].strip() if place < len(cells) else ""


def _row(where: str, cells: Sequence[str | None]) -> Row:
    series, stamp, value = cells
    return Row(series, stamp or "", _minute(where, stamp or ""), _number(where, value or ""))


def _minute(where: str, stamp: str) -> int:
    """The minute that a time lies in; without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        at = None
    if at is None or at.year not in YEARS:
        raise BadSeries(f"{where}: {stamp[:40]!r} is no time; write it like 2026-11-21 14:00")
    return minute_at(at if at.tzinfo else at.replace(tzinfo=UTC))


def _number(where: str, text: str) -> float:
    """The value; an empty one counts as none."""
    try:
        value = float(text or 0)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or abs(value) > MOST:
        raise BadSeries(
            f"{where}: {text[:40]!r} is no count; write it like 12 or 12.5, or leave the line out"
        )
    return value
