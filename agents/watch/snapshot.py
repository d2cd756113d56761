"""The engine's state as small blobs that can be written one by one, and back.

    meta                     ticks decided so far, what waits for the next ones, deletions, tallies
    volume                   the whole stream's volume
    topic:<name>             baseline, calibration, case, minutes
    voices:<name>:<slot>     who spoke in a quarter of an hour
    copies:<name>:<hour>     groups of near-identical texts that began in an hour
    safety:<name>            who asserted which harm, and what paged
    thread:<name><US><id>    one thread (US: the unit separator; names and ids may hold colons)

Only what changed since the last snapshot is dumped; None stands for what is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from agents.pulse.copies import Copies, Group
from agents.pulse.counts import Counts, Slot
from agents.pulse.sighting import Sighting
from agents.watch.baseline import Baseline
from agents.watch.case import Case
from agents.watch.engine import Engine
from agents.watch.safety import SafetyReports
from agents.watch.scale import LowVolume, Surprise
from agents.watch.topic import TopicState
from agents.watch.volume import Volume
from agents.watch.watch import TopicWatch
from streams.errors import BrokenState
from streams.windows import DAY_MINUTES

FORMAT = 3
US = "\x1f"
pack, unpack = msgspec.msgpack.encode, msgspec.msgpack.decode


def dump(engine: Engine) -> dict[str, bytes | None]:
    """What changed since the last dump, by key."""
    waiting = {
        tick: {name: [s.dump() for s in sightings] for name, sightings in topics.items()}
        for tick, topics in engine.waiting.items()
    }
    deleted = {slot: sorted(ids) for slot, ids in engine.deleted.items()}
    meta = [FORMAT, engine.ticked, waiting, deleted, dict(engine.tallies)]
    blobs: dict[str, bytes | None] = {"meta": pack(meta), "volume": pack(engine.volume.dump())}
    for name in sorted(engine.dirty):
        state = engine.watches[name].state
        blobs[f"topic:{name}"] = pack(_topic(state))
        if state.safety.to_store:
            blobs[f"safety:{name}"] = pack(state.safety.dump())
            state.safety.changed = False
        _dump_voices(name, state.counts, blobs)
        _dump_copies(name, state.counts.copies, blobs)
        _dump_threads(name, state.counts, blobs)
    engine.dirty.clear()
    return blobs


def _topic(state: TopicState) -> list[object]:
    return [
        state.closed,
        state.pulse_at,
        state.baseline.dump(),
        state.surprise.dump(),
        state.low.dump(),
        state.case.dump() if state.case else None,
        state.counts.minutes,
    ]


def _dump_voices(name: str, counts: Counts, blobs: dict[str, bytes | None]) -> None:
    for slot in counts.changed:
        held = counts.slots[slot]
        blob = [[v.dump() for v in held.voices.values()], sorted(held.seen)]
        blobs[f"voices:{name}:{slot}"] = pack(blob)
    blobs.update({f"voices:{name}:{slot}": None for slot in counts.dropped})
    counts.changed.clear()
    counts.dropped.clear()


def _dump_copies(name: str, copies: Copies, blobs: dict[str, bytes | None]) -> None:
    for hour in copies.changed:
        groups = copies.by_hour.get(hour, {})
        rows = [[key, g.first, g.author, g.by_hour] for key, g in groups.items()]
        blobs[f"copies:{name}:{hour}"] = pack(rows)
    blobs.update({f"copies:{name}:{hour}": None for hour in copies.dropped})
    copies.changed.clear()
    copies.dropped.clear()


def _dump_threads(name: str, counts: Counts, blobs: dict[str, bytes | None]) -> None:
    threads = counts.threads
    for thread_id in threads.dirty:
        blobs[f"thread:{name}{US}{thread_id}"] = threads.packed(thread_id)
    blobs.update({f"thread:{name}{US}{thread_id}": None for thread_id in threads.gone})
    threads.dirty.clear()
    threads.gone.clear()


def load(engine: Engine, blobs: Mapping[str, bytes]) -> None:
    """Put a fresh engine into the state of the blobs; topics that are no longer configured are left out."""
    if "meta" not in blobs:
        return
    try:
        _load_meta(engine, blobs)
        for key in blobs:
            if key.startswith("topic:"):
                _load_topic(engine, key.removeprefix("topic:"), unpack(blobs[key], strict=False))
        for key, blob in blobs.items():
            _load_part(engine, key, blob)
    except (msgspec.MsgspecError, ValueError, TypeError, KeyError) as error:
        raise BrokenState(
            f"the stored state cannot be read ({error}); restore a backup of the store"
        ) from error


def _load_meta(engine: Engine, blobs: Mapping[str, bytes]) -> None:
    version, *parts = unpack(blobs["meta"])
    if version != FORMAT:
        raise BrokenState(
            f"the stored state has format {version}, this version reads {FORMAT}; start once with --relearn: "
            "what is usual is learnt anew, incidents and mentions stay"
        )
    engine.ticked, waiting, deleted, tallies = parts
    engine.waiting = {
        tick: {name: [_sighting(s) for s in rows] for name, rows in topics.items() if name in engine.topics}
        for tick, topics in waiting.items()
    }
    engine.deleted = {slot: set(ids) for slot, ids in deleted.items()}
    engine.tallies.update(tallies)
    engine.volume = Volume.load(unpack(blobs["volume"]), engine.policy.usual_share)


def _load_topic(engine: Engine, name: str, parts: list[Any]) -> None:
    topic = engine.topics.get(name)
    if topic is None:
        return
    closed, pulse_at, baseline, surprise, low, case, minutes = parts
    state = TopicState(closed)
    state.pulse_at = pulse_at
    state.baseline = Baseline.load(baseline)
    state.surprise = Surprise.load(surprise)
    state.low = LowVolume.load(low)
    state.case = Case(*case) if case else None
    state.counts.minutes = minutes
    engine.adopt(TopicWatch(topic, engine.policy, engine.volume, state))


def _load_part(engine: Engine, key: str, blob: bytes) -> None:
    kind, _, rest = key.partition(":")
    if kind == "safety" and rest in engine.watches:
        engine.watches[rest].state.safety = SafetyReports.load(unpack(blob))
        return
    if kind == "thread":
        name, _, number = rest.partition(US)
    else:
        name, _, number = rest.rpartition(":")
    if name not in engine.watches:
        return
    counts = engine.watches[name].state.counts
    if kind == "thread":
        counts.threads.rest(number, blob)
    elif kind == "voices":
        _load_voices(counts, int(number), unpack(blob))
    elif kind == "copies":
        _load_copies(counts, int(number), unpack(blob, strict=False))


def _load_voices(counts: Counts, slot: int, parts: list[Any]) -> None:
    voices, seen = parts
    held = counts.slots[slot] = Slot()
    held.seen = set(seen)
    for one in voices:
        sighting = _sighting(one)
        held.voices[sighting.author] = sighting


def _load_copies(counts: Counts, hour: int, rows: list[Any]) -> None:
    for key, first, author, by_hour in rows:
        group = Group((first[0], first[1]), author, None if by_hour == {hour: 1} else by_hour)
        counts.copies.days.setdefault(first[0] // DAY_MINUTES, {})[key] = group
        counts.copies.by_hour.setdefault(hour, {})[key] = group


def _sighting(parts: list[Any]) -> Sighting:
    parts[6] = tuple(parts[6])
    parts[13:14] = [tuple(safety) for safety in parts[13:14]]
    return Sighting(*parts)
