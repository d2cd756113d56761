"""Kill the whole station with SIGKILL, again and again: in the end everything is as if nothing had happened.

A process plays a recorded storm through a store in a file and sends what is due. It leaves a trace, a letter
for each thing it begins or ends, so that the parent knows where a kill falls; half of the kills come at a
random moment, half where it was told to wait for them.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.match import Topic
from agents.pipeline import Pipeline
from agents.scenario import load
from agents.scenario_input import mentions_of
from agents.station import Station
from agents.watch.engine import Engine
from agents.watch.policy import WatchPolicy
from agents.watch.watch import TopicBudget
from alerts.delivery import Outbox
from alerts.desk import Desk, ReceiverInfo
from alerts.incidents import IncidentPolicy, Notice
from alerts.organisation import Organisation
from alerts.store.sqlite import SqliteStore
from alerts.store.store import Transaction
from streams.clock import ManualClock
from streams.feeds.feed import FeedBatch
from streams.records import Mention

ROOT = Path(__file__).parents[2]
SCENARIO = ROOT / "tests" / "scenarios" / "severity_rises.yaml"
TOPIC, RECEIVER = "Kotikori", "puhelin"
LEARNING = timedelta(days=7, hours=4)
"""So much of the scenario is left out: the cold-start channel decides, after a day of quiet."""
EACH = 8
KILLS = 18
PLACES = ("", "w(!", "", "s", "a(!", "", "w(!", "", "a(!")
"""Where kills fall, in turn: anywhere; while a step or what was accepted is being written; after a send."""


@dataclass
class Trace:
    """Letters: accept, work, deliver; ( and ) around a transaction, ! at its last write; sent, marked.

    After `letters` of them, the process waits at `place` to be killed.
    """

    path: Path
    letters: int = 0
    place: str = ""
    noted: str = ""

    def note(self, letter: str) -> None:
        self.noted += letter
        with self.path.open("a") as file:
            file.write(letter)
        if self.place and len(self.noted) > self.letters and self.noted.endswith(self.place):
            time.sleep(60)


class TracedStore(SqliteStore):
    """The product's store, which says where it is."""

    def __init__(self, path: Path, trace: Trace) -> None:
        super().__init__(path)
        self._trace = trace

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with super().transaction() as tx:
            self._trace.note("(")
            yield tx
            self._trace.note("!")
        self._trace.note(")")

    def mark_sent(self, delivery: int, at: datetime) -> None:
        super().mark_sent(delivery, at)
        self._trace.note("m")


class PaperNotifier:
    """Writes each notice's id down, durably, before it says that it went."""

    name = RECEIVER

    def __init__(self, path: Path, trace: Trace) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._trace = trace

    async def send(self, notice: Notice) -> None:
        os.write(self._file, f"{notice.id}\n".encode())
        os.fsync(self._file)
        self._trace.note("s")

    async def close(self) -> None:
        os.close(self._file)


class GivenOnly:
    """Stands in for the scorer: every mention brings its negativity."""

    version = "given"

    def negativity(self, *texts: Any) -> Any:
        raise AssertionError(texts)

    labels = negativity


def recording() -> list[Mention]:
    """A day of quiet, a grumble, then a storm."""
    mentions = mentions_of(load(SCENARIO))
    begins = mentions[0].event_at + LEARNING
    return [mention for mention in mentions if mention.event_at >= begins]


def play(folder: Path, letters: int = 0, place: str = "") -> None:
    """Go on where the store says, to the end or the place to be killed at."""
    trace = Trace(folder / "trace", letters, place)
    store = TracedStore(folder / "palovahti.db", trace)
    mentions = recording()
    clock = ManualClock(mentions[0].event_at)
    outbox = Outbox(store, {RECEIVER: PaperNotifier(folder / "sent", trace)}, clock)
    station = station_of(store)
    while True:
        trace.note("w")
        while (done := station.work(clock.now(), EACH)).mentions:
            clock.move_to(datetime.fromtimestamp(done.arrivals[-1].clock_s, clock.now().tzinfo))
        trace.note("d")
        asyncio.run(outbox.deliver_due())
        read = int(store.cursor("recording") or 0)
        if read >= len(mentions):
            break
        trace.note("a")
        batch = mentions[read : read + EACH]
        station.accept(FeedBatch("recording", batch, cursor=str(read + len(batch))), clock.now())
    finish(station, outbox, clock)


def finish(station: Station, outbox: Outbox, clock: ManualClock) -> None:
    """Some quiet hours; what was leased when a kill fell is due again in them."""
    end = recording()[-1].event_at
    for quarter in range(1, 40):
        clock.move_to(end + timedelta(minutes=15 * quarter))
        station.idle(clock.now())
        asyncio.run(outbox.deliver_due())


