"""`faq check`: the FAQ as a start reads it, answers to be reviewed, questions without an answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from agents.cli.exits import Exit
from agents.cli.history import NotFound, opened
from agents.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, settings_of
from agents.cli.screen import out, say_json

if TYPE_CHECKING:
    from datetime import datetime

    from agents.settings import Settings
    from alerts.respond.asked import Unanswered
    from alerts.respond.faq import Faq, FaqEntry

MOST_MENTIONS = 2000

app = typer.Typer(no_args_is_help=True)


@app.callback()
def about() -> None:
    """Look after the questions and answers."""


@app.command("check")
def check_faq(
    config: ConfigFile = DEFAULT_CONFIG,
    days: Annotated[int, typer.Option(min=1, max=90, help="Questions of the last days.")] = 7,
    least: Annotated[int, typer.Option(min=1, help="Questions that at least so many people asked.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Read faq.yaml, name answers due for review and questions that have none. Code 1: there are any."""
    from alerts.respond.faq import load_faq  # noqa: PLC0415  slow to import; --help must be quick
    from streams.clock import SystemClock  # noqa: PLC0415  beside it

    settings, now = settings_of(config), SystemClock().now()
    faq = load_faq(settings.organisation.faq)
    stale = _stale(faq, settings, now)
    asked = _asked(faq, settings, now, days, least)
    (_say_json if as_json else _say)(faq, stale, asked)
    if stale or asked:
        raise typer.Exit(Exit.FOUND)


def _stale(faq: Faq, settings: Settings, now: datetime) -> list[FaqEntry]:
    ours = settings.organisation
    today = now.astimezone(ours.zone).date()
    return [entry for entry in faq.entries if entry.is_stale(today, ours.faq_fresh_days)]


def _asked(faq: Faq, settings: Settings, now: datetime, days: int, least: int) -> list[Unanswered]:
    """Questions of the stored mentions; none where there is no store yet."""
    from alerts.respond.asked import unanswered  # noqa: PLC0415  slow to import

    try:
        with opened(settings) as store:
            found = {
                mention.id: mention
                for topic in settings.topics
                for mention in store.mentions(
                    topic.name, now - timedelta(days=days), now, limit=MOST_MENTIONS
                )
            }
    except NotFound:
        return []
    return unanswered(found.values(), faq, least, settings.organisation.language)


def _say(faq: Faq, stale: list[FaqEntry], asked: list[Unanswered]) -> None:
    screen = out()
    screen.print(f"{len(faq.entries)} answers")
    for entry in stale:
        screen.print(
            f"review [{entry.language}] {entry.questions[0]} (last {entry.reviewed_at})", soft_wrap=True
        )
    for one in asked:
        screen.print(f"no answer [{one.language}] {one.times} × {one.question}", soft_wrap=True)


def _say_json(faq: Faq, stale: list[FaqEntry], asked: list[Unanswered]) -> None:
    say_json(
        {
            "answers": len(faq.entries),
            "review": [entry.model_dump(mode="json") for entry in stale],
            "unanswered": [
                {
                    "question": one.question,
                    "language": one.language,
                    "people": one.times,
                    "topics": one.topics,
                }
                for one in asked
            ],
        }
    )
