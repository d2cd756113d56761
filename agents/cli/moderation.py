"""`moderation`: the ledger of what was hidden, by which published rule, by whom."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated
from uuid import uuid4

import typer
from rich.table import Table
from rich.text import Text

from agents.cli.history import opened
from agents.cli.ledgers import remember
from agents.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, settings_of
from agents.cli.screen import complain, out, say_json
from agents.cli.times import local
from alerts.moderation import LEDGER, Measure, moderate, moderated, snapshot_of
from streams.clock import SystemClock

app = typer.Typer(no_args_is_help=True)
Post = Annotated[str, typer.Argument(metavar="POST", help="Id or address of the post.")]


@app.callback()
def about() -> None:
    """The moderation ledger: what was hidden, by which published rule."""


@app.command("list")
def list_(
    config: ConfigFile = DEFAULT_CONFIG,
    post: Annotated[str | None, typer.Option(help="Only of this post.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List what was hidden, deleted or restored, the newest first."""
    settings = settings_of(config)
    with opened(settings) as store:
        entries = moderated(store.entries(LEDGER, about=post, limit=limit)).entries
    if as_json:
        for one in entries:
            say_json(one.model_dump(mode="json"))
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("at", "by", "measure", "rule", "post", "snapshot"):
        table.add_column(heading)
    for one in entries:
        cells = (local(one.at, settings.organisation.zone), one.by, one.measure, one.rule, one.post)
        table.add_row(*(Text(cell) for cell in (*cells, one.snapshot[:12])))
    out().print(table if entries else "Nothing was ever hidden.")


@app.command()
def add(
    post: Post,
    rule: Annotated[str, typer.Option(help="Id of the published rule (organisation.moderation_rules).")],
    config: ConfigFile = DEFAULT_CONFIG,
    measure: Annotated[Measure, typer.Option(help="What was done.")] = "hidden",
    by: Annotated[str | None, typer.Option(help="Who did it; else the name you are logged in with.")] = None,
    note: Annotated[str, typer.Option(help="Why, in a line.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write down what was hidden; the post's text comes on standard input, and only its hash is kept."""
    settings = settings_of(config)
    entry = moderate(
        settings.organisation,
        post=post,
        text=_text(),
        measure=measure,
        rule=rule,
        by=by or getpass.getuser(),
        at=SystemClock().now(),
        identity=uuid4().hex,
        note=note,
    )
    remember(settings, entry)
    told = moderated([entry]).entries[0]
    if as_json:
        say_json(told.model_dump(mode="json"))
    else:
        out().print(f"Kept: {told.post} {told.measure} by rule {told.rule}.", soft_wrap=True)


@app.command()
def verify(post: Post, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Say whether the text on standard input is what the ledger says was hidden; exit code 1 if not."""
    with opened(settings_of(config)) as store:
        entries = moderated(store.entries(LEDGER, about=post)).entries
    wanted = snapshot_of(_text())
    found = next((one for one in entries if one.snapshot == wanted), None)
    if found is None:
        complain(
            f"the ledger knows no such text of {post}" if entries else f"the ledger knows no post {post}"
        )
        raise typer.Exit(1)
    out().print(f"It is: {found.measure} on {found.at:%Y-%m-%d} by rule {found.rule}.", soft_wrap=True)


def _text() -> str:
    return sys.stdin.buffer.read().decode("utf-8", "replace")