def station_of(store: SqliteStore) -> Station:
    """The whole way of a mention, for one topic and one receiver."""
    policy, organisation = WatchPolicy(), Organisation()
    engine = Engine([TopicBudget(TOPIC, policy.budget)], policy)
    desk = Desk(store, IncidentPolicy(), organisation, [ReceiverInfo(RECEIVER, "fi")], lambda: None)
    pipeline = Pipeline([Topic(name=TOPIC, terms=(TOPIC,))], GivenOnly(), ("fi",))
    return Station(store, pipeline, engine, desk, organisation, recorded=True)


@dataclass
class Killed:
    """What the kills met."""

    phases: Counter[str] = field(default_factory=Counter)
    unmarked: Counter[str] = field(default_factory=Counter)

    def note(self, folder: Path) -> None:
        """Read the trace of a killed run."""
        trace = (folder / "trace").read_text()
        begun = [letter for letter in trace if letter in "awd"]
        open_transaction = trace.rfind("(") > trace.rfind(")")
        self.phases[(begun[-1] if begun else "start") + ("(" if open_transaction else "")] += 1
        if trace.rfind("s") > trace.rfind("m"):
            self.unmarked[sent(folder)[-1]] += 1


def sent(folder: Path) -> list[str]:
    """The notices' ids as they went out."""
    path = folder / "sent"
    return path.read_text().splitlines() if path.exists() else []


def run_and_kill(folder: Path, chance: random.Random, place: str) -> bool:
    """Play in a process of its own and kill it; False if it came to its end before."""
    (folder / "trace").unlink(missing_ok=True)
    letters = chance.randint(4, 60)
    command = [sys.executable, __file__, str(folder), str(letters), place]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE) as process:
        _await(folder / "trace", process, letters, place)
        time.sleep(0 if place else chance.uniform(0, 0.01))
        process.send_signal(signal.SIGKILL)
        assert process.stderr is not None
        complaint = process.stderr.read()
    assert process.returncode in (0, -signal.SIGKILL), complaint.decode()
    return process.returncode != 0


def _await(path: Path, process: subprocess.Popen[bytes], letters: int, place: str) -> None:
    """Wait for a trace of so many letters that ends like `place`, or for the end of the process."""
    while process.poll() is None:
        trace = path.read_text() if path.exists() else ""
        if len(trace) > letters and trace.endswith(place):
            return
        time.sleep(0.001)


def outcome(folder: Path) -> dict[str, Any]:
    """All that must not depend on kills."""
    store = SqliteStore(folder / "palovahti.db")
    begin, end = datetime.fromisoformat("2026-01-01T00:00Z"), datetime.fromisoformat("2027-01-01T00:00Z")
    incidents = store.incidents()
    found = {
        "incidents": incidents,
        "audit": {one.id: store.audit(one.id) for one in incidents},
        "notices": {one.id: [d.notice for d in store.deliveries(one.id)] for one in incidents},
        "pulses": store.pulses(TOPIC, begin, end),
        "mentions": sorted(m.id for m in store.mentions(TOPIC, begin, end, limit=10**6)),
        "state": store.load_state(),
        "queue": store.take(10),
    }
    waiting = [d for one in incidents for d in store.deliveries(one.id) if d.state == "waiting"]
    assert waiting == []
    store.close()
    return found


@pytest.mark.slow
def test_after_many_kills_everything_is_as_if_nothing_had_happened(tmp_path: Path) -> None:
    steady, broken = tmp_path / "steady", tmp_path / "broken"
    steady.mkdir()
    broken.mkdir()
    play(steady)
    killed, chance = Killed(), random.Random(11)
    for number in range(KILLS):
        assert run_and_kill(broken, chance, PLACES[number % len(PLACES)]), f"done after {number} kills"
        killed.note(broken)
    play(broken)

    expected, found = outcome(steady), outcome(broken)
    for name, value in expected.items():
        assert found[name] == value, name
    assert expected["queue"] == []
    assert len(expected["mentions"]) == len(recording())
    kinds = [line.what for lines in expected["audit"].values() for line in lines]
    assert "opened" in kinds
    assert "raised" in kinds
    assert killed.phases["w("] >= KILLS // len(PLACES), killed.phases
    _compare_sends(sent(steady), sent(broken), killed)


def _compare_sends(expected: list[str], found: list[str], killed: Killed) -> None:
    """Every page went out; again only what a kill kept from being marked, and under the same id."""
    assert len(expected) == len(set(expected))
    pages = {name for name in expected if name.endswith(":page")}
    assert pages
    assert pages <= set(found) <= set(expected)
    again = Counter(found) - Counter(set(found))
    assert again, "no kill fell between a send and its mark"
    assert again <= killed.unmarked, f"sent again: {again}, killed before the mark: {killed.unmarked}"


if __name__ == "__main__":
    play(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
