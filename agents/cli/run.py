"""`run`: the service on live feeds, until SIGTERM or Ctrl-C; SIGHUP reads the configuration again."""

from __future__ import annotations

import asyncio
import logging
import signal
from pathlib import Path

from agents.cli.options import DEFAULT_CONFIG, ConfigFile, settings_of
from agents.cli.screen import complain, err, out
from agents.runtimes.embedded import Service, open_store
from agents.settings import Settings
from alerts.store.store import Store
from streams.errors import BadConfiguration

LOG = logging.getLogger("palovahti")


def run(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Watch live feeds and page; the page's address is printed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # addresses of receivers may hold secrets
    settings = settings_of(config)
    if not settings.topics:
        raise BadConfiguration([f"{config}: topics: there is none to watch; add one under `topics:`"])
    store = open_store(settings)
    try:
        asyncio.run(_serve(config, settings, store))
    finally:
        store.close()


async def _serve(config: Path, settings: Settings, store: Store) -> None:
    """One service after the other: a reload ends one and begins the next, or keeps the last good one."""
    end, reload = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    loop.add_signal_handler(signal.SIGHUP, reload.set)
    service = Service(settings, store, out())
    while not end.is_set():
        stop = asyncio.Event()
        running = asyncio.create_task(service.run(stop, _say))
        successor = await _until(end, reload, running, config, service)
        stop.set()
        await running
        if successor is None:
            return
        service = successor


async def _until(
    end: asyncio.Event, reload: asyncio.Event, running: asyncio.Task[None], config: Path, service: Service
) -> Service | None:
    """The service to go on with after a good reload; None when it is time to end."""
    while True:
        waits = [asyncio.create_task(end.wait()), asyncio.create_task(reload.wait())]
        await asyncio.wait([*waits, running], return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        if end.is_set() or running.done():
            return None
        reload.clear()
        successor = _reloaded(config, service)
        if successor is not None:
            return successor


def _reloaded(config: Path, service: Service) -> Service | None:
    """A service with the configuration read again; None, and the last good one goes on, if it is bad."""
    try:
        settings = settings_of(config)
        if settings.store.path != service.settings.store.path:
            raise BadConfiguration([f"{config}: store.path: cannot change while running; restart instead"])
        successor = Service(settings, service.store, out())
    except (BadConfiguration, OSError) as error:
        service.metrics.configuration(taken=False, now=service.clock.now())
        for line in getattr(error, "mistakes", [str(error)]):
            complain(line)
        err().print("the configuration was not taken over; the last good one goes on")
        LOG.error("config_refused file=%s", config)
        return None
    LOG.info("config_taken file=%s topics=%d feeds=%d", config, len(settings.topics), len(settings.feeds))
    return successor


def _say(address: str) -> None:
    err().print(f"Palovahti watches. The page: {address}")
