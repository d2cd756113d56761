"""The Kafka twin without a broker: its stages joined by lists that stand for the streams.

Chunks, crashes and interleavings are drawn from a seed. Nothing is mocked but the broker's order of things.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from agents.pipeline import Pipeline, event_clock
from agents.stages.alert import AlertStage
from agents.stages.ingest import IngestStage
from agents.stages.placing import partition_of
from agents.stages.records import Finding, pack, unpack_finding, unpack_scored
from agents.stages.score import Chunk, ScoreStage
from agents.stages.shard import Shard
from agents.stages.state import ShardState
from agents.watch.engine import Engine
from agents.watch.policy import WatchPolicy
from agents.watch.watch import TopicBudget
from alerts.desk import Desk
from alerts.organisation import Organisation
from alerts.store.store import Store
from streams.records import Mention

LATER = datetime(2100, 1, 1, tzinfo=UTC)
AFTERWARDS = timedelta(hours=8)


@dataclass(frozen=True)
class Way:
    """How the streams lie and what goes wrong: shares of steps after which a stage dies, or repeats."""

    partitions: int = 3
    seed: int = 0
    crashes: float = 0.0
    chunk: int = 60


@dataclass
class Streams:
    """What lies in `mentions`, `scored` and `findings`, by partition."""

    mentions: list[list[bytes]] = field(default_factory=list)
    scored: list[list[bytes]] = field(default_factory=list)
    findings: list[list[bytes]] = field(default_factory=list)


class Twin:
    """Runs mentions through all stages; `way` says how."""

    def __init__(
        self, topics: Sequence[TopicBudget], policy: WatchPolicy, pipeline: Pipeline, way: Way
    ) -> None:
        self.topics, self.policy, self.pipeline, self.way = topics, policy, pipeline, way
        self.chance = random.Random(way.seed)
        count = way.partitions
        self.streams = Streams(*([[] for _ in range(count)] for _ in range(3)))
        self.restores = 0

    def run(self, mentions: Sequence[Mention], organisation: Organisation | None = None) -> None:
        """Everything until `findings` is full."""
        self.ingest(mentions)
        self.score(organisation or Organisation())
        for partition in range(self.way.partitions):
            self.watch(partition)

    def ingest(self, mentions: Sequence[Mention]) -> None:
        """As one worker reads them; time goes on for some quiet hours at the end."""
        stage = IngestStage(self.way.partitions, self.policy.lateness_seconds)
        records = [*stage.step(mentions), *stage.tell(_end(mentions))]
        for record in records:
            self.streams.mentions[record.partition].append(record.value)

    def score(self, organisation: Organisation) -> None:
        """All partitions in chunks of any size; after a crash some are judged again, cut otherwise."""
        stage = ScoreStage(self.pipeline, organisation, self.way.partitions)
        position, begins = [0] * self.way.partitions, [True] * self.way.partitions
        while left := [p for p, at in enumerate(position) if at < len(self.streams.mentions[p])]:
            source = self.chance.choice(left)
            start = position[source]
            end = min(len(self.streams.mentions[source]), start + self.chance.randint(1, self.way.chunk))
            records = [(at, self.streams.mentions[source][at]) for at in range(start, end)]
            judged = stage.step(Chunk(source, start - 1, begins[source], records), LATER)
            assert not judged.refused
            for partition, value in judged.findings.items():
                self.streams.findings[partition].append(value)
            for partition, value in judged.scored.items():
                self.streams.scored[partition].append(value)
            position[source], begins[source] = end, False
            if self.chance.random() < self.way.crashes:
                position[source] = max(0, end - self.chance.randint(0, 2 * self.way.chunk))
                begins[source] = True

    def watch(self, partition: int) -> Shard:
        """One shard through its stream; where it crashes, the next goes on from what was stored."""
        table: dict[str, bytes] = {}
        released: set[object] = set()
        committed = position = 0
        state = self._restored(partition, table)
        while position < len(self.streams.scored[partition]):
            state.shard.take(unpack_scored(self.streams.scored[partition][position]), position)
            position += 1
            self._send(partition, state.shard.advance())
            crashed = self.chance.random() < self.way.crashes
            if self.chance.random() < 0.2 and not state.is_stored:
                crashed |= self._checkpoint(state, table, released)
                while committed in released:
                    committed += 1
            if crashed:
                state, position = self._restored(partition, table), committed
        return state.shard

    def findings(self, partition: int, every: int) -> list[bytes]:
        """What one undisturbed shard finds when it decides after each `every` records."""
        shard = self._restored(partition, {}).shard
        found = []
        for number, value in enumerate(self.streams.scored[partition], 1):
            shard.take(unpack_scored(value), number)
            if number % every == 0:
                found += shard.advance()
        return [pack(finding) for finding in [*found, *shard.advance()]]

    def alert(self, store: Store, desk: Desk) -> AlertStage:
        """All findings into a store, in transactions of any size; after a crash some come again."""
        stage = AlertStage(store, desk, self.way.partitions, recorded=True)
        for findings in self.streams.findings:
            at = 0
            while at < len(findings):
                end = min(len(findings), at + self.chance.randint(1, 20))
                stage.step([unpack_finding(value) for value in findings[at:end]], LATER)
                again = self.chance.random() < self.way.crashes
                at = max(0, end - self.chance.randint(0, 30)) if again else end
        return stage

    def decided(self) -> list[str]:
        """Escalations and pulses, each once, as the bytes that go out."""
        numbered: dict[tuple[int, int], Finding] = {}
        for findings in self.streams.findings:
            for finding in map(unpack_finding, findings):
                if finding.number is not None:
                    key = (finding.shard, finding.number)
                    before = numbered.setdefault(key, finding)
                    assert (before.escalations, before.pulses) == (finding.escalations, finding.pulses)
        bodies = [body for key in sorted(numbered) for body in _bodies(numbered[key])]
        return sorted(body.decode() for body in bodies)

    def _restored(self, partition: int, table: dict[str, bytes]) -> ShardState:
        self.restores += 1
        mine = [t for t in self.topics if partition_of(t.name, self.way.partitions) == partition]
        shard = Shard(partition, Engine(mine, self.policy), self.way.partitions)
        return ShardState(shard, table, self.restores)

    def _checkpoint(self, state: ShardState, table: dict[str, bytes], released: set[object]) -> bool:
        """Store the state; True where the worker died in the middle of it."""
        write, tokens = state.checkpoint()
        if self.chance.random() < self.way.crashes:
            count = self.chance.randint(0, len(write.records))
            table.update(list(write.records.items())[:count])
            return True
        table.update(write.records)
        for key in write.gone:
            del table[key]
        released.update(tokens)
        return False

    def _send(self, partition: int, findings: Sequence[Finding]) -> None:
        self.streams.findings[partition].extend(pack(finding) for finding in findings)


def _bodies(finding: Finding) -> list[bytes]:
    return [*finding.escalations, *finding.pulses]


def _end(mentions: Sequence[Mention]) -> float:
    return max(map(event_clock, mentions)) + AFTERWARDS.total_seconds()
