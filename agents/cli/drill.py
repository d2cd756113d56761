"""`drill`: a synthetic storm through the real service, to practise; it can reach the drill roster only."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal
from uuid import uuid4

import typer

from agents.cli.exits import Exit
from agents.cli.ledgers import remember
from agents.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, settings_of
from agents.cli.screen import complain, err, out, say_json
from agents.drill.arena import arena, term_of
from agents.drill.clock import DrillClock
from agents.drill.report import DrillReport, drill_report, markdown
from agents.drill.stage import STATUS, Drill, post_answer
from agents.drill.storm import StormPlan, answer
from agents.settings import Settings
from alerts.languages import Language
from alerts.records import LedgerEntry
from alerts.respond.published import replies_of
from alerts.store.sqlite import SqliteStore
from streams.clock import SystemClock

app = typer.Typer(no_args_is_help=False)
Situation = Literal["outage", "product_fault", "service_failure", "data_breach"]


TopicName = Annotated[str | None, typer.Option(help="The topic that the storm is about; else the first.")]
Told = Annotated[Situation, typer.Option(help="What the storm is about.")]
Spoken = Annotated[Language | None, typer.Option(help="The storm's language; else the organisation's.")]
Minutes = Annotated[float, typer.Option(min=5, max=1440, help="How long the storm lasts, in drill time.")]
Speed = Annotated[float, typer.Option(min=1, max=120, help="How many drill minutes a minute of yours holds.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Of the drill's page; 0 takes a free one.")]
Address = Annotated[
    str | None, typer.Option("--url", help="Where the roster's people reach the drill's page, for its links.")
]
Place = Annotated[
    Path | None, typer.Option(help="Where the drill is kept; else a new folder beside the store.")
]


@app.callback(invoke_without_command=True)
def drill(
    context: typer.Context,
    *,
    config: ConfigFile = DEFAULT_CONFIG,
    topic: TopicName = None,
    situation: Told = "outage",
    lang: Spoken = None,
    minutes: Minutes = 60,
    speed: Speed = 1.0,
    port: Port = 8788,
    address: Address = None,
    folder: Place = None,
    as_json: AsJson = False,
) -> None:
    """Play a synthetic storm through the real service; it can reach organisation.drill_roster only.

    Acknowledge and answer on the drill's page, or with: palovahti drill answer FOLDER < answer.txt. Ends with
    a report (Markdown and JSON in the folder). Exit code 1 where something was missed.
    """
    if context.invoked_subcommand is not None:
        return
    settings = settings_of(config)
    started = SystemClock().now()
    place = _place(settings, folder, started)
    ours = arena(settings, topic, place, port, address)
    term = term_of(next(each for each in settings.topics if topic in (None, each.name)))
    language = lang or settings.organisation.language
    plan = StormPlan(situation, term, language, started, timedelta(minutes=minutes))
    report = asyncio.run(_play(ours, plan, speed))
    _keep(settings, report, place)
    if as_json:
        say_json(report.model_dump(mode="json"))
    else:
        out().print(markdown(report, settings.organisation.language), soft_wrap=True)
    raise typer.Exit(Exit.DONE if report.passed else Exit.FOUND)


def _place(settings: Settings, folder: Path | None, started: datetime) -> Path:
    """The drill's own folder, made; one in which a drill was held already is refused."""
    place = folder or settings.store.path.parent / "drills" / f"{started:%Y%m%dT%H%M%S}"
    if (place / "drill.db").exists():
        raise typer.BadParameter(f"--folder {place}: a drill was held there already; name another")
    (place / "feeds").mkdir(parents=True, exist_ok=True)
    return place


@app.command("answer")
def give_answer(
    folder: Annotated[Path, typer.Argument(help="The drill's folder, as it was told at its start.")],
) -> None:
    """Post the text on standard input as your public answer into a running drill; nothing leaves it."""
    text = sys.stdin.buffer.read().decode("utf-8", "replace").strip()
    if not text:
        raise typer.BadParameter("there is no answer on standard input")
    if not (folder / STATUS).is_file():
        complain(f"no drill runs in {folder}; start one with: palovahti drill --folder {folder}")
        raise typer.Exit(Exit.FOUND)
    status = json.loads((folder / STATUS).read_text(encoding="utf-8"))
    clock = DrillClock(datetime.fromisoformat(status["start"]), SystemClock(), status["speed"])
    clock.released_at = datetime.fromisoformat(status["released_at"])
    post_answer(folder, answer(text, clock.now(), status["language"]))
    out().print("Answered, in the drill only.")


async def _play(settings: Settings, plan: StormPlan, speed: float) -> DrillReport:
    """Run the drill to its end, and say how it went."""
    clock = DrillClock(plan.starts, SystemClock(), speed)
    store = SqliteStore(settings.store.path)
    try:
        drill = Drill(settings, store, plan, clock, out())
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, drill.end)
        names = ", ".join(each.name for each in settings.receivers)
        err().print(f"DRILL in {drill.folder}. It can reach: {names}. Nothing else exists in it.")
        await drill.run(lambda at: err().print(f"The drill's page: {at}"), lambda _: _begun(drill))
        return _report(drill, settings, plan, clock)
    finally:
        store.close()


def _begun(drill: Drill) -> None:
    err().print(f"The storm begins. Answer with: palovahti drill answer {drill.folder} < answer.txt")


def _report(drill: Drill, settings: Settings, plan: StormPlan, clock: DrillClock) -> DrillReport:
    incident, store, now = drill.incident(), drill.store, clock.now()
    topic = settings.topics[0].name
    posts = store.mentions(topic, plan.starts, now + timedelta(minutes=1), limit=1000)
    return drill_report(
        incident,
        posts,
        store.deliveries(incident.id) if incident else [],
        settings.organisation,
        started_at=plan.starts,
        ended_at=now,
        situation=plan.situation,
        topic=topic,
        speed=clock.speed,
        receivers=[each.name for each in settings.receivers],
        said=[one.text for one in replies_of(store, incident.id)] if incident else [],
    )


def _keep(settings: Settings, report: DrillReport, place: Path) -> None:
    """The report beside the drill, and one line in the ledger, so that `readiness` knows of it."""
    (place / STATUS).unlink(missing_ok=True)
    (place / "report.json").write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (place / "report.md").write_text(markdown(report, settings.organisation.language), encoding="utf-8")
    names = ("minutes_to_page", "minutes_to_acknowledge", "minutes_to_answer", "target_minutes")
    body = {name: getattr(report, name) for name in names} | {"misses": list(report.misses)}
    remember(
        settings,
        LedgerEntry(
            ledger="drill",
            id=uuid4().hex,
            at=SystemClock().now(),
            by="drill",
            about=report.topic,
            body=body,
        ),
    )
    err().print(f"The report: {place / 'report.md'}")
