"""The commands about sentiment: train-scorer, adapt, bench sentiment."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from agents.cli.exits import Exit
from agents.cli.history import opened
from agents.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, settings_of
from agents.cli.screen import say_json
from agents.sentiment.adapt import AdaptationRefused, Adapted, Post, adapt
from agents.sentiment.bench import report
from agents.sentiment.model import BUNDLED, Model, load, save
from agents.sentiment.posts import labelled_posts, read_posts
from agents.sentiment.training.recipe import Recipe, train

DataFolder = Annotated[Path, typer.Option("--data", help="Folder with train.jsonl.gz.", file_okay=False)]

bench = typer.Typer(no_args_is_help=True, help="Measure, and write the page under docs/benchmarks.")


def train_scorer(
    data: DataFolder,
    out: Annotated[Path, typer.Option("--out", help="Where the model file goes.", dir_okay=False)],
    as_json: AsJson = False,
) -> None:
    """Train the bundled sentiment model again, bit for bit, from its data."""
    recipe = Recipe()
    with _progress() as progress:
        task = progress.add_task("Training", total=2 * recipe.rounds)
        model = train(data, recipe, lambda: progress.advance(task))
        progress.update(task, completed=2 * recipe.rounds)
    save(model, out)
    _say_trained(model, out, as_json=as_json)


def adapt_model(
    file: Annotated[
        Path | None, typer.Argument(help="CSV or JSON lines: text, label (neg, neu, pos), language.")
    ] = None,
    labels: Annotated[
        bool, typer.Option("--labels", help="Also the posts that people labelled on the pages.")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    out: Annotated[Path, typer.Option("--out", help="Where the adapted model goes.")] = Path("sentiment.npz"),
    model: Annotated[
        Path | None, typer.Option("--model", help="Model to begin from; else the bundled one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fit the sentiment model to your own labelled posts; refuse where that would make it worse.

    An older file at --out is kept beside it as FILE.old.
    """
    try:
        adapted = adapt(load(model or BUNDLED), _posts(file, config if labels else None))
    except AdaptationRefused as refusal:
        if not as_json:
            raise
        say_json({"adapted": False, "reason": str(refusal)})
        raise typer.Exit(Exit.FOUND) from None
    if out.exists():
        out.replace(out.with_name(out.name + ".old"))
    save(adapted.model, out)
    _say_adapted(adapted, out, as_json=as_json)


def _posts(file: Path | None, config: Path | None) -> list[Post]:
    """The posts of a file, and those that people labelled on the pages of the service of `config`."""
    if file is None and config is None:
        raise typer.BadParameter("name a file of labelled posts, or --labels for those from the pages")
    posts = read_posts(file) if file is not None else []
    if config is not None:
        with opened(settings_of(config)) as store:
            posts += labelled_posts(store.labelled())
    return posts


@bench.command("sentiment")
def bench_sentiment(
    data: DataFolder,
    out: Annotated[Path, typer.Option("--out", help="The page to write.")] = Path(
        "docs/benchmarks/sentiment.md"
    ),
    model: Annotated[
        Path | None, typer.Option("--model", help="Model to measure; else the bundled one.")
    ] = None,
) -> None:
    """Measure the sentiment model: quality per data set and language, calibration, throughput."""
    with _progress() as progress:
        task = progress.add_task("Measuring", total=None)
        page = report(data, load(model or BUNDLED), lambda what: progress.update(task, description=what))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page, encoding="utf-8")
    Console(stderr=True).print(f"Written to {out}", highlight=False, markup=False)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _say_trained(model: Model, out: Path, *, as_json: bool) -> None:
    same = _same_as_bundled(model)
    if as_json:
        say_json({"model": model.name, "out": str(out), "same_as_bundled": same})
        return
    verdict = "the same weights as the bundled ones" if same else "other weights than the bundled ones"
    Console().print(f"{out}: {model.name}, {verdict}", highlight=False, markup=False)


def _same_as_bundled(model: Model) -> bool:
    if not BUNDLED.exists():
        return False
    bundled = load(BUNDLED)
    weights = zip((model.negative, model.positive), (bundled.negative, bundled.positive), strict=True)
    return model.readings == bundled.readings and all(
        np.array_equal(mine, theirs) for mine, theirs in weights
    )


def _say_adapted(adapted: Adapted, out: Path, *, as_json: bool) -> None:
    before, after = asdict(adapted.before), asdict(adapted.after)
    if as_json:
        say_json({"adapted": True, "out": str(out), "before": before, "after": after})
        return
    table = Table(title="Posts not learnt from (five-fold cross-validation)")
    for heading in ("", "before", "after"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, value in before.items():
        table.add_row(name.replace("_", " "), f"{value:.3f}", f"{after[name]:.3f}")
    console = Console()
    console.print(table)
    console.print(f"Written to {out}. To use it: sentiment.model: {out} in palovahti.yaml", highlight=False)
