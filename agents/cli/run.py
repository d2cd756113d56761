"""`run`: the service on live feeds, until SIGTERM or Ctrl-C; SIGHUP reads the configuration again."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from agents.building import collect_rarely
from agents.cli.options import DEFAULT_CONFIG, ConfigFile, settings_of
from agents.cli.screen import complain, err, out
from agents.runtimes.embedded import Service
from agents.runtimes.log import begin_log
from agents.runtimes.opening import opened_store
from agents.runtimes.reloading import Reloading
from agents.settings import Settings
from alerts.store.store import Store

Relearn = Annotated[
    bool, typer.Option("--relearn", help="Forget what is usual and learn it anew; incidents stay.")
]


def run(config: ConfigFile = DEFAULT_CONFIG, relearn: Relearn = False) -> None:
    """Watch live feeds and page; the page's address is printed.

    SIGHUP reads the configuration again; SIGTERM and Ctrl-C end it.
    """
    settings = settings_of(config)
    begin_log()
    collect_rarely()
    with opened_store(settings.store) as store:
        if relearn:
            forget_state(store)
        asyncio.run(_serve(config, settings, store))


def forget_state(store: Store) -> None:
    """Drop the engine's state, as after a change of its format: live incidents then end by hand."""
    with store.transaction() as tx:
        tx.save_state(dict.fromkeys(store.load_state()))


async def _serve(config: Path, settings: Settings, store: Store) -> None:
    def build(wanted: Settings) -> Service:
        return Service(wanted, store, out())

    service = Reloading(lambda: settings_of(config), build, _say, complain)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.end.set)
    loop.add_signal_handler(signal.SIGHUP, service.reload.set)
    await service.run(settings)


def _say(address: str) -> None:
    err().print(f"Palovahti watches. The page: {address}")
