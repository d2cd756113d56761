"""The dead-letter file: what came in and could not be used as it was, one line of JSON each."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from streams.records import DeadLetter

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)


class DeadLetterFile:
    """Appends dead letters to `path`; at `max_bytes` it becomes `path.1` and so on, `keep` old ones at most.

    Readable by its owner only: dead letters hold what people wrote. A full disk stops nothing: what could not
    be written is counted in `lost`.
    """

    def __init__(self, path: str | Path, *, max_bytes: int = 10_000_000, keep: int = 3) -> None:
        self.path = Path(path)
        self.lost = 0
        self._max_bytes = max_bytes
        self._keep = keep

    def append(self, letters: Iterable[DeadLetter]) -> int:
        """Write the letters and return how many were written."""
        lines = [letter.model_dump_json().encode() + b"\n" for letter in letters]
        if not lines:
            return 0
        try:
            self._write(lines)
        except OSError:
            self.lost += len(lines)
            return 0
        return len(lines)

    def _write(self, lines: list[bytes]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        room = self._max_bytes - self._size()
        batch: list[bytes] = []
        for line in lines:
            if room < len(line):
                self._flush(batch)
                self._rotate()
                batch, room = [], self._max_bytes
            batch.append(line)
            room -= len(line)
        self._flush(batch)

    def _size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def _flush(self, batch: list[bytes]) -> None:
        if not batch:
            return
        handle = os.open(self.path, _FLAGS, 0o600)
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, 0o600)
            file.write(b"".join(batch))

    def _rotate(self) -> None:
        if not self._size():
            return
        if self._keep == 0:
            self.path.unlink()
            return
        for number in range(self._keep - 1, 0, -1):
            older = self._numbered(number)
            if older.exists():
                older.replace(self._numbered(number + 1))
        self.path.replace(self._numbered(1))

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")
