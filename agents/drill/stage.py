"""Runs a drill through the real service: feed, engine, desk, outbox, page; its storm comes as time does.

quiet days ─► storm.jsonl ─┐
storm, as time comes ──────┼─► jsonl feed ─► palovahti's own service ─► receivers of the drill roster, page
answers of the people ─────┘
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from rich.console import Console

from agents.drill.arena import FEED
from agents.drill.clock import DrillClock
from agents.drill.storm import StormPlan, quiet_days, storm
from agents.runtimes.embedded import Service
from agents.runtimes.waiting import first_of
from agents.settings import Settings
from alerts.incidents import Incident
from alerts.store.store import Store
from streams.records import Mention

TICK_SECONDS: Final = 0.2
AFTERWARDS: Final = timedelta(minutes=2)
"""So long a drill goes on after everything is done, so that people see how it ends."""
STATUS: Final = "drill.json"


class Drill:
    """One drill in a folder of its own."""

    def __init__(
        self, settings: Settings, store: Store, plan: StormPlan, clock: DrillClock, console: Console
    ) -> None:
        self.settings, self.store, self.plan, self.clock = settings, store, plan, clock
        self.folder = settings.store.path.parent
        self._service = Service(settings, store, console, clock=clock, drill=True)
        self._stop = asyncio.Event()

    async def run(self, ready: Callable[[str], None], told: Callable[[str], None]) -> None:
        """Until the storm is over, everything is done, or `end` is called."""
        quiet = list(quiet_days(self.plan))
        _append(self.folder / "feeds" / "storm.jsonl", quiet)
        service = asyncio.create_task(self._service.run(self._stop, ready))
        story = asyncio.create_task(self._story(len(quiet), told))
        try:
            await asyncio.wait([service, story], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.end()
            await asyncio.gather(service, story)

    def end(self) -> None:
        """End it now."""
        self._stop.set()

    def incident(self) -> Incident | None:
        """The incident that the storm brought, if it did; of several the worst."""
        found = self.store.incidents(limit=50)
        return max(found, key=lambda one: (one.peak_severity, one.pages), default=None)

    async def _story(self, quiet: int, told: Callable[[str], None]) -> None:
        """Wait until the quiet days are learnt, let time run, and tell the storm."""
        while not self._stop.is_set() and not self._has_learnt(quiet):
            await first_of(self._stop.wait(), seconds=TICK_SECONDS)
        self.clock.release()
        self._say_where_it_stands()
        told("storm")
        coming = deque(storm(self.plan))
        while not self._stop.is_set() and not self._is_over():
            now = self.clock.now()
            due = _taken_until(coming, now)
            if due:
                _append(self.folder / "feeds" / "storm.jsonl", due)
            await first_of(self._stop.wait(), seconds=TICK_SECONDS)

    def _has_learnt(self, quiet: int) -> bool:
        """Whether the feed brought all quiet days and the watch took them in."""
        came = self._service.registry.get_sample_value("palovahti_mentions_in_total", {"feed": FEED})
        return (came or 0) >= quiet and not self.store.take(1)

    def _is_over(self) -> bool:
        now, incident = self.clock.now(), self.incident()
        if now >= self.plan.starts + self.plan.length:
            return True
        if incident is None or incident.acknowledged_at is None or incident.answered_at is None:
            return False
        return now >= max(incident.acknowledged_at, incident.answered_at) + AFTERWARDS

    def _say_where_it_stands(self) -> None:
        """For `palovahti drill answer`: what time it is in the drill, and whose language is spoken."""
        assert self.clock.released_at is not None
        status = {
            "start": self.clock.start.isoformat(),
            "released_at": self.clock.released_at.isoformat(),
            "speed": self.clock.speed,
            "language": self.plan.language,
        }
        (self.folder / STATUS).write_text(json.dumps(status), encoding="utf-8")


def post_answer(folder: Path, answer: Mention) -> None:
    """Let the people's answer come in through the drill's feed."""
    _append(folder / "feeds" / "answers.jsonl", [answer])


def _taken_until(coming: deque[Mention], now: datetime) -> list[Mention]:
    due: list[Mention] = []
    while coming and coming[0].published_at <= now:
        due.append(coming.popleft())
    return due


def _append(path: Path, mentions: Iterable[Mention]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{one.model_dump_json(exclude_defaults=True, by_alias=True)}\n" for one in mentions)
