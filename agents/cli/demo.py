"""`demo`: the main job on the bundled recording, accelerated, with the pages as a pager shows them."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import httpx
import typer
from aiohttp import web
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agents.cli.exits import Exit
from agents.cli.progress import progress
from agents.cli.screen import complain, err, out
from agents.demo.show import Show
from agents.receivers import notifiers
from agents.runtimes.embedded import address
from alerts.delivery import Outbox
from alerts.incidents import Incident
from alerts.web.app import create_app, serve
from alerts.web.settings import WebSettings
from streams.clock import SystemClock
from streams.errors import BadConfiguration

if TYPE_CHECKING:
    from agents.demo.on_kafka import KafkaShow


def demo(
    exit: Annotated[bool, typer.Option("--exit", help="End after the summary.")] = False,  # noqa: A002 - the option's name
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of the web page; 0 takes a free one.")] = 8787,
    kafka: Annotated[bool, typer.Option("--kafka", help="Through a broker; ends after the summary.")] = False,
    broker: Annotated[
        str, typer.Option(envvar="PALOVAHTI_BROKER", help="With --kafka: its address.")
    ] = "127.0.0.1:9092",
) -> int:
    """Show the main job on a bundled recording: eleven days of an invented company in a minute.

    The web page stays up until Ctrl-C. Exit code 1 where the incidents are not the expected ones.
    """
    if kafka:
        return asyncio.run(_demo_on_kafka(broker))
    return asyncio.run(_demo(stay=not exit, port=port))


async def _demo(*, stay: bool, port: int) -> int:
    show = Show()
    page = await _serve(show, port)
    err().print(f"Palovahti's demo: {len(show.lines):,} recorded lines. The page: {address(page)}")
    try:
        async with httpx.AsyncClient() as client:
            receivers = notifiers(show.settings.receivers, client, show.clock, out())
            outbox = Outbox(show.store, receivers, show.clock, metrics=show.metrics)
            started = time.perf_counter()
            await _play(show, outbox)
            seconds = time.perf_counter() - started
            differences = show.differences()
            _summarise(show, seconds, differences)
            if stay:
                err().print(f"The page stays up at {address(page)} until Ctrl-C.")
                await _stay(outbox)
    finally:
        await page.cleanup()
    return Exit.FOUND if differences else Exit.DONE


async def _demo_on_kafka(broker: str) -> int:
    from agents.demo.on_kafka import KafkaShow  # noqa: PLC0415  Faust is loaded where it is asked for

    show = KafkaShow(tuple(broker.split(",")), out())
    err().print(f"Palovahti's demo through Kafka at {broker}: {len(show.lines):,} recorded lines.")
    with progress(f"of {len(show.lines):,} lines") as shown:
        task = shown.add_task("judged", total=len(show.lines))
        await show.play(lambda done: shown.update(task, completed=done))
    out().print(_table(show))
    differences = show.differences()
    if not differences:
        out().print("As expected: these incidents and no others.")
    for difference in differences:
        complain(f"not as expected: {difference}")
    return Exit.FOUND if differences else Exit.DONE


async def _stay(outbox: Outbox) -> None:
    """Until Ctrl-C, which here is no interruption; what people do on the page reaches the terminal, too."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await outbox.run(stop)


async def _serve(show: Show, port: int) -> web.AppRunner:
    """The web page; on another port where this one is taken."""
    try:
        return await serve(_app(show, port))
    except BadConfiguration:
        return await serve(_app(show, 0))


def _app(show: Show, port: int) -> web.Application:
    def health() -> Mapping[str, object]:
        return {"ready": True, "data": show.data_state()}

    settings = WebSettings(port=port)
    organisation, desk = show.settings.organisation, show.station.desk
    return create_app(
        show.store, desk, organisation, settings, show.clock, show.registry, health, wall=SystemClock()
    )


async def _play(show: Show, outbox: Outbox) -> None:
    """The recording, each page printed when it is due."""
    zone = show.settings.organisation.zone
    with progress(f"of {len(show.lines):,} lines") as shown:
        task = shown.add_task("", total=len(show.lines))
        for done, outcome in show.steps():
            for notice in outcome.notices:
                if notice.kind == "page":
                    show.metrics.paged(notice.reason)
            await outbox.deliver_due()
            now = show.clock.now().astimezone(zone)
            shown.update(task, completed=done, description=f"{now:%a %d.%m. %H:%M}")
            await asyncio.sleep(0)  # the web page answers meanwhile


def _summarise(show: Show, seconds: float, differences: list[str]) -> None:
    out().print(_table(show))
    for number, incident in enumerate(show.incidents(), start=1):
        out().print(Text(f"\n{number}. {incident.topic}: {_advice(incident)}", style="bold"), soft_wrap=True)
        out().print(Padding(Text(_suggested(incident)), (0, 3)))
    rate = show.mentions / max(seconds, 1e-9)
    out().print(f"\n{show.mentions:,} mentions in {seconds:.1f} s ({rate:,.0f} a second), ", end="")
    out().print(f"{show.bad} unusable lines kept as dead letters.")
    if not differences:
        out().print("As expected: these incidents and no others.")
    for difference in differences:
        complain(f"not as expected: {difference}")


def _table(show: Show | KafkaShow) -> Table:
    zone = show.settings.organisation.zone
    table = Table(title="Incidents of the demo", title_justify="left")
    for name in ("", "opened", "topic", "severity", "pages", "state"):
        table.add_column(name, no_wrap=True)
    for number, incident in enumerate(show.incidents(), start=1):
        opened = f"{incident.opened_at.astimezone(zone):%a %d.%m. %H:%M}"
        row = (opened, incident.topic, f"{incident.peak_severity}/5", str(incident.pages), incident.state)
        table.add_row(*map(Text, (str(number), *row)))
    return table


def _advice(incident: Incident) -> str:
    suggestion = incident.suggestion
    if suggestion is None:
        return "no suggestion"
    return "suggested first response" if suggestion.action == "answer" else "watch, do not answer yet"


def _suggested(incident: Incident) -> str:
    suggestion = incident.suggestion
    if suggestion is None:
        return ""
    return suggestion.text if suggestion.action == "answer" else suggestion.why
