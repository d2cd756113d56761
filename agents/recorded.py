"""Recorded mentions in files, as a replay reads them: checked first, merged by time, the unusable kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import chain
from pathlib import Path

from streams.clock import Clock
from streams.dead_letters import DeadLetterFile
from streams.errors import BadRecord
from streams.feeds.jsonl import JsonlFeed, JsonlFeedSettings
from streams.feeds.lines import Rows
from streams.feeds.positions import OpenFile
from streams.records import DeadLetter, Mention

_LINES = (".jsonl", ".ndjson", ".json")
_TABLES = (".csv", ".tsv")


class BadInput(OSError):
    """A file that cannot be replayed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read: which column of a table is which field, and what holds where nothing is said."""

    columns: dict[str, str | list[str]] | None = None
    platform: str | None = None
    language: str | None = None
    negativity: float | None = None
    batch: int = 2000

    def feed(self, file: Path, number: int, clock: Clock) -> JsonlFeed:
        """The reader of a file; `BadInput` where it could give nothing."""
        _check_file(file)
        table = _is_table(file, mapped=self.columns is not None)
        if table:
            self._check_header(file)
        settings = JsonlFeedSettings(
            name=f"file-{number}",
            path=file,
            format="csv" if table else "jsonl",
            columns=self.columns if table else None,
            platform=self.platform or ("csv" if table else None),
            language=self.language,
            negativity=self.negativity,
            batch_size=self.batch,
        )
        return JsonlFeed(settings, clock)

    def _check_header(self, file: Path) -> None:
        opened = OpenFile(file)
        try:
            Rows(opened.bytes, self.columns, self.platform, final=True)
        except (BadRecord, EOFError) as bad:
            detail = getattr(bad, "detail", str(bad))
            raise BadInput(f"{file}: {detail}; name them with --columns FIELD=COLUMN") from None
        finally:
            opened.close()


class Recording:
    """The mentions of files in order of time. `bad` counts, by reason, what could not be used as it came."""

    def __init__(
        self, files: Sequence[Path], reading: Reading, clock: Clock, dead_letters: DeadLetterFile
    ) -> None:
        self.bad: Counter[str] = Counter()
        self.usable = 0
        self._feeds = [reading.feed(file, number, clock) for number, file in enumerate(files, start=1)]
        self._file = dead_letters

    def mentions(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[Mention]:
        """Those published in `[since, until)`: one file as it stands, several merged by event time."""
        files: list[Iterator[Mention]] = [chain.from_iterable(self._read(feed)) for feed in self._feeds]
        found: Iterable[Mention] = files[0] if len(files) == 1 else merge(*files, key=lambda m: m.event_at)
        for mention in found:
            self.usable += 1
            at = mention.event_at
            if (since is None or at >= since) and (until is None or at < until):
                yield mention

    def _read(self, feed: JsonlFeed) -> Iterator[list[Mention]]:
        for batch in feed.batches(None):
            self._keep(batch.dead_letters)
            yield batch.mentions

    def _keep(self, letters: Sequence[DeadLetter]) -> None:
        self._file.append(letters)
        self.bad.update(letter.reason for letter in letters)


def _check_file(file: Path) -> None:
    if file.is_dir():
        raise BadInput(f"{file} is a folder; name the files in it: {file / '*.jsonl.gz'}")
    if not file.exists():
        raise BadInput(f"{file}: there is no such file")
    if not file.is_file():
        raise BadInput(f"{file} cannot be read twice, as a pipe; write it to a file first")
    file.open("rb").close()  # says now if we may not read it


def _is_table(file: Path, *, mapped: bool) -> bool:
    """Tables by their name; with a mapping of columns whatever is not named as JSON lines."""
    name = file.name.lower().removesuffix(".gz")
    return name.endswith(_TABLES) or (mapped and not name.endswith(_LINES))
