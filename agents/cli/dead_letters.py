"""`streams dead-letters`: list what could not be used, show one, put them back after mending."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from agents.cli.exits import Exit
from agents.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, settings_of
from agents.cli.raw import content, preview
from agents.cli.screen import complain, out, say_json
from agents.cli.times import local
from agents.settings import Settings
from alerts.notifiers.plain import plain
from streams.kafka.dead_letters import Refused, is_ours, put_back, waiting

app = typer.Typer(invoke_without_command=True)

Reason = Annotated[str | None, typer.Option(help="Only those refused for this reason.")]
Positions = Annotated[list[str] | None, typer.Argument(metavar="POSITION", help="Such as mentions/3/1041.")]


@app.callback()
def root(context: typer.Context, config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List the records that could not be used and were not put back yet."""
    if context.invoked_subcommand is None:
        list_(config, None, as_json)


@app.command("list")
def list_(config: ConfigFile = DEFAULT_CONFIG, reason: Reason = None, as_json: AsJson = False) -> None:
    """List them, the oldest first, with how many there are of each reason."""
    settings = settings_of(config)
    letters = _chosen(settings, reason, None)
    if as_json:
        for each in letters:
            say_json(_object(each))
    elif letters:
        out().print(_table(letters, settings))
        out().print(", ".join(f"{number} {told}" for told, number in _by_reason(letters).most_common()))
    else:
        out().print("No dead letters.")


@app.command()
def show(
    position: Annotated[str, typer.Argument(metavar="POSITION", help="Such as mentions/3/1041.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Write the bytes of one to standard output, exactly as they came."""
    for each in _chosen(settings_of(config), None, [position]):
        sys.stdout.buffer.write(each.record.value or b"")
        return
    complain(f"no dead letter {position}; see palovahti streams dead-letters list")
    raise typer.Exit(Exit.FOUND)


@app.command()
def replay(
    positions: Positions = None,
    config: ConfigFile = DEFAULT_CONFIG,
    reason: Reason = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    mended: Annotated[
        Path | None, typer.Option("--with", exists=True, help="Put this file's bytes in the place of one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put records back into their streams after mending, and take the letters away."""
    if not positions and not reason and not everything:
        raise typer.BadParameter("say which: positions, --reason or --all")
    settings = settings_of(config)
    letters = _chosen(settings, reason, positions)
    if mended is not None and len(letters) != 1:
        raise typer.BadParameter(f"--with mends one record, and {len(letters)} are chosen; give its position")
    value = mended.read_bytes() if mended is not None else None
    number = put_back(settings.kafka, letters, lambda old: old if value is None else value)
    left = [each.position for each in letters if not is_ours(each)]
    if as_json:
        say_json({"put_back": number, "left": left})
    else:
        out().print(f"{number} put back.", soft_wrap=True)
        for each in left:
            out().print(f"{plain(each)} came from a feed: give the feed what was mended", soft_wrap=True)
    if not number:
        raise typer.Exit(Exit.FOUND)


def _chosen(settings: Settings, reason: str | None, positions: list[str] | None) -> list[Refused]:
    return [
        each
        for each in waiting(settings.kafka)
        if (reason is None or each.reason == reason) and (not positions or each.position in positions)
    ]


def _by_reason(letters: list[Refused]) -> Counter[str]:
    return Counter(plain(each.reason, 40) for each in letters)


def _object(each: Refused) -> dict[str, object]:
    return {
        "position": each.position,
        "reason": each.reason,
        "detail": each.detail,
        "seen_at": each.record.at.isoformat(),
        **content(each.record.value),
    }


def _table(letters: list[Refused], settings: Settings) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("position", "seen", "reason", "detail", "begins with"):
        table.add_column(heading, overflow="fold" if heading == "position" else "ellipsis")
    for each in letters:
        cells = [plain(each.position, 100), local(each.record.at, settings.organisation.zone)]
        cells += [plain(each.reason, 40), plain(each.detail, 80), preview(each.record.value, 60)]
        table.add_row(*(Text(cell) for cell in cells))
    return table
