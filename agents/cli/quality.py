"""`quality`: the weekly report of how good the pages were, in Markdown or as JSON."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from agents.backtest.quality import measured
from agents.cli.history import MOST, opened
from agents.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, settings_of
from agents.cli.screen import out, say_json
from agents.cli.times import moment
from alerts.neutral import plain
from alerts.quality_report import markdown
from streams.clock import SystemClock

WEEK = timedelta(days=7)


def quality(
    config: ConfigFile = DEFAULT_CONFIG,
    end: Annotated[str | None, typer.Option("--until", help="End of the week; else now.")] = None,
    language: Annotated[str | None, typer.Option(help="fi, sv or en; else the organisation's.")] = None,
    as_json: AsJson = False,
) -> None:
    """Report the week's and the quarter's pages: budget, observed rate, precision by votes, what was missed.

    Markdown for people, --json for machines. Where precision stays below its target it says what to try.
    """
    settings = settings_of(config)
    now = moment(end, settings.organisation.zone) if end else SystemClock().now()
    with opened(settings) as store:
        incidents = store.incidents(limit=MOST)
        week = measured(store, incidents, settings, (now - WEEK, now))
        longer = measured(store, incidents, settings, (now - timedelta(days=settings.quality.days), now))
    if as_json:
        say_json({"week": week.model_dump(mode="json"), "quarter": longer.model_dump(mode="json")})
        return
    told = markdown(week, longer, settings.quality, language or settings.organisation.language)
    out().print(plain_lines(told), soft_wrap=True)


def plain_lines(text: str) -> str:
    """The text line by line without anything that a terminal could act upon."""
    return "\n".join(plain(line, 1000) for line in text.splitlines())
