"""A transport for Faust that hands over the records of a partition in chunks.

Faust's own way costs four tasks and three turns of the event loop a record, about 13,000 records a second.
Here one event is up to `chunk_size` records of one partition; its value is the list of them as the client
read them.

What has to hold, each of it a bug elsewhere until it did:

- records fetched while the flow is stopped are given back by seeking, as the base class does;
- no stream is fetched while partitions are dealt anew: Faust 0.15 resumes them before it seeks and before it
  clears its queues, and what comes between is lost (faust-streaming issue 596);
- chunks of an earlier generation of the group are dropped, and never acknowledged;
- chunks are acknowledged in order, so the last one says it all: no list of offsets is kept.

And what keeps it fast: records stay as the client unpacked them (they know no partition, the chunk does); and
a fetch waits at the broker for a twentieth of Faust's 1.5 s, because the client has only one under way and a
partition that was read empty waits behind it. A chunk ends where its records weigh `CHUNK_BYTES`, so that
what is made of it fits into a record.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import faust
from aiokafka.consumer.fetcher import FetchResult
from faust.serializers import codecs
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import ConsumerMessage

CHUNK = "chunk"
CHUNK_BYTES = 1_500_000
PAUSE_SECONDS = 0.05
FETCH_WAIT_MS = 75


class ChunkMessage(ConsumerMessage):
    """Some records of one partition; `offset` is that of the last."""


class ChunkApp(faust.App):
    """An app of which `chunk_topics` are read in chunks of `chunk_size` records."""

    chunk_topics: frozenset[str] = frozenset()
    chunk_size: int = 1000


class ChunkCodec(codecs.Codec):
    """The records as they are; the stages decode them."""

    def _loads(self, s: Any) -> Any:
        return s

    def _dumps(self, s: Any) -> Any:
        return s


class ChunkThread(driver.AIOKafkaConsumerThread):
    """The client in its thread: it waits less for more, and leaves the records of chunks as they are."""

    app: Any

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001 Faust has no setting for it
        return consumer

    async def _commit(self, offsets: Any) -> bool:
        """Faust leaves out partitions that were dealt anew; a commit of nothing would end the worker."""
        if not self.assignment().intersection(offsets):
            return False
        return await super()._commit(offsets)

    async def _fetch_records(
        self,
        consumer: Any,
        active_partitions: Any,
        timeout: float | None = None,  # noqa: ASYNC109 Faust's signature
        max_records: int | None = None,
    ) -> Any:
        """What has arrived; where nothing has, what arrives next within `timeout` seconds."""
        self._leave_records(consumer)
        found = await super()._fetch_records(consumer, active_partitions, 0, max_records)
        if found or not timeout:
            return found
        waiter = consumer._fetcher._create_fetch_waiter()  # noqa: SLF001 to see them before they are unpacked
        await asyncio.wait([waiter], timeout=timeout)
        if not waiter.done():
            waiter.cancel()
            return {}
        waiter.result()
        self._leave_records(consumer)
        return await super()._fetch_records(consumer, active_partitions, 0, max_records)

    def _leave_records(self, consumer: Any) -> None:
        for tp, found in consumer._fetcher._records.items():  # noqa: SLF001 the same
            if tp.topic in self.app.chunk_topics and type(found) is FetchResult:
                records = found._partition_records  # noqa: SLF001 the same
                if records is not None:
                    records._consumer_record = _as_it_is  # noqa: SLF001 a copy of each takes a third of the time


def _as_it_is(_: Any, record: Any) -> Any:
    return record


class ChunkConsumer(driver.Consumer):
    """Reads the app's chunk topics in chunks, all others record by record."""

    app: Any

    def _new_consumer_thread(self) -> ChunkThread:
        return ChunkThread(self, loop=self.loop, beacon=self.beacon)

    async def _getmany(self, active_partitions: Any, timeout: float) -> Mapping[Any, Any]:  # noqa: ASYNC109 Faust's signature
        if self.app.rebalancing and active_partitions is not None:
            active_partitions = {tp for tp in active_partitions if self._is_changelog_tp(tp)}
            if not active_partitions:
                await self.sleep(PAUSE_SECONDS)
                return {}
        found: Mapping[Any, Any] = await super()._getmany(active_partitions, timeout)
        return found

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[Any, Any]]:  # noqa: ASYNC109 the same
        """Chunks and single records of all active partitions."""
        records, active = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        if records is None or self.should_stop:
            return
        if not self.flow_active:
            await self._give_back()
            return
        for tp, message in self._messages(records, active):
            if not self.flow_active or self.app.consumer_generation_id != generation:
                return
            yield tp, message

    async def _give_back(self) -> None:
        try:
            await self.perform_seek()
        except Exception as error:  # noqa: BLE001 the base class does the same: the next round seeks again
            self.log.warning("perform_seek: %s", type(error).__name__)

    def on_buffer_full(self, tp: Any) -> None:
        """Nothing: who hands a chunk over waits for room, and Faust would sleep a second without any."""

    def _messages(self, records: Any, active: Any) -> Any:
        """The messages of a fetch, each made when it is asked for."""
        plain = {}
        for tp, found in records.items():
            if tp.topic not in self.app.chunk_topics:
                plain[tp] = found
            elif found and (active is None or tp in active or tp in self._buffered_partitions):
                for chunk in cut(found, self.app.chunk_size, CHUNK_BYTES):
                    yield from self._chunk(tp, chunk)
        for tp, record in self.scheduler.iterate(plain):
            if active is None or tp in active or tp in self._buffered_partitions:
                self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
                yield tp, self._to_message(tp, record)

    def _chunk(self, tp: Any, records: list[Any]) -> Any:
        read, last = self._read_offset[tp], records[-1]
        if read is not None and last.offset < read:
            return
        self._read_offset[tp] = max(0, last.offset - 1)  # so that no gap is booked: offsets may have holes
        self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
        value: Any = records
        yield tp, ChunkMessage(
            tp.topic, tp.partition, last.offset, last.timestamp / 1000.0, last.timestamp_type,
            None, None, value, None, 0, 0, tp, generation_id=self.app.consumer_generation_id,
        )  # fmt: skip

    def ack(self, message: Any) -> bool:
        """Everything up to this chunk is done."""
        if not isinstance(message, ChunkMessage):
            return bool(super().ack(message))
        if message.acked or message.generation_id != self.app.consumer_generation_id:
            return False
        message.acked = True
        self._unacked_messages.discard(message)
        self._acked[message.tp] = [message.offset]
        self._n_acked += 1
        return True

    def _new_offset(self, tp: Any) -> int | None:
        if tp.topic not in self.app.chunk_topics:
            offset: int | None = super()._new_offset(tp)
            return offset
        acked = self._acked.pop(tp, None)
        return acked[-1] + 1 if acked else None


def cut(records: list[Any], most: int, most_bytes: int) -> Iterator[list[Any]]:
    """Records in order, in lists of at most `most`, ended early where their values reach `most_bytes`."""
    for start in range(0, len(records), most):
        part = records[start : start + most]
        if len(part) == 1 or sum([len(each.value or b"") for each in part]) <= most_bytes:
            yield part
        else:
            yield from cut(part, (len(part) + 1) // 2, most_bytes)


class ChunkTransport(driver.Transport):
    """Faust's transport by aiokafka, with our consumer."""

    Consumer = ChunkConsumer


codecs.register(CHUNK, ChunkCodec())
