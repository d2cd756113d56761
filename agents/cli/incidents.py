"""`incidents`: list, show, ack, resolve, useful, false-alarm, export."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import uuid4

import typer
from rich.table import Table
from rich.text import Text

from agents.cli.history import MOST, found, opened
from agents.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, settings_of
from agents.cli.report import report
from agents.cli.screen import out, say_json
from agents.cli.times import local, moment
from agents.receivers import receiver_infos
from agents.settings import Settings
from alerts.desk import Desk
from alerts.incidents import LIVE, Incident, IncidentPolicy, State, age_minutes
from alerts.notifiers.plain import plain
from alerts.organisation import Organisation
from alerts.page import page_lines
from alerts.spreadsheet import as_csv as table
from alerts.store.store import Store
from streams.clock import SystemClock
from streams.records import ActionKind, HumanAction

app = typer.Typer(no_args_is_help=False)
app.command()(report)

IncidentId = Annotated[str, typer.Argument(metavar="INCIDENT", help="Its id, or enough of its beginning.")]
By = Annotated[str | None, typer.Option(help="Who does it; else the name you are logged in with.")]
Note = Annotated[str, typer.Option(help="A note for the history.")]
FLAT = (
    "id", "topic", "thread", "state", "severity", "peak_severity", "score", "threshold", "onset_at",
    "opened_at", "acknowledged_at", "acknowledged_by", "answered_at", "resolved_at", "pages", "votes_useful",
    "votes_false", "reason",
)  # fmt: skip


class Format(StrEnum):
    """How an export is written."""

    JSONL = "jsonl"
    CSV = "csv"


@app.command("list")
def list_(
    *,
    config: ConfigFile = DEFAULT_CONFIG,
    topic: Annotated[str | None, typer.Option(help="Only of this topic.")] = None,
    state: Annotated[
        list[State] | None, typer.Option(help="Only in this state; may be given several times.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List incidents, the newest first; without --all or --state only those that are not closed."""
    settings = settings_of(config)
    states = state or (None if everything else list(LIVE))
    with opened(settings) as store:
        listed = store.incidents(states, topic, limit)
    if as_json:
        for each in listed:
            say_json(each.model_dump(mode="json"))
    elif listed:
        out().print(_table(listed, settings.organisation))
    else:
        out().print("No such incident." if everything or state or topic else "No open incident; all is calm.")


