"""What must come out: the same mentions through the embedded runtime, and the stages without a broker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from agents.building import build_desk, build_engine, build_pipeline, build_station
from agents.pipeline import event_clock
from agents.settings import Settings
from agents.stages.alert import AlertStage
from agents.stages.ingest import IngestStage
from agents.stages.placing import partition_of
from agents.stages.records import Finding, unpack_finding, unpack_scored
from agents.stages.score import Chunk, ScoreStage
from agents.stages.segments import Segments
from agents.stages.shard import Shard
from agents.stages.state import DIGESTS, POSITIONS, ShardState
from agents.watch.engine import Engine
from alerts.store.sqlite import SqliteStore
from alerts.store.store import Store
from streams.clock import SystemClock
from streams.feeds.feed import FeedBatch
from streams.records import Mention

AFTERWARDS_SECONDS = 8 * 3600
CHUNK = 500
State = dict[str, Any]  # by key: what is stored, decoded


@dataclass(frozen=True)
class Expected:
    """Ids of escalations, of pages and of the mentions that are kept; and the state of each shard by key.

    `embedded` are the escalations that the embedded runtime decides on the same mentions.
    """

    escalations: set[str]
    embedded: set[str]
    pages: set[str]
    mentions: set[str]
    state: dict[int, State]


def expected(settings: Settings, mentions: Sequence[Mention], folder: Path) -> Expected:
    """By the same stages, undisturbed, without a broker; and the escalations by the embedded runtime."""
    now = SystemClock().now()
    embedded = SqliteStore(folder / "embedded.db")
    beside = _embedded(settings, embedded, mentions, now)
    shards, kept = _shards(settings, mentions, now)
    alerts = SqliteStore(folder / "alerts.db")
    stage = AlertStage(
        alerts, build_desk(settings, alerts, lambda: None), settings.kafka.partitions, recorded=True
    )
    findings = [*kept, *(finding for _, found in shards for finding in found)]
    handled = stage.step(findings, now)
    state = {shard.number: _stored(shard) for shard, _ in shards}
    pages = {notice.id for notice in handled.notices if notice.kind == "page"}
    decided = {each.id for each in handled.escalations}
    return Expected(decided, beside, pages, {each.id for finding in kept for each in finding.mentions}, state)


def _embedded(settings: Settings, store: Store, mentions: Sequence[Mention], now: datetime) -> set[str]:
    station = build_station(settings, store, lambda: None, recorded=True)
    station.accept(FeedBatch("load", list(mentions)), now)
    decided = []
    while (outcome := station.work(now)).mentions:
        decided += outcome.escalations
    decided += station.idle(datetime.fromtimestamp(_end(mentions), UTC)).escalations
    return {each.id for each in decided}


def _end(mentions: Sequence[Mention]) -> float:
    return mentions[-1].event_at.timestamp() + AFTERWARDS_SECONDS


def engine_of(settings: Settings, shard: int) -> Engine:
    """An engine over the topics of one shard."""
    partitions = settings.kafka.partitions
    mine = tuple(each for each in settings.topics if partition_of(each.name, partitions) == shard)
    return build_engine(settings.model_copy(update={"topics": mine}))


def _shards(
    settings: Settings, mentions: Sequence[Mention], now: datetime
) -> tuple[list[tuple[Shard, list[Finding]]], list[Finding]]:
    """Each shard after all mentions with what it found, and the mentions that are to be kept."""
    partitions = settings.kafka.partitions
    records = records_of(settings, mentions)
    stage = ScoreStage(build_pipeline(settings, event_clock), settings.organisation, partitions)
    found = [(Shard(n, engine_of(settings, n), partitions), list[Finding]()) for n in range(partitions)]
    kept: list[Finding] = []
    for partition, values in records.items():
        for start in range(0, len(values), CHUNK):
            part = [(start + n, value) for n, value in enumerate(values[start : start + CHUNK])]
            judged = stage.step(Chunk(partition, start - 1, start == 0, part), now)
            kept += [unpack_finding(value) for value in judged.findings.values()]
            for target, value in judged.scored.items():
                found[target][0].take(unpack_scored(value))
    for shard, findings in found:
        findings.extend(shard.advance())
    return found, kept


def records_of(settings: Settings, mentions: Sequence[Mention]) -> dict[int, list[bytes]]:
    """The values of the stream `mentions` by partition, with the marks of time and the last of them."""
    stage = IngestStage(settings.kafka.partitions, settings.watch.lateness_seconds)
    values: dict[int, list[bytes]] = {n: [] for n in range(settings.kafka.partitions)}
    for out in [*stage.step(mentions), *stage.tell(_end(mentions))]:
        values[out.partition].append(out.value)
    return values


def _stored(shard: Shard) -> State:
    """The state as a table holds it after one checkpoint."""
    write, _ = ShardState(shard, {}, 1).checkpoint()
    return state_of(shard.number, write.records)


def state_of(shard: int, records: Mapping[str, bytes]) -> State:
    """The state that a shard's records hold, decoded; ids that were seen are joined by quarter of an hour."""
    blobs = Segments(shard, 0).load(records)
    state: State = {}
    for key, blob in blobs.items():
        if key.startswith(DIGESTS):
            slot = ":".join(key.split(":")[:2])
            state.setdefault(slot, set()).update(memoryview(blob).cast("I"))
        elif key != POSITIONS:  # offsets differ where a sender was killed and its records came twice
            state[key] = msgspec.msgpack.decode(blob, strict=False)
    return state
