"""A shard and its state together: taken in, checkpointed as segments, restored from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from agents.stages.segments import Segments, Write, size_of
from agents.stages.shard import Shard
from agents.watch.engine import Engine
from agents.watch.snapshot import US, dump, load
from streams.errors import BrokenState

POSITIONS: Final = "positions"
DIGESTS: Final = "digests:"


class ShardState:
    """A shard restored from `records` (keys and values as `checkpoint` gave them); `writer` only grows."""

    def __init__(self, shard: Shard, records: Mapping[str, bytes], writer: int) -> None:
        self.shard = shard
        self._segments = Segments(shard.number, writer)
        self._digests: dict[str, bytes] = {}  # what was stored of the ids of open slots
        self.stored_tick = 0
        state = self._segments.load(records)
        if state:
            self._restore(state)

    @property
    def is_stored(self) -> bool:
        """Whether nothing was decided since the last checkpoint."""
        return self.shard.engine.ticked == self.stored_tick

    def checkpoint(self) -> tuple[Write, list[object]]:
        """What to store of the present state, and the tokens of what may be released when it is durable."""
        released = self.shard.absorbed()
        blobs = self._blobs()
        size = size_of(blobs)
        again = {key for key in self._segments.to_rewrite(size) if key not in blobs}
        for key in again:
            _touch(self.shard.engine, key)
        blobs |= _dumped(self.shard.engine)
        for key in again:
            blobs.setdefault(key, self._digests.get(key))
        self.stored_tick = self.shard.engine.ticked
        return self._segments.write(self.stored_tick, blobs, size), released

    def _blobs(self) -> dict[str, bytes | None]:
        blobs = _dumped(self.shard.engine)
        blobs[POSITIONS] = msgspec.msgpack.encode(self.shard.dump())
        blobs |= self._new_digests()
        return blobs

    def _new_digests(self) -> dict[str, bytes | None]:
        """The ids that came since the last checkpoint; those of closed slots go."""
        shard, blobs = self.shard, dict[str, bytes | None]()
        for slot, digests in shard.new_digests.items():
            blobs[f"{DIGESTS}{slot}:{shard.engine.ticked}"] = b"".join(digests)
        shard.new_digests.clear()
        self._digests |= {key: blob for key, blob in blobs.items() if blob}
        for key in [key for key in self._digests if _slot(key) not in shard.engine.volume.seen]:
            del self._digests[key]
            blobs[key] = None
        return blobs

    def _restore(self, state: dict[str, bytes]) -> None:
        engine = self.shard.engine
        try:
            self.shard.load(msgspec.msgpack.decode(state.pop(POSITIONS)))
        except (KeyError, msgspec.MsgspecError) as error:
            raise BrokenState(
                f"the stored state of shard {self.shard.number} is incomplete ({error})"
            ) from None
        self._digests = {key: blob for key, blob in state.items() if key.startswith(DIGESTS)}
        load(engine, {key: blob for key, blob in state.items() if not key.startswith(DIGESTS)})
        for key, blob in self._digests.items():
            engine.volume.seen.setdefault(_slot(key), set()).update(memoryview(blob).cast("I"))
        self.stored_tick = engine.ticked


def _slot(key: str) -> int:
    return int(key.split(":")[1])


def _dumped(engine: Engine) -> dict[str, bytes | None]:
    """What the engine changed; the ids it saw are stored apart, because they only ever grow."""
    seen, engine.volume.seen = engine.volume.seen, {}
    try:
        return dump(engine)
    finally:
        engine.volume.seen = seen


def _touch(engine: Engine, key: str) -> None:
    """Let the next dump hold the blob with this key, if there is such a thing still."""
    kind, _, rest = key.partition(":")
    if kind == "thread":
        name, _, number = rest.partition(US)
        _touch_thread(engine, name, number)
    elif kind in ("topic", "safety"):
        if rest in engine.watches:
            engine.dirty.add(rest)
            engine.watches[rest].state.safety.changed |= kind == "safety"
    elif kind in ("voices", "copies"):
        name, _, number = rest.rpartition(":")
        _touch_bucket(engine, kind, name, int(number))


def _touch_thread(engine: Engine, name: str, thread_id: str) -> None:
    watch = engine.watches.get(name)
    if watch is not None and thread_id in watch.state.counts.threads.by_id:
        engine.dirty.add(name)
        watch.state.counts.threads.dirty.add(thread_id)


def _touch_bucket(engine: Engine, kind: str, name: str, number: int) -> None:
    watch = engine.watches.get(name)
    if watch is None:
        return
    counts = watch.state.counts
    if kind == "voices" and number in counts.slots:
        engine.dirty.add(name)
        counts.changed.add(number)
    elif kind == "copies" and number in counts.copies.by_hour:
        engine.dirty.add(name)
        counts.copies.changed.add(number)
