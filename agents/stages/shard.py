"""One partition of the watch: an engine over the topics that hash to it, fed by all partitions of `mentions`.

    scored ──► it waits for the tick of its minute ──► every source is past the tick ──► the engine decides

The tick that takes a mention in is a function of the mention and of its own source's clock, and ticks are
decided in order when the slowest source is past them. So what is decided depends on the streams alone, not on
how their records interleave, and equals what the embedded runtime decides of the same arrivals.

State is the engine's after a tick, and how far each source is absorbed in it; what waits for a later tick is
not stored but read again. Hence a record is released (its offset may be committed) only when a checkpoint
holds all it brought.
"""

from __future__ import annotations

from array import array
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agents.pulse.sighting import Sighting
from agents.stages.records import VERSION, Finding, Ours, Scored
from agents.stages.stretches import Digests, Stretch, sighting_of, stretches
from agents.watch.engine import SEEN_PER_SLOT, Engine
from streams.records import Escalation, Pulse
from streams.windows import HOUR_MINUTES, slot_of

NOTHING = -1
MOST_EFFECTS = 2000  # in one finding


@dataclass(slots=True)
class Source:
    """How far a partition of `mentions` was read, and how far it is absorbed, with its clock then."""

    received: int = NOTHING
    clock: float | None = None
    absorbed: int = NOTHING
    absorbed_clock: float | None = None
    stored: int = NOTHING  # read before the state was stored: what of it was due then is in the state


@dataclass(slots=True)
class Pending:
    """What one tick takes in."""

    volume: dict[int, list[Digests]] = field(default_factory=dict)
    sightings: dict[str, list[Sighting]] = field(default_factory=dict)
    deletions: list[tuple[str, int]] = field(default_factory=list)
    ours: list[Ours] = field(default_factory=list)


@dataclass(slots=True)
class Held:
    """A record of `scored` that is not released yet: the last tick it has something for."""

    token: object
    tick: int
    source: int
    last: int
    clock: float | None


