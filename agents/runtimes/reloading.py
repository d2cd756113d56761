"""One service after the other on the same store: a reload ends one and begins the next.

SIGHUP ──► read, build ──► bad: the last good one goes on
                └──► good: the running one ends ──► the next begins
                                                      └──► cannot: the last good one begins anew
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from agents.runtimes.waiting import first_of
from agents.settings import Settings
from streams.errors import BadConfiguration, PalovahtiError

LOG = logging.getLogger("palovahti")


class Running(Protocol):
    """A service as reloading needs it."""

    settings: Settings

    async def run(self, stop: asyncio.Event, ready: Callable[[str], None] | None = None) -> None:
        """Until `stop` is set; `ready` is called once all stands."""
        ...

    def refused(self) -> None:
        """A new configuration was not taken over."""
        ...


class Reloading:
    """Keeps a service running through reloads. `build` makes one; `complain` tells people what is wrong."""

    def __init__(
        self,
        read: Callable[[], Settings],
        build: Callable[[Settings], Running],
        say: Callable[[str], None],
        complain: Callable[[str], None],
    ) -> None:
        self._read, self._build = read, build
        self._say, self._complain = say, complain
        self.end, self.reload = asyncio.Event(), asyncio.Event()

    async def run(self, first: Settings) -> None:
        """Until `end` is set, or the service stops by an error of its own."""
        service: Running | None = self._build(first)
        last_good: Settings | None = None
        refused = False
        while service is not None:
            settings = service.settings
            try:
                service = await self._one(service, refused=refused)
                last_good, refused = settings, False
            except BadConfiguration as error:
                if last_good is None:
                    raise
                self._tell(error)
                service, last_good, refused = self._build(last_good), None, True

    async def _one(self, service: Running, *, refused: bool) -> Running | None:
        """One service at work; returns its successor, or None when it is time to end.

        `refused`: it goes on because a newer configuration could not begin.
        """

        def ready(address: str) -> None:
            if refused:
                service.refused()
            self._say(address)

        stop = asyncio.Event()
        running = asyncio.create_task(service.run(stop, ready))
        try:
            return await self._successor(service, running)
        finally:
            stop.set()
            await running

    async def _successor(self, service: Running, running: asyncio.Task[None]) -> Running | None:
        while True:
            await first_of(self.end.wait(), self.reload.wait(), asyncio.wait([running]))
            if self.end.is_set() or running.done():
                return None
            self.reload.clear()
            successor = self._reloaded(service)
            if successor is not None:
                return successor  # nothing is awaited from here to `stop`: it has read the last state

    def _reloaded(self, service: Running) -> Running | None:
        """A service with the configuration read again; None if it is bad."""
        try:
            settings = self._read()
            _check_same_store(service.settings, settings)
            successor = self._build(settings)
        except (PalovahtiError, OSError) as error:
            self._tell(error)
            service.refused()
            return None
        LOG.info("config_taken", extra={"topics": len(settings.topics), "feeds": len(settings.feeds)})
        return successor

    def _tell(self, error: Exception) -> None:
        for line in getattr(error, "mistakes", [str(error)]):
            self._complain(line)
        self._complain("the configuration was not taken over; the last good one goes on")
        LOG.error("config_refused")


def _check_same_store(old: Settings, new: Settings) -> None:
    for name in ("path", "url"):
        if getattr(new.store, name) != getattr(old.store, name):
            raise BadConfiguration([f"store.{name}: cannot change while running; restart instead"])
