"""A Faust table whose changes are acknowledged by the broker before anything else goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import faust
from faust.types import TP


class StateTable(faust.Table[bytes, bytes]):
    """Records of bytes by partition. Every record is written by `write` alone, never by item assignment."""

    async def write(self, partition: int, records: Mapping[str, bytes | None]) -> None:
        """Make records durable (None: delete them), then keep them here; raises what the broker answers."""
        topic, producer = self.changelog_topic_name, await self.app.maybe_start_producer()
        sent = [
            (key.encode(), value, await producer.send(topic, key.encode(), value, partition, None, None))
            for key, value in records.items()
        ]
        for key, value, future in sent:
            told = await future
            self._keep(partition, key, value)
            self.data.set_persisted_offset(TP(topic, partition), told.offset)

    def of_partition(self, partition: int) -> dict[str, bytes]:
        """Everything that is stored of a partition."""
        start = f"{partition}/".encode()
        return {key.decode(): value for key, value in self._items(partition) if key.startswith(start)}

    def _keep(self, partition: int, key: bytes, value: bytes | None) -> None:
        store: Any = self.data
        if hasattr(store, "_db_for_partition"):  # RocksDB: one database a partition
            db = store._db_for_partition(partition)  # noqa: SLF001 its own way needs a stream's event
            if value is None:
                db.delete(key)
            else:
                db.put(key, value)
        elif value is None:
            store.data.pop(key, None)
            store._key_partition.pop(key, None)  # noqa: SLF001 the same
        else:
            store.data[key] = value
            store._key_partition[key] = partition  # noqa: SLF001 or it outlives the partition here

    def _items(self, partition: int) -> Any:
        store: Any = self.data
        if hasattr(store, "_db_for_partition"):
            return list(store._db_for_partition(partition).items())  # noqa: SLF001 the same
        return list(store.data.items())
