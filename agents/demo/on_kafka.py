"""The demo through Kafka: the same recording, as a file that a worker with all stages reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from rich.console import Console

from agents.demo import CONFIGURATION, SCENARIO, stored_lines
from agents.runtimes.kafka.apps import Work
from agents.runtimes.kafka.worker import STAGES, Worker
from agents.runtimes.waiting import first_of
from agents.scenario import check, load
from agents.settings import Settings, load_settings
from alerts.incidents import Incident
from alerts.store.sqlite import SqliteStore
from streams.errors import BrokenState
from streams.feeds.jsonl import JsonlFeed, JsonlFeedSettings
from streams.kafka.creating import create_streams
from streams.kafka.removing import remove_streams
from streams.kafka.settings import KafkaSettings

FEED = "esittely"
LOOK_SECONDS = 0.5
PARTITIONS = 3


class KafkaShow:
    """A worker over the recording, on streams of its own that are removed afterwards."""

    def __init__(self, bootstrap: tuple[str, ...], console: Console | None = None) -> None:
        self.kafka = KafkaSettings(
            bootstrap=bootstrap, prefix=f"demo-{uuid4().hex[:8]}.", partitions=PARTITIONS
        )
        settings = load_settings(CONFIGURATION, {})
        web = settings.web.model_copy(update={"port": 0})
        self.settings: Settings = settings.model_copy(update={"kafka": self.kafka, "web": web})
        self.store = SqliteStore(":memory:")
        self.lines = list(stored_lines())
        self._console = console or Console(file=StringIO())

    async def play(self, shown: Callable[[int], None]) -> None:
        """Until every incident is decided; `shown` is told the mentions judged so far.

        `ConnectionError`: no broker answers. `BrokenState`: the worker failed.
        """
        create_streams(self.kafka)
        try:
            with TemporaryDirectory() as folder:
                worker = self._worker(Path(folder))
                stop = asyncio.Event()
                running = asyncio.create_task(worker.run(stop))
                while not (self._is_over(worker) or running.done()):
                    await first_of(asyncio.wait([running]), seconds=LOOK_SECONDS)
                    shown(worker.scoring.mentions if worker.scoring else 0)
                stop.set()
                await running
        finally:
            remove_streams(self.kafka)

    def incidents(self) -> list[Incident]:
        """What came, oldest first."""
        return sorted(self.store.incidents(), key=lambda incident: incident.opened_at)

    def differences(self) -> list[str]:
        """What differs from the incidents that the scenario file expects; empty is as it should be."""
        return check(load(SCENARIO).expect, self.incidents())

    def _worker(self, folder: Path) -> Worker:
        file = folder / "demo.jsonl"
        file.write_text("\n".join(self.lines) + "\n", encoding="utf-8")
        feed = JsonlFeed(JsonlFeedSettings(name=FEED, path=file))
        work = Work(folder / "tables")
        return Worker(
            self.settings, STAGES, work, store=self.store, feeds=[feed], recorded=True, console=self._console
        )

    def _is_over(self, worker: Worker) -> bool:
        """Whether the recording is read to its end, and all that follows from it is in the store."""
        if worker.ingesting is None or worker.watching is None:
            raise BrokenState("the demo's worker lacks a stage")
        shards = worker.watching.shards
        if not worker.ingesting.idle or len(shards) < PARTITIONS:
            return False
        end = (worker.ingesting.clock - self.settings.watch.lateness_seconds) // 60
        taken = self.store.positions()
        return all(
            shard.engine.ticked >= end and taken.get(f"watch-{shard.number}", 0) >= shard.findings
            for shard in shards
        )
