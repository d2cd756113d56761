"""`bench detection`: measure the detector; beside `bench sentiment` in one group."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.text import Text

from agents.bench import made_data, page, suite
from agents.bench.setup import Half, Row, Setup
from agents.cli.exits import Exit
from agents.cli.options import AsJson
from agents.cli.progress import progress
from agents.cli.screen import complain, err, out, say_json
from agents.cli.sentiment import bench as app

DATA = Path("../shared/data/detection")


@app.command("detection")
def detection(
    data: Annotated[Path, typer.Option(help="The folder of the public data sets.")] = DATA,
    half: Annotated[Half, typer.Option(help="Which shapes and topics to inject.")] = "test",
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = os.cpu_count() or 1,
    every: Annotated[float, typer.Option(min=0.1, help="Days between injections.")] = 1.0,
    only: Annotated[str, typer.Option(help="Parts, by commas: " + ", ".join(suite.NAMES))] = "",
    to: Annotated[
        Path | None, typer.Option("--out", help="Folder whose page, figures and pictures are renewed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure recall, lead, false pages, threads and controls of the shipped engine, beside its peers.

    Without the public data a small set is made up, so that it runs anywhere.
    """
    parts = _chosen(only)
    with _folder(data) as folder:
        rows = list(_rows(Setup(folder, half, every), jobs, parts))
    _say(rows, as_json=as_json)
    if to is not None:
        for path in page.write(to, rows, f"palovahti {shlex.join(sys.argv[1:])}"):
            err().print(f"Written to {path}")


def _chosen(only: str) -> tuple[str, ...]:
    parts = tuple(name.strip() for name in only.split(",")) if only else suite.NAMES
    unknown = [name for name in parts if name not in suite.NAMES]
    if unknown:
        complain(f"palovahti: --only knows no {', '.join(unknown)}; it knows {', '.join(suite.NAMES)}")
        raise typer.Exit(Exit.USAGE)
    return parts


@contextmanager
def _folder(data: Path) -> Iterator[Path]:
    """The data, or a made-up set that is gone afterwards."""
    if data.is_dir():
        yield data
        return
    complain(
        f"palovahti: {data} is not there; measured on made-up data, whose figures only show that it runs"
    )
    with TemporaryDirectory() as made:
        yield made_data.write(Path(made))


def _rows(setup: Setup, jobs: int, parts: tuple[str, ...]) -> Iterator[Row]:
    with progress("tasks") as bar:
        task = bar.add_task("Measuring", total=None)
        yield from suite.run(
            setup, jobs, parts, lambda done, all_: bar.update(task, completed=done, total=all_)
        )


def _say(rows: list[Row], *, as_json: bool) -> None:
    """One object a line, or a heading for each part and a line for each row."""
    if as_json:
        for row in rows:
            say_json(row)
        return
    out().print(Text(page.machine()))
    for part in dict.fromkeys(str(row["part"]) for row in rows):
        out().print(Text(part, style="bold"))
        for row in rows:
            if row["part"] == part:
                out().print(Text(f"  {row['what']}: {_figures(row)}"))


def _figures(row: Mapping[str, object]) -> str:
    hidden = ("part", "what", *page.BULKY)
    return "  ".join(f"{key} {value}" for key, value in row.items() if key not in hidden)
