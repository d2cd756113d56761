"""`backtest`: what other budgets would have brought, on a recording or on the service's own history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from agents.backtest.history import arrivals_of
from agents.backtest.trial import Trial
from agents.backtest.verdict import Outcome, Proposal, known_of, outcome_of, propose
from agents.building import build_pipeline, safety_reader, topic_budgets
from agents.cli.history import MOST, NotFound, opened
from agents.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, settings_of
from agents.cli.progress import progress
from agents.cli.replay import DEAD_LETTERS
from agents.cli.screen import out, say_json
from agents.cli.sparks import sparks
from agents.cli.times import local, moment
from agents.pipeline import event_clock
from agents.recorded import Reading, Recording
from agents.settings import Settings
from agents.watch.engine import Arrival
from alerts.incidents import Incident
from alerts.notifiers.plain import plain
from streams.clock import SystemClock
from streams.dead_letters import DeadLetterFile

BUDGETS = "4,2,1,0.5,0.25"
BATCH = 2000
REASONS = {
    "missed": "it would have paged storms that the present setting missed",
    "fewer_pages": "it would have paged as many known storms with fewer false alarms",
    "precision": "too few pages were useful; some storms would be given up",
}


def backtest(
    files: Annotated[
        list[Path] | None, typer.Argument(help="A recording, in order of time; none: the service's history.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    budgets: Annotated[str, typer.Option(help="False pages a month and topic to try.")] = BUDGETS,
    since: Annotated[str | None, typer.Option(help="Leave out what is older than this time.")] = None,
    until: Annotated[str | None, typer.Option(help="Leave out what is not older than this time.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the pages a week at each budget, what would have been missed, and what would be better.

    Judged by votes on incidents and by the storms of `marked` in the configuration. Nothing is changed.
    """
    settings = settings_of(config)
    zone = settings.organisation.zone
    span = moment(since, zone) if since else None, moment(until, zone) if until else None
    tried: list[float | None] = [None, *_numbers(budgets)]
    trial = Trial(topic_budgets(settings), settings.watch, tried)
    judged = _from_files(trial, settings, files, span) if files else _from_store(trial, settings, span)
    found = _outcomes(trial, tried, settings, judged)
    proposal = propose(found[0], found[1:], settings.quality)
    _say_json(trial, found, proposal) if as_json else _show(trial, found, proposal, settings)


def _numbers(budgets: str) -> list[float]:
    try:
        found = sorted({float(each) for each in budgets.split(",")}, reverse=True)
    except ValueError:
        raise typer.BadParameter(
            f"--budgets {budgets}: write numbers with commas, such as {BUDGETS}"
        ) from None
    if not all(0 < each <= 1000 for each in found):
        raise typer.BadParameter("--budgets: each must lie between 0 and 1000")
    return found


def _from_files(
    trial: Trial, settings: Settings, files: Sequence[Path], span: tuple[datetime | None, datetime | None]
) -> list[Incident]:
    """Feed a recording; nobody voted on it."""
    reading = Reading(batch=BATCH)
    recording = Recording(files, reading, SystemClock(), DeadLetterFile(DEAD_LETTERS))
    pipeline = build_pipeline(settings, event_clock)
    mentions = recording.mentions(*span)

    def batches() -> Iterator[list[Arrival]]:
        while chunk := list(islice(mentions, BATCH)):
            yield pipeline.arrivals(chunk)

    _feed(trial, batches())
    return []


def _from_store(
    trial: Trial, settings: Settings, span: tuple[datetime | None, datetime | None]
) -> list[Incident]:
    """Feed what the store holds; returns its incidents, with their votes."""
    end = span[1] or SystemClock().now()
    start = span[0] or end - timedelta(days=settings.quality.days)
    names = [topic.name for topic in settings.topics]
    with opened(settings) as store:
        _feed(trial, arrivals_of(store, names, start, end, safety_reader(settings)))
        if trial.last is None:
            raise NotFound("the store holds no mention of that time; give a recording, or another --since")
        return store.incidents(limit=MOST)


def _feed(trial: Trial, batches: Iterator[list[Arrival]]) -> None:
    with progress("mentions") as shown:
        task = shown.add_task("", total=None)
        for batch in batches:
            trial.step(batch)
            shown.update(task, advance=len(batch), description=f"{trial.last:%Y-%m-%d}" if trial.last else "")


def _outcomes(
    trial: Trial, budgets: Sequence[float | None], settings: Settings, judged: Sequence[Incident]
) -> list[Outcome]:
    if trial.first is None or trial.last is None:
        raise NotFound("there is no mention to try the budgets on")
    span = trial.first, trial.last
    marked = [storm.in_zone(settings.organisation.zone) for storm in settings.marked]
    known = known_of(judged, marked)
    topics = len(settings.topics)
    found = zip(budgets, trial.finish(), strict=True)
    return [outcome_of(budget, openings, known, span, topics) for budget, openings in found]


def _say_json(trial: Trial, outcomes: Sequence[Outcome], proposal: Proposal | None) -> None:
    say_json(
        {
            "from": trial.first.isoformat() if trial.first else None,
            "to": trial.last.isoformat() if trial.last else None,
            "mentions": trial.mentions,
            "outcomes": [each.model_dump(mode="json") for each in outcomes],
            "proposal": proposal.model_dump(mode="json") if proposal else None,
        }
    )


def _show(trial: Trial, outcomes: Sequence[Outcome], proposal: Proposal | None, settings: Settings) -> None:
    zone = settings.organisation.zone
    if trial.first and trial.last:
        out().print(
            f"{trial.mentions:,} mentions, {local(trial.first, zone)} to {local(trial.last, zone)}, "
            f"{len(settings.topics)} topics",
            soft_wrap=True,
        )
    out().print(_table(outcomes))
    for storm in outcomes[0].missed:
        what = f"missed now: {storm.topic} {local(storm.start, zone)} {storm.what}"
        out().print(plain(what), soft_wrap=True)
    out().print(proposed(proposal), soft_wrap=True)


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("budget", "pages", "a topic-month", "known storms", "false", "unjudged", "by week"):
        table.add_column(heading, justify="left" if heading == "by week" else "right")
    for one in outcomes:
        budget = "as set" if one.budget is None else f"{one.budget:g}"
        cells = [budget, str(one.pages), f"{one.pages_a_topic_month:.2f}", f"{one.found}/{one.known}"]
        cells += [str(one.false), str(one.unjudged), sparks(one.pages_a_week)]
        table.add_row(*(Text(cell) for cell in cells))
    return table


def proposed(proposal: Proposal | None) -> str:
    """The proposal in a sentence, with what it would have changed."""
    if proposal is None:
        return "No other budget is proposed."
    now, then = proposal.now, proposal.then
    return (
        f"Proposal: budget {proposal.budget:g}, because {REASONS[proposal.reason]}: "
        f"{then.found}/{then.known} known storms instead of {now.found}/{now.known}, "
        f"{then.false} false alarms instead of {now.false}, {then.pages} pages instead of {now.pages}. "
        "Nothing was changed: set watch.budget or a topic's budget yourself."
    )
