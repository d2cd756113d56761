"""`digest`: what people asked, proposed and praised this week, or what waits for an answer today."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from agents.cli.history import opened
from agents.cli.options import DEFAULT_CONFIG, ConfigFile, settings_of
from agents.cli.screen import say_json
from agents.cli.times import moment
from alerts.feedback.digest import gather
from alerts.feedback.written import markdown, table
from alerts.languages import Language
from streams.clock import SystemClock


class Format(StrEnum):
    """How a digest is written."""

    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"


def digest(
    *,
    daily: Annotated[bool, typer.Option("--daily", help="The last day: what waits for an answer.")] = False,
    weekly: Annotated[
        bool, typer.Option("--weekly", help="The last week: questions, ideas and praise by topic.")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    topic: Annotated[
        list[str] | None, typer.Option(help="Only this topic; may be given several times.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="The end of the day or week; without it, now.", metavar="TIME")
    ] = None,
    say_in: Annotated[
        Language | None, typer.Option(help="Language of the headings; else the organisation's.")
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="Markdown to read, CSV for a spreadsheet, or JSON.")
    ] = Format.MARKDOWN,
) -> None:
    """Write a digest of what people say to standard output; without an option the weekly one."""
    if daily and weekly:
        raise typer.BadParameter("choose one of --daily and --weekly")
    settings = settings_of(config)
    us = settings.organisation
    end = moment(until, us.zone) if until else SystemClock().now()
    names = topic or [each.name for each in settings.topics]
    with opened(settings) as store:
        found = gather(store, us, names, "daily" if daily else "weekly", end)
    if form is Format.JSON:
        say_json(found.model_dump(mode="json"))
        return
    text = table(found) if form is Format.CSV else markdown(found, say_in or us.language, us.zone)
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