class Shard:
    """`number` among the partitions of the watch; `sources` partitions of `mentions`."""

    def __init__(self, number: int, engine: Engine, sources: int) -> None:
        self.number, self.engine = number, engine
        self.sources = [Source() for _ in range(sources)]
        self.findings = 0
        self.tallies: Counter[str] = Counter()
        self.new_digests: dict[int, list[Digests]] = {}  # by slot, since the last checkpoint
        self._begins = True
        self._pending: dict[int, Pending] = {}
        self._held: deque[Held] = deque()
        self._lateness = engine.policy.lateness_seconds
        self._hold = engine.policy.hold_minutes

    # taking in

    def take(self, scored: Scored, token: object = None) -> None:
        """Take in a record of `scored`; `token` is given back when it may be released."""
        source = self.sources[scored.source]
        latest, last = 0, NOTHING
        if not scored.begins and scored.after > source.received:
            self.tallies["hole"] += 1  # its predecessor was lost with its sender: both will come again
        else:
            last = scored.last
            for stretch in self._news(scored, source):
                latest = max(latest, self._wait(stretch, scored.topics, source))
            source.received = max(source.received, last)
        self._held.append(Held(token, latest, scored.source, last, source.clock))

    def _news(self, scored: Scored, source: Source) -> Iterator[Stretch]:
        """What was not read before, while the source's clock goes along."""
        if scored.last <= source.received:
            return
        for stretch in stretches(scored, source.received + 1, source.stored, self._due):
            if stretch.clock is not None:
                source.clock = max(stretch.clock, source.clock or stretch.clock)
            yield stretch

    def _wait(self, stretch: Stretch, topics: list[str], source: Source) -> int:
        """Let what a stretch brings wait for its ticks; the last of these."""
        due = self._due(source.clock)
        ticks = {due + 1} if stretch.deletions or stretch.ours else set()
        known = stretch.last <= source.stored
        for minute, digests in stretch.volume:
            if pending := self._pending_for(minute, due, ticks, known=known):
                pending.volume.setdefault(minute, []).append(digests)
            else:
                self.tallies["late"] += len(digests) // 4
        for row in stretch.rows:
            if pending := self._pending_for(row[3], due, ticks, known=known):
                pending.sightings.setdefault(topics[row[1]], []).append(sighting_of(row))
        if (stretch.deletions or stretch.ours) and not (known and due < self.engine.ticked):
            pending = self._at(max(due, self.engine.ticked) + 1)
            pending.deletions += [(each.id, each.minute) for each in stretch.deletions]
            pending.ours += stretch.ours
        return max(ticks, default=0)

    def _pending_for(self, minute: int, due: int, ticks: set[int], *, known: bool) -> Pending | None:
        """Where a mention waits that was published in `minute` and came when the ticks until `due` were over.

        None: its hour is closed, or it is `known`, and in the state already.
        """
        if minute // HOUR_MINUTES < (due - self._hold) // HOUR_MINUTES:
            return None
        tick = max(minute, due) + 1
        if tick <= self.engine.ticked:
            if known:
                return None
            tick = self.engine.ticked + 1
        ticks.add(tick)
        return self._at(tick)

    def _at(self, tick: int) -> Pending:
        pending = self._pending.get(tick)
        if pending is None:
            pending = self._pending[tick] = Pending()
        return pending

    def _clock_at(self, tick: int) -> float:
        return float(tick * 60 + self._lateness)

    def _due(self, clock: float | None) -> int:
        return 0 if clock is None else int((clock - self._lateness) // 60)

    # deciding

    def advance(self) -> list[Finding]:
        """Decide all ticks that every source is past; what follows, in order."""
        return [finding for found in self.advancing() for finding in found]

    def advancing(self) -> Iterator[list[Finding]]:
        """The same piece by piece: what each tick brings for which something waits."""
        due = self._due(self.last_clock)
        for tick in sorted(tick for tick in self._pending if tick <= due):
            found: list[Finding] = []
            self._decide(tick - 1, [], found)
            ours = self._apply(tick, self._pending.pop(tick))
            self._decide(tick, ours, found)
            yield found
        found = []
        self._decide(due, [], found)
        yield found

    def _decide(self, tick: int, ours: list[Ours], found: list[Finding]) -> None:
        """Each tick up to this one: findings are cut by ticks, not by how many were due at once."""
        while self.engine.ticked < tick:
            hour = hour_after(self.engine.ticked) if self.engine.ticked else tick
            now = min(self.engine.next_tick(tick), hour)
            effects = self.engine.advance(self._clock_at(now))
            self._tell(now, ours if now == tick else [], effects, found)

    def _tell(
        self, tick: int, ours: list[Ours], effects: list[Escalation | Pulse], found: list[Finding]
    ) -> None:
        """The findings of a tick: none where nothing came of it, but one an hour says how late it is."""
        hourly = tick % HOUR_MINUTES == 0
        while effects or ours or hourly:
            part, effects = effects[:MOST_EFFECTS], effects[MOST_EFFECTS:]
            found.append(self._finding(self._clock_at(tick), ours, part))
            ours, hourly = [], False

    def _finding(self, clock: float, ours: list[Ours], effects: list[Escalation | Pulse]) -> Finding:
        after, self.findings = self.findings, self.findings + 1
        begins, self._begins = self._begins, False
        escalations = [e.model_dump_json().encode() for e in effects if isinstance(e, Escalation)]
        pulses = [e.model_dump_json().encode() for e in effects if isinstance(e, Pulse)]
        return Finding(
            VERSION, self.number, self.findings, after, begins, clock, ours, escalations, pulses, [], []
        )

    def _apply(self, tick: int, pending: Pending) -> list[Ours]:
        """Put what waited for a tick into the engine; gives what our own accounts did before it."""
        for minute in sorted(pending.volume):
            self._count(minute, b"".join(pending.volume[minute]))
        for mention_id, minute in pending.deletions:
            self._delete(mention_id, minute)
        waiting = self.engine.waiting.setdefault(tick, {})
        for name, sightings in pending.sightings.items():
            if name in self.engine.topics:
                waiting.setdefault(name, []).extend(sightings)
        return pending.ours

    def _delete(self, mention_id: str, minute: int) -> None:
        """Its text goes, wherever it is; and where it comes after its deletion, too."""
        engine = self.engine
        for name, watch in engine.watches.items():
            if watch.state.counts.forget(mention_id, minute):
                engine.dirty.add(name)
        if minute // HOUR_MINUTES >= (engine.ticked - self._hold) // HOUR_MINUTES:
            deleted = engine.deleted.setdefault(slot_of(minute), set())
            if len(deleted) < SEEN_PER_SLOT:
                deleted.add(mention_id)

    def _count(self, minute: int, digests: Digests) -> None:
        """Count the mentions of a minute that were not seen before in its quarter of an hour."""
        slot = slot_of(minute)
        seen = self.engine.volume.seen.setdefault(slot, set())
        new, counted = take_in(seen, digests, SEEN_PER_SLOT)
        if counted:
            self.engine.volume.add(minute, counted)
        self.tallies["duplicate"] += len(digests) // 4 - counted
        if new:
            self.new_digests.setdefault(slot, []).append(new)

    @property
    def last_clock(self) -> float | None:
        """How far time went on in the slowest source; None where one has not told."""
        clocks = [source.clock for source in self.sources]
        return None if None in clocks else min(clock for clock in clocks if clock is not None)

    @property
    def waits(self) -> bool:
        """Whether anything waits for a later tick."""
        return bool(self._pending)

    # state

    def absorbed(self) -> list[object]:
        """The tokens of the records that are wholly in the engine's state now."""
        tokens = []
        while self._held and self._held[0].tick <= self.engine.ticked:
            held = self._held.popleft()
            source = self.sources[held.source]
            if held.last > source.absorbed:
                source.absorbed, source.absorbed_clock = held.last, held.clock
            tokens.append(held.token)
        return tokens

    def dump(self) -> dict[str, Any]:
        """Positions and counts, to be stored beside the engine's state."""
        sources = [[s.absorbed, s.absorbed_clock, s.received] for s in self.sources]
        return {"sources": sources, "findings": self.findings}

    def load(self, parts: Mapping[str, Any]) -> None:
        """The inverse of `dump`, beside an engine that was restored."""
        for source, (absorbed, clock, received) in zip(self.sources, parts["sources"], strict=False):
            source.received = source.absorbed = absorbed
            source.clock = source.absorbed_clock = clock
            source.stored = received
        self.findings = parts["findings"]


def hour_after(tick: int) -> int:
    """The first tick of the next hour.

    >>> hour_after(59), hour_after(60)
    (60, 120)
    """
    return (tick // HOUR_MINUTES + 1) * HOUR_MINUTES


def take_in(seen: set[int], digests: Digests, most: int) -> tuple[Digests, int]:
    """Remember digests, at most `most`: those that are new, and how many count (beyond `most` all do).

    >>> take_in({1}, array("I", [1, 2, 2]).tobytes(), 9)[1]
    1
    """
    numbers = memoryview(digests).cast("I")
    if len(seen) >= most:
        return b"", len(numbers)
    fresh = set(numbers) - seen
    if len(seen) + len(fresh) <= most:
        seen |= fresh
        return array("I", fresh).tobytes(), len(fresh)
    return _take_in_some(seen, numbers, most)


def _take_in_some(seen: set[int], numbers: Iterable[int], most: int) -> tuple[Digests, int]:
    """The same where there is not room for all: one by one, in order."""
    fresh: list[int] = []
    counted = 0
    for number in numbers:
        if len(seen) >= most:
            counted += 1
        elif number not in seen:
            seen.add(number)
            fresh.append(number)
            counted += 1
    return array("I", fresh).tobytes(), counted
