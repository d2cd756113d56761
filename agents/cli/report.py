"""`incidents report`: what an incident was, for those who were not there and for the next time."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from agents.cli.history import found, opened
from agents.cli.options import DEFAULT_CONFIG, ConfigFile, settings_of
from agents.cli.screen import err
from alerts.aftermath.story import AfterAction, tell
from alerts.aftermath.written import html, markdown, svg
from alerts.languages import Language
from alerts.respond.faq import load_faq
from streams.clock import SystemClock


class Format(StrEnum):
    """How a report is written."""

    MARKDOWN = "markdown"
    HTML = "html"
    SVG = "svg"
    JSON = "json"


SUFFIX = {Format.MARKDOWN: "md", Format.HTML: "html", Format.SVG: "svg", Format.JSON: "json"}


def report(
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help="Its id, or enough of its beginning.")],
    config: ConfigFile = DEFAULT_CONFIG,
    form: Annotated[
        Format, typer.Option("--format", help="To standard output, unless --to is given.")
    ] = Format.MARKDOWN,
    to: Annotated[
        Path | None, typer.Option(help="A folder: all four forms are written there, named by the incident.")
    ] = None,
    say_in: Annotated[Language | None, typer.Option(help="Language; else the organisation's.")] = None,
) -> None:
    """Write the after-action report: timeline, first public answer, spread, words, overrides, gaps, ideas."""
    settings = settings_of(config)
    us = settings.organisation
    with opened(settings) as store:
        one = found(store, incident)
        told = tell(store, us, load_faq(us.faq), one, SystemClock().now())
    language = say_in or us.language

    def written(wanted: Format) -> str:
        return _written(told, wanted, language, settings.organisation.zone)

    if to is None:
        sys.stdout.buffer.write(written(form).encode("utf-8", "replace"))
        return
    to.mkdir(parents=True, exist_ok=True)
    for wanted in Format:
        path = to / f"{one.id}.{SUFFIX[wanted]}"
        path.write_bytes(written(wanted).encode("utf-8", "replace"))
        err().print(f"Written: {path}")


def _written(told: AfterAction, form: Format, language: Language, zone: ZoneInfo) -> str:
    if form is Format.JSON:
        return told.model_dump_json(indent=2) + "\n"
    writer = {Format.MARKDOWN: markdown, Format.HTML: html, Format.SVG: svg}[form]
    return writer(told, language, zone)
