"""How far each file was read, and where a file went that was moved aside: the cursor of a feed of files."""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import IO, Self, cast

_HEAD_BYTES = 256

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Position:
    """So many bytes of a file are done (of the unpacked ones where it is packed).

    An inode is soon given to another file, so `head` (the length and hash of the file's first bytes) says
    whether it is still the same.
    """

    inode: int
    offset: int
    head: str


class OpenFile:
    """A file held open, so that what is said of it stays true when its name is given to another."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("rb")
        self._packed = path.suffix == ".gz"
        unpacked = gzip.GzipFile(fileobj=self._raw) if self._packed else self._raw
        self.bytes = cast("IO[bytes]", unpacked)

    def stamp(self) -> Stamp:
        """Changes whenever the file does."""
        return _stamp(os.fstat(self._raw.fileno()))

    def position(self, offset: int) -> Position:
        """The position `offset` bytes into this file."""
        status = os.fstat(self._raw.fileno())
        size = min(_HEAD_BYTES, status.st_size if self._packed else offset)
        return Position(status.st_ino, offset, f"{size}:{self._digest(size)}")

    def fits(self, position: Position) -> bool:
        """Whether `position` is one in this file, and the file no shorter than it was."""
        status = os.fstat(self._raw.fileno())
        if status.st_ino != position.inode or not (self._packed or status.st_size >= position.offset):
            return False
        size, _, digest = position.head.partition(":")
        return size.isdecimal() and self._digest(min(int(size), _HEAD_BYTES)) == digest

    def close(self) -> None:
        """Close it."""
        self.bytes.close()
        self._raw.close()

    def _digest(self, size: int) -> str:
        return blake2b(os.pread(self._raw.fileno(), size, 0), digest_size=8).hexdigest()


@dataclass(slots=True)
class Positions:
    """The position in every file, by name, and when they were last written down."""

    files: dict[str, Position]
    at: datetime | None

    @classmethod
    def load(cls, cursor: str | None) -> Self:
        """The positions in a cursor; one that cannot be read means from the beginning."""
        try:
            raw = json.loads(cursor or "{}")
            entries = raw.get("files", {}).items()
            files = {str(name): Position(int(i), int(o), str(h)) for name, (i, o, h) in entries}
            return cls(files, datetime.fromisoformat(raw["at"]) if "at" in raw else None)
        except (ValueError, TypeError, AttributeError):
            return cls({}, None)

    def dump(self, now: datetime) -> str:
        """The cursor."""
        self.at = now
        files = {name: [each.inode, each.offset, each.head] for name, each in self.files.items()}
        return json.dumps({"at": now.isoformat(), "files": files}, separators=(",", ":"))


def fits(path: Path, position: Position) -> bool:
    """Whether the file at `path` is the one that `position` is of."""
    try:
        file = OpenFile(path)
    except OSError:
        return False
    try:
        return file.fits(position)
    finally:
        file.close()


def find(folder: Path, wanted: Position) -> Path | None:
    """The file in `folder` that a position is of, whatever its name is now."""
    try:
        names = [each.name for each in os.scandir(folder) if each.inode() == wanted.inode and each.is_file()]
    except OSError:
        return None
    return next((folder / name for name in names if fits(folder / name, wanted)), None)


def stamp(path: Path) -> Stamp:
    """Changes whenever the file at `path` does."""
    return _stamp(path.stat())


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_ino, status.st_size, status.st_mtime_ns
