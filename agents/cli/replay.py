"""`replay`: recorded mentions through the engine at full speed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table
from rich.text import Text

from agents.building import collect_rarely
from agents.cli.exits import Exit
from agents.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, settings_of
from agents.cli.progress import progress
from agents.cli.screen import complain, err, out, say_json
from agents.cli.times import BadTime, local, moment
from agents.recorded import Reading, Recording
from agents.replay import Replay
from agents.settings import Settings
from streams.clock import SystemClock
from streams.dead_letters import DeadLetterFile
from streams.records import Mention

DEAD_LETTERS = Path("var/dead-letters.jsonl")


def replay(
    files: Annotated[list[Path], typer.Argument(help="JSON lines or CSV, plain or gzip, in order of time.")],
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
    since: Annotated[str | None, typer.Option(help="Leave out what is older than this time.")] = None,
    until: Annotated[str | None, typer.Option(help="Leave out what is not older than this time.")] = None,
    batch: Annotated[int, typer.Option(min=1, help="Mentions a batch; changes speed, never results.")] = 2000,
    dead_letters: Annotated[Path, typer.Option(help="Where unusable input is kept.")] = DEAD_LETTERS,
    as_json: AsJson = False,
) -> int:
    """Print what would have paged in recorded mentions, and when.

    Nobody answers a recording, so pages about overdue answers are left out.
    """
    settings = _alike(settings_of(config), negativity)
    zone = settings.organisation.zone
    span = _moment("--since", since, zone), _moment("--until", until, zone)
    reading = Reading(_mapping(columns or []), platform, language, negativity, min(batch, 100_000))
    recording = Recording(files, reading, SystemClock(), DeadLetterFile(dead_letters))
    run = Replay(settings)
    collect_rarely()
    show = say_json if as_json else partial(_show, zone=zone)
    started = time.perf_counter()
    for record in _records(run, recording.mentions(*span), batch):
        show(record)
    if not as_json:
        _summarise(run, time.perf_counter() - started, len(settings.topics))
    return _complained(run, recording, dead_letters)


def _alike(settings: Settings, negativity: float | None) -> Settings:
    """Where every mention is as negative as the other, that is the usual share, too."""
    if not negativity:
        return settings
    return settings.model_copy(
        update={"watch": settings.watch.model_copy(update={"usual_share": negativity})}
    )


def _records(run: Replay, mentions: Iterator[Mention], batch: int) -> Iterator[dict[str, Any]]:
    with progress("mentions") as shown:
        task = shown.add_task("", total=None)
        while chunk := list(islice(mentions, batch)):
            yield from run.step(chunk)
            shown.update(task, advance=len(chunk), description=f"{chunk[-1].event_at:%Y-%m-%d}")
        yield from run.finish()


def _mapping(columns: Sequence[str]) -> dict[str, str | list[str]] | None:
    pairs = [column.partition("=") for column in columns]
    wrong = [column for column, (_, sign, _) in zip(columns, pairs, strict=True) if not sign]
    if wrong:
        raise typer.BadParameter(f"{wrong[0]!r} has no '='; write field=column, such as text=title")
    return {field.strip(): column.strip() for field, _, column in pairs} or None


def _moment(option: str, text: str | None, zone: ZoneInfo) -> datetime | None:
    try:
        return moment(text, zone) if text else None
    except BadTime as error:
        raise typer.BadParameter(f"{option}: {error}") from None


def _show(record: dict[str, Any], zone: ZoneInfo) -> None:
    """A page as its five lines, anything else as one line."""
    at = local(datetime.fromisoformat(record["at"]), zone)
    where = record["topic"] + (f" · {record['thread']}" if record["thread"] else "")
    head = f"{at}  {record['type']:<10}  {record['severity']}/5  {where}"
    out().print(Text(head, style="bold red" if record["type"] == "page" else ""), soft_wrap=True)
    for line in record.get("lines", ()):
        out().print(Text(f"    {line}"), soft_wrap=True)


def _summarise(run: Replay, seconds: float, topics: int) -> None:
    table = Table(show_header=False, box=None, pad_edge=False)
    total = run.tallies["mentions"]
    rows = {
        "mentions": f"{total:,} ({total / max(seconds, 1e-9):,.0f} a second)",
        "of a topic": f"{run.tallies['matched']:,}",
        "too late for the rates": f"{run.engine.tallies['late']:,}",
        "topics": f"{topics:,}",
        "pages": f"{run.tallies['pages']:,}",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    out().print(table)


def _complained(run: Replay, recording: Recording, kept: Path) -> int:
    """Say what was not as it should be; the exit code."""
    if run.engine.tallies["late"] > run.tallies["mentions"] / 10:
        err().print("more than a tenth came too late to count: sort the recording by time of publication")
    if recording.bad:
        err().print(_reasons(recording.bad, kept))
    if recording.bad and not recording.usable:
        complain("nothing was usable: replay takes JSON lines, or CSV with --columns FIELD=COLUMN")
        return Exit.INPUT
    return Exit.DONE


def _reasons(bad: Counter[str], kept: Path) -> str:
    reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(bad.items()))
    return f"not usable as it came, kept in {kept}: {reasons}"
