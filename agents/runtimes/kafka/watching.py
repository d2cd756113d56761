"""Shards of the watch: fed, checkpointed and given up as partitions come and go.

    scored ──► shard ──► findings, durable ──► state, durable ──► offsets, committed

Each arrow waits for the one before it, and taking in goes on meanwhile. What is in memory belongs to one
generation of the group and is dropped with it; the next owner goes on from the table.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from agents.runtimes.kafka.sending import Sending, durable, send
from agents.runtimes.kafka.table import StateTable
from agents.stages.records import Finding, pack, unpack_scored
from agents.stages.segments import Write
from agents.stages.shard import Shard
from agents.stages.state import ShardState
from agents.watch.engine import Engine
from streams.clock import elapsed_seconds
from streams.kafka.settings import KafkaSettings
from streams.names import FINDINGS

CHECKPOINT_SECONDS = 2.0
TURN_SECONDS = 0.1


@dataclass(slots=True)
class Owned:
    """A shard that is ours in this generation of the group."""

    state: ShardState
    generation: int
    sent: list[Awaitable[Any]] = field(default_factory=list)  # findings that are not known to be durable
    stored_at: float = 0.0
    storing: asyncio.Task[None] | None = None  # the checkpoint that is on its way to the broker


class Watching:
    """Behind the agent of `scored`."""

    def __init__(
        self,
        app: Any,
        table: StateTable,
        engine: Callable[[int], Engine],
        kafka: KafkaSettings,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
    ) -> None:
        self._app, self._table, self._engine, self._kafka = app, table, engine, kafka
        self._every = checkpoint_seconds
        self._owned: dict[int, Owned] = {}
        self._generation = -1
        self._lock = asyncio.Lock()

    async def take(self, event: Any) -> None:
        """Take in a chunk of `scored`, decide what is due, and store the state when it is time."""
        async with self._lock:
            if not self._is_ours(event.message):
                return
            owned = self._shard(event.message.partition)
            for record in event.value[:-1]:
                owned.state.shard.take(unpack_scored(record.value))
            owned.state.shard.take(unpack_scored(event.value[-1].value), event)
            await self._advance(owned)
            if elapsed_seconds() >= owned.stored_at + self._every:
                await self._checkpoint(owned)

    async def look(self, *, now_all: bool = False) -> None:
        """Store what was decided and not stored for a while; `now_all`: at once, and wait for it."""
        async with self._lock:
            for owned in list(self._owned.values()):
                due = elapsed_seconds() >= owned.stored_at + self._every
                if (due or now_all) and self._generation == self._app.consumer_generation_id:
                    await self._checkpoint(owned, wait=now_all)

    @property
    def shards(self) -> list[Shard]:
        """Those that are ours now."""
        return [owned.state.shard for owned in self._owned.values()]

    def _is_ours(self, message: Any) -> bool:
        """Whether this chunk is of the present generation; shards of another one are dropped."""
        present = self._app.consumer_generation_id
        if self._generation != present:
            self._owned.clear()
            self._generation = present
        return bool(message.generation_id == present)

    def _shard(self, partition: int) -> Owned:
        owned = self._owned.get(partition)
        if owned is None:
            shard = Shard(partition, self._engine(partition), self._kafka.partitions)
            state = ShardState(shard, self._table.of_partition(partition), self._generation)
            owned = self._owned[partition] = Owned(state, self._generation, stored_at=elapsed_seconds())
        return owned

    async def _advance(self, owned: Owned) -> None:
        """Decide what is due, and let the others of this process get on meanwhile.

        Hours that are caught up take longer than a group waits for us when it deals partitions anew; who kept
        it waiting would lose them, the next one begin again, and so on without end.
        """
        since = elapsed_seconds()
        for findings in owned.state.shard.advancing():
            if findings:
                owned.sent += await send(self._app, [self._sending(each) for each in findings])
            if elapsed_seconds() >= since + TURN_SECONDS:
                await asyncio.sleep(0)
                since = elapsed_seconds()
                if owned.generation != self._app.consumer_generation_id:
                    return

    def _sending(self, finding: Finding) -> Sending:
        return Sending(FINDINGS.full_name(self._kafka.prefix), finding.shard, None, pack(finding))

    async def _checkpoint(self, owned: Owned, *, wait: bool = False) -> None:
        """Dump the state, and let it travel while the next chunks are taken in; one at a time."""
        if owned.storing is not None:
            if not (wait or owned.storing.done()):
                return
            await owned.storing
            owned.storing = None
        owned.stored_at = elapsed_seconds()
        if owned.state.is_stored:
            return
        write, released = owned.state.checkpoint()
        sent, owned.sent = owned.sent, []
        owned.storing = asyncio.create_task(self._store(owned, sent, write, released))
        if wait:
            await owned.storing

    async def _store(
        self, owned: Owned, sent: list[Awaitable[Any]], write: Write, released: list[object]
    ) -> None:
        """First the findings, then the state, then the offsets."""
        await durable(sent)
        if owned.generation != self._app.consumer_generation_id:
            return
        number = owned.state.shard.number
        await self._table.write(number, dict(write.records))
        await self._table.write(number, dict.fromkeys(write.gone))
        for event in released:
            if event is not None:
                event.ack()  # type: ignore[attr-defined]