@app.command()
def show(incident: IncidentId, config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Show one incident: its page, suggestion, history and deliveries."""
    settings = settings_of(config)
    with opened(settings) as store:
        shown = found(store, incident)
        if as_json:
            say_json(_whole(store, shown))
        else:
            _show(store, shown, settings.organisation)


@app.command()
def ack(
    incident: IncidentId,
    config: ConfigFile = DEFAULT_CONFIG,
    by: By = None,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Acknowledge an incident: somebody has it in hand."""
    _act("acknowledge", incident, config_settings=settings_of(config), by=by, note=note, as_json=as_json)


@app.command()
def resolve(
    incident: IncidentId,
    config: ConfigFile = DEFAULT_CONFIG,
    by: By = None,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Resolve an incident: it is over."""
    _act("resolve", incident, config_settings=settings_of(config), by=by, note=note, as_json=as_json)


@app.command()
def useful(
    incident: IncidentId,
    config: ConfigFile = DEFAULT_CONFIG,
    by: By = None,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Vote that a page was useful; with false alarms it tells how good the pages are."""
    _act("useful", incident, config_settings=settings_of(config), by=by, note=note, as_json=as_json)


@app.command("false-alarm")
def false_alarm(
    incident: IncidentId,
    config: ConfigFile = DEFAULT_CONFIG,
    by: By = None,
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Mark an incident as a false alarm: it should not have paged."""
    _act("false_alarm", incident, config_settings=settings_of(config), by=by, note=note, as_json=as_json)


@app.command()
def export(
    config: ConfigFile = DEFAULT_CONFIG,
    since: Annotated[str | None, typer.Option(help="Opened at or after, e.g. 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Opened before.")] = None,
    form: Annotated[
        Format, typer.Option("--format", help="JSON lines with history, or a table.")
    ] = Format.JSONL,
) -> None:
    """Write incidents to standard output, the oldest first, for reports and other tools."""
    settings = settings_of(config)
    zone = settings.organisation.zone
    start, end = moment(since, zone) if since else None, moment(until, zone) if until else None
    with opened(settings) as store:
        chosen = [each for each in reversed(store.incidents(limit=MOST)) if _within(each, start, end)]
        if form is Format.CSV:
            sys.stdout.buffer.write(as_csv(chosen).encode("utf-8", "backslashreplace"))
            return
        for each in chosen:
            say_json(_whole(store, each))


def as_csv(incidents: Sequence[Incident]) -> str:
    """A table that a spreadsheet opens without taking a text for a formula."""
    records = (each.model_dump(mode="json") for each in incidents)
    return table(FLAT, ([record[name] for name in FLAT] for record in records))


def _within(incident: Incident, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or incident.opened_at >= start) and (end is None or incident.opened_at < end)


def _act(
    kind: ActionKind, wanted: str, *, config_settings: Settings, by: str | None, note: str, as_json: bool
) -> None:
    """A person's step through the desk, as the web page takes it."""
    with opened(config_settings) as store:
        incident = found(store, wanted)
        action = HumanAction(
            id=uuid4().hex,
            incident=incident.id,
            kind=kind,
            by=by or getpass.getuser(),
            at=SystemClock().now(),
            note=note,
        )
        after = _desk(store, config_settings).act(action)
    if as_json:
        say_json(after.model_dump(mode="json"))
    else:
        out().print(f"{after.id} is now {after.state.replace('_', ' ')}.", soft_wrap=True)


def _desk(store: Store, settings: Settings) -> Desk:
    infos = receiver_infos(settings.receivers)
    return Desk(store, IncidentPolicy(), settings.organisation, infos, lambda: None)


def _whole(store: Store, incident: Incident) -> dict[str, object]:
    return {
        "incident": incident.model_dump(mode="json"),
        "audit": [entry.model_dump(mode="json") for entry in store.audit(incident.id)],
        "deliveries": [
            {
                "receiver": each.receiver,
                "state": each.state,
                "attempts": each.attempts,
                "error": each.last_error,
            }
            for each in store.deliveries(incident.id)
        ],
    }


def _table(incidents: Sequence[Incident], organisation: Organisation) -> Table:
    now = SystemClock().now()
    table = Table(box=None, pad_edge=False)
    for heading in ("incident", "sev", "state", "topic", "opened", "age", "pages"):
        table.add_column(heading)
    for each in incidents:
        age = age_minutes(each, now)
        cells = [each.id, f"{each.severity}/5", each.state.replace("_", " "), plain(each.topic, 40)]
        cells += [local(each.opened_at, organisation.zone), f"{age // 60} h {age % 60} min", str(each.pages)]
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _show(store: Store, incident: Incident, organisation: Organisation) -> None:
    screen = out()
    lines = page_lines(incident, organisation, organisation.language, SystemClock().now(), None)
    screen.print(Text(incident.id, style="bold"))
    for line in lines:
        screen.print(plain(line), soft_wrap=True)
    draft = incident.suggestion
    if draft is not None and draft.text:
        screen.print(
            Text(f"\nSuggested first public response ({draft.channel}, {draft.language}):", style="bold")
        )
        screen.print(plain(draft.text), soft_wrap=True)
    screen.print(Text("\nHistory", style="bold"))
    for entry in store.audit(incident.id):
        told = f"{local(entry.at, organisation.zone)}  {entry.by}  {entry.what}  {entry.detail}"
        screen.print(plain(told).rstrip(), soft_wrap=True)
    screen.print(Text("\nDeliveries", style="bold"))
    for each in store.deliveries(incident.id):
        error = f"  {each.last_error}" if each.last_error else ""
        screen.print(plain(f"{each.receiver}  {each.notice.kind}  {each.state}{error}"), soft_wrap=True)
