"""`bench detection`: measure the detector against public data; beside `bench sentiment` in one group."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.text import Text

from agents.bench import suite
from agents.bench.setup import Setup
from agents.cli.options import AsJson
from agents.cli.screen import complain, out, say_json
from agents.cli.sentiment import bench as app

DATA = Path("../shared/data/detection")


@app.command("detection")
def detection(
    data: Annotated[Path, typer.Option(help="The folder of the public data sets.")] = DATA,
    half: Annotated[
        Literal["tune", "test", "all"], typer.Option(help="Which shapes and topics to inject.")
    ] = "test",
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = os.cpu_count() or 1,
    every: Annotated[float, typer.Option(min=0.1, help="Days between injections.")] = 1.0,
    only: Annotated[str, typer.Option(help="Parts, by commas: " + ", ".join(suite.NAMES))] = "",
    as_json: AsJson = False,
) -> None:
    """Measure recall, lead and false pages of the shipped engine; minutes, and without data seconds."""
    if not data.is_dir():
        complain(
            f"palovahti: {data} is not there, so detection is measured on made-up controls only; see --data"
        )
    part = None
    setup = Setup(data, half, every)
    for row in suite.run(setup, jobs, only.split(",") if only else suite.NAMES):
        if as_json:
            say_json(row)
            continue
        if row["part"] != part:
            part = row["part"]
            out().print(Text(str(part), style="bold"))
        figures = "  ".join(f"{key} {value}" for key, value in row.items() if key not in ("part", "what"))
        out().print(Text(f"  {row['what']}: {figures}"))
