"""`replay`: recorded mentions through the engine at full speed."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from heapq import merge
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from agents.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, settings_of
from agents.cli.screen import err, out, say_json
from agents.replay import Replay
from agents.settings import Settings
from streams.clock import SystemClock
from streams.dead_letters import DeadLetterFile
from streams.errors import BadConfiguration
from streams.feeds.jsonl import JsonlFeed, JsonlFeedSettings
from streams.records import DeadLetter, Mention

DEAD_LETTERS = Path("var/dead-letters.jsonl")


class Recording:
    """The mentions of several files in order of time, and what could not be used."""

    def __init__(self, feeds: Sequence[JsonlFeed], dead_letters: DeadLetterFile) -> None:
        self._feeds = feeds
        self._file = dead_letters
        self.bad: Counter[str] = Counter()

    def mentions(self, since: datetime | None, until: datetime | None) -> Iterator[Mention]:
        """One file as it stands; several merged by event time."""
        files: list[Iterator[Mention]] = [self._of(feed) for feed in self._feeds]
        found: Iterable[Mention] = files[0] if len(files) == 1 else merge(*files, key=lambda m: m.event_at)
        for mention in found:
            at = mention.event_at
            if (since is None or at >= since) and (until is None or at < until):
                yield mention

    def _of(self, feed: JsonlFeed) -> Iterator[Mention]:
        return chain.from_iterable(self._kept(feed))

    def _kept(self, feed: JsonlFeed) -> Iterator[list[Mention]]:
        for batch in feed.batches(None):
            self._keep(batch.dead_letters)
            yield batch.mentions

    def _keep(self, letters: Sequence[DeadLetter]) -> None:
        if letters:
            self._file.append(letters)
            self.bad.update(letter.reason for letter in letters)


def replay(
    files: Annotated[list[Path], typer.Argument(help="JSON lines or CSV, plain or gzip.")],
    config: ConfigFile = DEFAULT_CONFIG,
    negativity: Annotated[
        float | None, typer.Option(min=0, max=1, help="For mentions that carry none: 1 watches plain volume.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(help='CSV: a field and its columns, such as "text=title + summary"; repeat for each.'),
    ] = None,
    platform: Annotated[str | None, typer.Option(help="For mentions that name none.")] = None,
    language: Annotated[str | None, typer.Option(help="For mentions that name none.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Leave out what is older (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option(help="Leave out what is not older (UTC).")] = None,
    batch: Annotated[int, typer.Option(min=1, help="Mentions a batch; changes speed, never results.")] = 2000,
    dead_letters: Annotated[Path, typer.Option(help="Where unusable input is kept.")] = DEAD_LETTERS,
    as_json: AsJson = False,
) -> None:
    """Print what would have paged in recorded mentions, and when."""
    settings = settings_of(config)
    if not settings.topics:
        raise BadConfiguration([f"{config}: topics: there is none to watch; add one under `topics:`"])
    mapping = _mapping(columns or [])
    feeds = [_feed(f, i, mapping, platform, language, negativity, batch) for i, f in enumerate(files)]
    recording = Recording(feeds, DeadLetterFile(dead_letters))
    run = Replay(settings)
    mentions = recording.mentions(_utc(since), _utc(until))
    started = time.perf_counter()
    show = say_json if as_json else _show
    for record in _records(run, mentions, batch, quiet=as_json and not sys.stderr.isatty()):
        show(record)
    seconds = time.perf_counter() - started
    if not as_json:
        _summarise(run, recording.bad, seconds, settings, dead_letters)
    elif recording.bad:
        err().print(_complaint(recording.bad, dead_letters))


def _records(
    run: Replay, mentions: Iterator[Mention], batch: int, *, quiet: bool
) -> Iterator[dict[str, Any]]:
    with _progress(quiet) as progress:
        task = progress.add_task("", total=None)
        while chunk := list(islice(mentions, batch)):
            yield from run.step(chunk)
            at = f"{chunk[-1].event_at:%Y-%m-%d %H:%M}"
            progress.update(task, advance=len(chunk), description=at)
        yield from run.finish()


def _progress(quiet: bool) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} mentions"),
        TimeElapsedColumn(),
        console=err(),
        transient=True,
        disable=quiet or not sys.stderr.isatty(),
    )


def _feed(
    file: Path,
    number: int,
    mapping: dict[str, str | list[str]] | None,
    platform: str | None,
    language: str | None,
    negativity: float | None,
    batch: int,
) -> JsonlFeed:
    if not file.is_file():
        raise FileNotFoundError(2, "there is no such file", str(file))
    settings = JsonlFeedSettings(
        name=f"file-{number + 1}",
        path=file,
        columns=mapping,
        platform=platform or ("csv" if mapping else None),
        language=language,
        negativity=negativity,
        batch_size=batch,
    )
    return JsonlFeed(settings, SystemClock())


def _mapping(columns: Sequence[str]) -> dict[str, str | list[str]] | None:
    pairs = [column.partition("=") for column in columns]
    wrong = [column for column, (_, sign, _) in zip(columns, pairs, strict=True) if not sign]
    if wrong:
        raise typer.BadParameter(f"{wrong[0]!r} has no '='; write field=column, such as text=title")
    return {field.strip(): column.strip() for field, _, column in pairs} or None


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def _show(record: dict[str, Any]) -> None:
    """A page as its five lines, anything else as one line."""
    at = f"{datetime.fromisoformat(record['at']):%Y-%m-%d %H:%M}"
    where = record["topic"] + (f" · {record['thread']}" if record["thread"] else "")
    head = f"{at}  {record['type']:<10}  {record['severity']}/5  {where}"
    out().print(Text(head, style="bold red" if record["type"] == "page" else ""))
    for line in record.get("lines", ()):
        out().print(Text(f"    {line}"))


def _summarise(run: Replay, bad: Counter[str], seconds: float, settings: Settings, kept: Path) -> None:
    table = Table(show_header=False, box=None)
    total = run.tallies["mentions"]
    rows = {
        "mentions": f"{total:,} ({total / max(seconds, 1e-9):,.0f} a second)",
        "of a topic": f"{run.tallies['matched']:,}",
        "too late for the rates": f"{run.engine.tallies['late']:,}",
        "topics": f"{len(settings.topics):,}",
        "pages": f"{run.tallies['pages']:,}",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    out().print(table)
    if total and run.engine.tallies["late"] > total / 10:
        err().print("more than a tenth came too late to count: is the recording in order of time?")
    if bad:
        err().print(_complaint(bad, kept))


def _complaint(bad: Counter[str], kept: Path) -> str:
    reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(bad.items()))
    return f"not usable as it came, kept in {escape(str(kept))}: {reasons}"
