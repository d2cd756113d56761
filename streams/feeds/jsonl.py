"""Mentions from files: JSON lines or tables, plain or packed, one or a folder of them, growing or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field

from streams.bad_input import Repair
from streams.clock import Clock, SystemClock
from streams.codec import dead_letter, decode_lines
from streams.errors import BadRecord
from streams.feeds.feed import FeedBatch
from streams.feeds.health import FeedHealth, FeedName
from streams.feeds.lines import Damaged, Lines, Rows, Source, Taken
from streams.feeds.positions import OpenFile, Position, Positions, Stamp, find, fits, stamp
from streams.recent import Recent
from streams.records import Gap, Record
from streams.repair import Defaults

_PATTERNS = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz", ".csv", ".csv.gz", ".tsv", ".tsv.gz")
_TABLES = (".csv", ".csv.gz", ".tsv", ".tsv.gz")


class JsonlFeedSettings(Record):
    """A feed of files. `follow` waits for more; `columns` maps fields to the columns of a table."""

    type: Literal["jsonl"] = "jsonl"
    name: FeedName
    path: Path
    follow: bool = False
    format: Literal["auto", "jsonl", "csv"] = "auto"
    columns: dict[str, str | list[str]] | None = None
    platform: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")
    channel: str | None = None
    language: str | None = None
    negativity: float | None = Field(default=None, ge=0, le=1)
    batch_size: int = Field(default=1_000, ge=1, le=100_000)
    poll_seconds: float = Field(default=1.0, gt=0)


@dataclass(slots=True)
class _Look:
    """What one look at the files found."""

    gaps: list[Gap]
    todo: list[tuple[str, Path, bool]]  # name, where it is, whether it was moved aside


class JsonlFeed:
    """Reads files in the order of their names and goes on exactly where its cursor stands."""

    def __init__(self, settings: JsonlFeedSettings, clock: Clock | None = None) -> None:
        self.name = settings.name
        self.health = FeedHealth()
        self._settings = settings
        self._clock = clock or SystemClock()
        self._recent = Recent()
        self._done: dict[str, tuple[Stamp, bool]] = {}  # what was read to its end, and whether for good
        self._looked_at: datetime | None = None
        self._closed = asyncio.Event()
        self._defaults = Defaults(
            feed=settings.name,
            platform=settings.platform,
            channel=settings.channel,
            language=settings.language,
            negativity=settings.negativity,
        )

    async def read(self, cursor: str | None) -> AsyncIterator[FeedBatch]:
        """Batches from `cursor` on; with `follow` it never ends, else it ends with the last file."""
        positions = Positions.load(cursor)
        self._done.clear()
        while not self._closed.is_set():
            batches = self._look(positions)
            while (batch := await asyncio.to_thread(next, batches, None)) is not None:
                yield batch
            if not self._settings.follow:
                return
            await self._pause()

    def batches(self, cursor: str | None) -> Iterator[FeedBatch]:
        """The same without waiting for more: what the files hold now, for a replay at full speed."""
        self._done.clear()
        return self._look(Positions.load(cursor))

    async def confirm(self, batch: FeedBatch) -> None:
        """Nothing to do: the cursor says it all."""

    async def close(self) -> None:
        """Stop following."""
        self._closed.set()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._settings.poll_seconds):
                await self._closed.wait()
        except TimeoutError:
            return

    def _look(self, positions: Positions) -> Iterator[FeedBatch]:
        """Everything that the files hold beyond `positions`, which move along."""
        try:
            look = self._survey(positions)
        except OSError as error:
            self._fail(error)
            return
        self._looked_at = self._clock.now()
        if look.gaps:
            yield FeedBatch(self.name, cursor=positions.dump(self._looked_at), gaps=look.gaps)
        for name, path, moved in look.todo:
            yield from self._file(name, path, positions, moved=moved)

    def _survey(self, positions: Positions) -> _Look:
        """What is to be read, moved files first."""
        present = self._present()
        look = _Look([], [])
        for name, old in list(positions.files.items()):
            if not fits(self._folder / name, old):
                self._find_again(name, old, positions, present, look)
        moved = [(name, self._folder / name, True) for name in sorted(positions.files) if name not in present]
        look.todo = moved + [(name, path, False) for name, path in sorted(present.items())]
        return look

    def _find_again(
        self, name: str, old: Position, positions: Positions, present: dict[str, Path], look: _Look
    ) -> None:
        """A file is not what it was: moved aside (go on there), or gone or emptied (a gap)."""
        done = self._done.pop(name, None)
        del positions.files[name]
        moved = find((self._folder / name).parent, old)
        if moved is not None:
            positions.files[moved.name] = old
        elif name in present:
            look.gaps.append(self._gap(positions, "file_replaced"))
        elif done is None and self._looked_at is not None:
            look.gaps.append(self._gap(positions, "file_removed"))

    def _gap(self, positions: Positions, reason: str) -> Gap:
        now = self._clock.now()
        return Gap(feed=self.name, start=self._looked_at or positions.at or now, end=now, reason=reason)

    @property
    def _folder(self) -> Path:
        path = self._settings.path
        return path if path.is_dir() else path.parent

    def _present(self) -> dict[str, Path]:
        path = self._settings.path
        if not path.is_dir():
            return {path.name: path} if path.is_file() or not self._settings.follow else {}
        return {
            each.name: each
            for each in path.iterdir()
            if each.name.endswith(_PATTERNS) and not each.name.startswith(".") and each.is_file()
        }

    def _file(self, name: str, path: Path, positions: Positions, *, moved: bool) -> Iterator[FeedBatch]:
        try:
            done, now = self._done.get(name), stamp(path)
            # The writer of a file moved aside may still end its last line, so that is read a look later.
            final = not self._settings.follow or (moved and done == (now, False))
            if done is None or done[0] != now or (final and not done[1]):
                yield from self._read_file(name, path, positions, final=final)
        except OSError as error:
            self._fail(error)

    def _read_file(self, name: str, path: Path, positions: Positions, *, final: bool) -> Iterator[FeedBatch]:
        file = OpenFile(path)
        try:
            now = file.stamp()
            yield from self._drain(name, file, positions, final=final)
            self._done[name] = (now, final)
        except (BadRecord, Damaged) as bad:
            self._done[name] = (now, final)
            if final or isinstance(bad, BadRecord):  # a packed file that still grows always ends early
                yield self._unreadable(name, positions, str(bad))
        finally:
            file.close()

    def _drain(self, name: str, file: OpenFile, positions: Positions, *, final: bool) -> Iterator[FeedBatch]:
        known = positions.files.get(name)
        if known is not None and not file.fits(known):
            return  # replaced since the survey; the next one will see it
        source = self._source(name, file, final=final)
        offset = known.offset if known else 0
        while (taken := source.take(offset, self._settings.batch_size)).end != offset:
            if known is not None and not file.fits(known):
                return  # written anew since the last batch; what was taken is from the middle of it
            offset = taken.end
            known = positions.files[name] = file.position(offset)
            yield self._batch(name, taken, positions)

    def _source(self, name: str, file: OpenFile, *, final: bool) -> Source:
        table = name.endswith(_TABLES) if self._settings.format == "auto" else self._settings.format == "csv"
        if not table:
            return Lines(file.bytes, final=final)
        return Rows(file.bytes, self._settings.columns, self._settings.platform, final=final)

    def _batch(self, name: str, taken: Taken, positions: Positions) -> FeedBatch:
        now = self._clock.now()
        decoded = decode_lines(
            taken.lines,
            now,
            defaults=self._defaults,
            recent=self._recent,
            where=lambda index: f"{name}@{taken.starts[index]}",
        )
        self.health.read(now, len(decoded.mentions))
        cursor = positions.dump(now)
        return FeedBatch(self.name, decoded.mentions, cursor, dead_letters=decoded.dead_letters)

    def _unreadable(self, name: str, positions: Positions, detail: str) -> FeedBatch:
        now = self._clock.now()
        self.health.failed("malformed", f"{name}: {detail}")
        letter = dead_letter(self.name, Repair("malformed", detail), name, b"", now)
        return FeedBatch(self.name, cursor=positions.dump(now), dead_letters=[letter])

    def _fail(self, error: OSError) -> None:
        self.health.failed("unreachable", f"{type(error).__name__}: {error}")
