"""Lines and rows out of a file, with how many bytes they took, so that reading goes on exactly there."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Protocol

from streams.bad_input import LINE_LIMIT_BYTES
from streams.columns import ColumnMapping, Columns
from streams.errors import PalovahtiError
from streams.repair import decoded

_CELL_LIMIT = 2_000_000


@dataclass(frozen=True, slots=True)
class Taken:
    """Lines for the codec with the offset each began at, and the offset after the last."""

    lines: list[bytes]
    starts: list[int]
    end: int


class Source(Protocol):
    """A file being read."""

    def take(self, offset: int, limit: int) -> Taken:
        """At most `limit` lines from `offset` on; none at the end. `Damaged` where it cannot go on."""
        ...


class Damaged(PalovahtiError):
    """A packed file that ends early or is broken; what came before was given out."""


class Lines:
    """One line, one item. With `final`, a last line without its newline is one too; else it is waited for."""

    def __init__(self, file: IO[bytes], *, final: bool) -> None:
        self._file = file
        self._final = final

    def take(self, offset: int, limit: int) -> Taken:
        """At most `limit` lines from `offset` on."""
        return _taken(self._sized(offset), offset, limit)

    def _sized(self, offset: int) -> Iterator[tuple[bytes, int]]:
        self._file.seek(offset)
        for line, size in _lines(self._file, final=self._final):
            offset += size
            yield line, offset


def _taken(items: Iterator[tuple[bytes, int]], offset: int, limit: int) -> Taken:
    """The next items with where each ends; a damage shows itself only when nothing came before it."""
    lines: list[bytes] = []
    starts: list[int] = []
    try:
        for line, end in islice(items, limit):
            lines.append(line)
            starts.append(offset)
            offset = end
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        if not lines:
            raise Damaged(str(error)) from None
    return Taken(lines, starts, offset)


def _lines(file: IO[bytes], *, final: bool) -> Iterator[tuple[bytes, int]]:
    """Lines with the bytes they took; of one beyond all limits only the beginning is given out."""
    while line := file.readline(LINE_LIMIT_BYTES + 1):
        size = len(line)
        ended = line.endswith(b"\n")
        while not ended and (more := file.readline(LINE_LIMIT_BYTES)):
            size += len(more)
            ended = more.endswith(b"\n")
        if not ended and not final:
            return
        yield line, size


class Unfinished(PalovahtiError):
    """The file ends inside a row that may still be written."""


class Rows:
    """One row of a table, one item; the first row names the columns and shows the delimiter (, ; or tab)."""

    def __init__(
        self, file: IO[bytes], mapping: ColumnMapping | None, platform: str | None, *, final: bool
    ) -> None:
        self._file = file
        self._final = final
        first = file.readline(LINE_LIMIT_BYTES)
        self._begin = len(first)
        names = decoded(first)[0].lstrip("\ufeff")
        self._delimiter = max(",;\t", key=names.count)
        self._header = next(csv.reader([names], delimiter=self._delimiter), [])
        self._columns = Columns(self._header, mapping, platform) if first.endswith(b"\n") else None

    def take(self, offset: int, limit: int) -> Taken:
        """At most `limit` rows from `offset` on, as lines of JSON."""
        if self._columns is None:
            return Taken([], [], offset)
        begin = max(offset, self._begin)
        return _taken(self._rows(self._columns, begin), begin, limit)

    def _rows(self, columns: Columns, offset: int) -> Iterator[tuple[bytes, int]]:
        while True:
            try:
                for row, end in self._well_formed(offset):
                    offset = end
                    if row:
                        yield columns.line(row), end
            except csv.Error:
                line, offset = self._line_at(offset)
                yield self._alone(columns, line), offset
            except Unfinished:
                return
            else:
                return

    def _well_formed(self, offset: int) -> Iterator[tuple[list[str], int]]:
        csv.field_size_limit(_CELL_LIMIT)  # a process-wide setting, so it is set where it is used
        self._file.seek(offset)
        feed = _Texts(self._file, offset, final=self._final)
        for row in csv.reader(feed, delimiter=self._delimiter, strict=True):
            yield row, feed.offset

    def _line_at(self, offset: int) -> tuple[bytes, int]:
        self._file.seek(offset)
        line, size = next(_lines(self._file, final=True))
        return line, offset + size

    def _alone(self, columns: Columns, line: bytes) -> bytes:
        """A line that is no part of a well-formed table: a row by itself, or else for the codec to refuse."""
        try:
            row = next(csv.reader([decoded(line)[0]], delimiter=self._delimiter), [])
        except csv.Error:
            row = []
        return columns.line(row) if len(row) == len(self._header) else b"not a row: " + line


class _Texts:
    """The lines of a file as text, counting the bytes given out."""

    def __init__(self, file: IO[bytes], offset: int, *, final: bool) -> None:
        self.offset = offset
        self._file = file
        self._final = final

    def __iter__(self) -> Iterator[str]:
        for line, size in _lines(self._file, final=self._final):
            self.offset += size
            yield decoded(line)[0]
        if not self._final:
            raise Unfinished
