"""Several alert workers on one PostgreSQL, killed at random: what they send, how often, in which order."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from alerts.delivery import Outbox
from alerts.records import Notice
from alerts.store.postgres import PostgresStore
from streams.clock import SystemClock
from tests.build import incident, notice

ROOT = Path(__file__).parents[2]
RECEIVERS = ("päivystys", "muut")
HASTE = 3
"""Workers' time flows so much faster: a lease of 30 s ends after 10."""
START = datetime(2026, 1, 1, tzinfo=UTC)


class HastyClock:
    """The machine's clock, hurried; the same in all processes."""

    def now(self) -> datetime:
        return START + (SystemClock().now() - START) * HASTE


class Recorder:
    """A receiver that accepts everything and writes down at once who sent it what, atomically."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def send(self, notice: Notice) -> None:
        await asyncio.sleep(0.001)
        line = f"{self.name}\t{notice.incident.id}\t{notice.id}\t{os.getpid()}\n"
        os.write(self._file, line.encode())


@dataclass(frozen=True)
class Sent:
    """A line of the record."""

    receiver: str
    incident: str
    notice: str
    worker: int


def work(url: str, record: str) -> None:
    """Deliver until SIGTERM."""
    store = PostgresStore(url)
    outbox = Outbox(
        store, {name: Recorder(name, Path(record)) for name in RECEIVERS}, HastyClock(), poll_seconds=0.05
    )

    async def run() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        print("ready", flush=True)
        await outbox.run(stop)

    asyncio.run(run())
    store.close()


class Workers:
    """So many of them; each that is killed is replaced."""

    def __init__(self, url: str, record: Path, count: int) -> None:
        self._words = [sys.executable, __file__, url, str(record)]
        self._running = [self._start() for _ in range(count)]
        self.killed: set[int] = set()

    def kill_one(self, chance: random.Random) -> None:
        """SIGKILL to one, and another in its place."""
        at = chance.randrange(len(self._running))
        self._running[at].kill()
        self._running[at].communicate()
        self.killed.add(self._running[at].pid)
        self._running[at] = self._start()

    def end(self) -> list[int]:
        """SIGTERM to all; their exit codes."""
        for process in self._running:
            assert process.stdout is not None
            process.stdout.readline()  # it has begun, and heeds the signal
            process.terminate()
            process.communicate(timeout=120)
        return [process.returncode for process in self._running]

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE
        )


def fill(store: PostgresStore, incidents: int, each: int) -> None:
    """Pages that are due, `each` an incident, for every receiver."""
    for number in range(each):
        with store.transaction() as tx:
            for name in range(incidents):
                page = notice(id=f"inc-{name:03}:{number:03}", incident=incident(id=f"inc-{name:03}"))
                tx.enqueue(page, RECEIVERS, START)


def waiting(store: PostgresStore) -> int:
    """How many are not settled."""
    with store._base.reading() as db:
        row = db.execute("SELECT count(*) FROM outbox WHERE state = 'waiting'").fetchone()
    assert row is not None
    return int(row[0])


def storm(url: str, record: Path, *, incidents: int, each: int, workers: int, kills: int) -> set[int]:
    """Deliver all while workers are killed, at any moment of the whole run; the killed."""
    store, chance = PostgresStore(url), random.Random(7)
    fill(store, incidents, each)
    total = incidents * each * len(RECEIVERS)
    crowd = Workers(url, record, workers)
    for kill in range(1, kills + 1):
        _until(lambda kill=kill: waiting(store) < total * (1 - kill / (kills + 1)))
        time.sleep(chance.uniform(0, 0.05))
        crowd.kill_one(chance)
    _until(lambda: waiting(store) == 0)
    assert crowd.end() == [0] * workers
    store.close()
    return crowd.killed


def _until(done: object, seconds: float = 240) -> None:
    assert callable(done)
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "the workers do not get on"
        time.sleep(0.01)


def records(path: Path) -> list[Sent]:
    """What was sent, in order."""
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    return [Sent(receiver, of, name, int(worker)) for receiver, of, name, worker in rows]


def check(sent: list[Sent], killed: set[int], total: int) -> int:
    """Nothing lost, in order, and twice only what a killed worker had not marked; how often that was."""
    lanes: dict[tuple[str, str], list[Sent]] = defaultdict(list)
    for one in sent:
        lanes[one.receiver, one.incident].append(one)
    repeated = 0
    for lane in lanes.values():
        order = [one.notice for one in lane]
        assert order == sorted(order), "out of order"
        for first, second in pairwise(lane):
            if first.notice == second.notice:
                repeated += 1
                assert first.worker in killed, "sent twice though nobody died"
    assert len({(one.receiver, one.notice) for one in sent}) == total, "lost"
    assert repeated <= len(killed) * len(RECEIVERS)
    return repeated


@pytest.mark.postgres
@pytest.mark.slow
def test_workers_that_are_killed_lose_nothing_and_keep_the_order(postgres: str, tmp_path: Path) -> None:
    record = tmp_path / "sent"
    killed = storm(postgres, record, incidents=12, each=15, workers=3, kills=6)
    check(records(record), killed, total=12 * 15 * len(RECEIVERS))
    assert len(killed) == 6


if __name__ == "__main__":
    work(*sys.argv[1:])
