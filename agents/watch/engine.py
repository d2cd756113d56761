"""All topics together: event time, lateness, ticks. The stage that both runtimes run.

    arrival ──► clock moves ──► ticks that are due ──► it waits for the tick of its minute
                                  each: counts take in what waits, in an order of their own ──► decide

A tick is decided `lateness_seconds` after its end and sees nothing that came after it, so within that
bound order means nothing at all. What is later still enters the counts until its hour is closed
(`hold_minutes`); what is later than that is counted as late and does not enter the rates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from zlib import crc32

from agents.pulse.copies import copy_keys_of
from agents.pulse.sighting import Sighting, sight
from agents.watch.policy import WatchPolicy
from agents.watch.topic import TopicState
from agents.watch.volume import Volume
from agents.watch.watch import TopicBudget, TopicWatch
from streams.records import Escalation, Mention, Pulse, ScoredMention
from streams.windows import HOUR_MINUTES, minute_at, slot_of

SEEN_PER_SLOT = (
    50_000  # above this many mentions a quarter of an hour, duplicates of unmatched ones may count
)

# by time; of one mention's versions, which say not which is newer, the least negative first
IN_ORDER = attrgetter("minute", "id", "negative", "text")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mention as it reaches the watch, `clock_s` seconds since 1970; `scored` None: no topic matched."""

    mention: Mention
    scored: ScoredMention | None
    clock_s: float


class Engine:
    """Arrivals in, escalations and pulses out; deterministic, whatever the batch size."""

    def __init__(self, topics: Sequence[TopicBudget], policy: WatchPolicy | None = None) -> None:
        self.policy = policy or WatchPolicy()
        self.topics = {t.name: t for t in topics}
        self.order = {t.name: i for i, t in enumerate(topics)}
        self.watches: dict[str, TopicWatch] = {}
        self.volume = Volume(self.policy.usual_share)
        self.waiting: dict[int, dict[str, list[Sighting]]] = {}  # by the tick that takes them in
        self.deleted: dict[int, set[str]] = {}  # by slot: a deletion may come before its mention
        self.dirty: set[str] = set()
        self.ticked = 0  # the last minute whose tick was decided
        self.tallies: Counter[str] = Counter()
        self.late_by_feed: Counter[str | None] = Counter()  # for the metrics, which empty it
        self._live: set[str] = set()

    def step(self, batch: Sequence[Arrival]) -> list[Escalation | Pulse]:
        """Take in arrivals in their order; returns what was decided meanwhile."""
        return [effect for _, effects in self.steps(batch) for effect in effects]

    def steps(self, batch: Sequence[Arrival]) -> Iterator[tuple[int, list[Escalation | Pulse]]]:
        """The same piece by piece: (arrivals taken in before, effects), so that what is written along
        with an effect does not depend on the batch size either."""
        lateness = self.policy.lateness_seconds
        minutes = [minute_at(arrival.mention.event_at) for arrival in batch]
        copies = _copies(batch, minutes)
        for taken, arrival in enumerate(batch):
            due = int((arrival.clock_s - lateness) // 60)
            if due > self.ticked:
                out: list[Escalation | Pulse] = []
                self._advance(due, out)
                if out:
                    yield taken, out
            self._take(arrival, minutes[taken], copies.get(taken, ()))

    def advance(self, clock_s: float) -> list[Escalation | Pulse]:
        """Decide all ticks that are due at this time, without any arrival."""
        out: list[Escalation | Pulse] = []
        self._advance(int((clock_s - self.policy.lateness_seconds) // 60), out)
        return out

    def next_tick(self, due: int) -> int:
        """The first tick at which anything can change, `due` where none is before it."""
        now = self._next()
        return due if now is None else min(now, due)

    def _take(self, arrival: Arrival, minute: int, copies: tuple[int, ...]) -> None:
        mention = arrival.mention
        if mention.op in ("delete", "engagement"):
            self._forget(arrival)
            return
        if minute // HOUR_MINUTES < self._first_open():
            self.tallies["late"] += 1
            self.late_by_feed[mention.feed] += 1
            return
        if self._seen(mention.id, slot_of(minute)):
            self.tallies["duplicate"] += 1
        else:
            self.volume.add(minute)
        if arrival.scored is not None and not mention.backfilled:
            self._count(arrival.scored, minute, copies)

    def _first_open(self) -> int:
        """The first hour that takes anything in; before any was learnt, what the clock would have closed."""
        if self.volume.closed is not None and self.volume.hours:
            return self.volume.closed
        return (self.ticked - self.policy.hold_minutes) // HOUR_MINUTES

    def _seen(self, mention_id: str, slot: int) -> bool:
        seen = self.volume.seen.get(slot)
        if seen is None:
            seen = self.volume.seen[slot] = set()
        size = len(seen)
        if size >= SEEN_PER_SLOT:
            return False
        seen.add(crc32(mention_id.encode(errors="surrogatepass")))
        return len(seen) == size

    def _count(self, scored: ScoredMention, minute: int, copies: tuple[int, ...]) -> None:
        waiting = self.waiting.setdefault(max(minute, self.ticked) + 1, {})
        for name in scored.topics:  # a sighting each: whether it counts differs
            waiting.setdefault(name, []).append(sight(scored, copies, name, minute))

    def _forget(self, arrival: Arrival) -> None:
        """A deletion: what it deletes may be counted, wait, or be still to come."""
        if arrival.mention.op != "delete":
            return
        mention_id, minute = arrival.mention.id, minute_at(arrival.mention.event_at)
        for name, watch in self.watches.items():
            if watch.state.counts.forget(mention_id, minute):
                self.dirty.add(name)
        if minute // HOUR_MINUTES >= self._first_open():
            deleted = self.deleted.setdefault(slot_of(minute), set())
            if len(deleted) < SEEN_PER_SLOT:
                deleted.add(mention_id)

    def watch(self, name: str, minute: int) -> TopicWatch:
        """The watch of a topic, made at its first mention as if it had been there all the time."""
        watch = self.watches.get(name)
        if watch is None:
            topic = self.topics[name]
            first = min(self.volume.hours, default=self.volume.closed)
            hour = minute // HOUR_MINUTES if first is None else first
            watch = TopicWatch(topic, self.policy, self.volume, TopicState(hour))
            self.watches[name] = watch
        return watch

    def adopt(self, watch: TopicWatch) -> None:
        """Take over a topic's watch, as a snapshot holds it."""
        self.watches[watch.name] = watch
        if watch.live:
            self._live.add(watch.name)

    def _advance(self, due: int, out: list[Escalation | Pulse]) -> None:
        """Decide the ticks up to minute `due` at which anything can change."""
        while (now := self._next()) is not None and now <= due:
            self._tick(now, out)
        if due > self.ticked:
            self.ticked = due
            self._close(due)

    def _next(self) -> int | None:
        return self.ticked + 1 if self._live else min(self.waiting, default=None)

    def _tick(self, now: int, out: list[Escalation | Pulse]) -> None:
        self.ticked = now
        self._close(now)
        names = self._take_in(now) | self._live
        for name in sorted(names, key=self.order.__getitem__):
            watch = self.watches[name]
            watch.tick(now, out)
            self.dirty.add(name)
            (self._live.add if watch.live else self._live.discard)(name)

    def _take_in(self, now: int) -> set[str]:
        """Count what waits for this tick; gives the topics in which it changed anything."""
        changed = set()
        for name, sightings in self.waiting.pop(now, {}).items():
            sightings.sort(key=IN_ORDER)
            for one in sightings if self.deleted else ():
                if one.id in self.deleted.get(slot_of(one.minute), ()):
                    one.text = ""
            self.dirty.add(name)
            if self.watch(name, now - 1).state.take_in(sightings):
                changed.add(name)
        return changed

    def _close(self, now: int) -> None:
        hour = (now - self.policy.hold_minutes) // HOUR_MINUTES
        if self.volume.closed is not None and hour > self.volume.closed:
            self.volume.close(hour)
            for slot in [s for s in self.volume.seen if s < hour * 4]:
                del self.volume.seen[slot]
            for slot in [s for s in self.deleted if s < hour * 4]:
                del self.deleted[slot]


def _copies(batch: Sequence[Arrival], minutes: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """The bands of the texts that may be counted, by their place; reposts are no copies.

    They depend on the text and its time alone, and many at once cost a fraction of one by one.
    """
    own = [
        place
        for place, arrival in enumerate(batch)
        if arrival.scored is not None
        and arrival.mention.repost_of is None
        and arrival.mention.kind != "repost"
    ]
    texts, slots = [batch[place].mention.text for place in own], [slot_of(minutes[place]) for place in own]
    return dict(zip(own, copy_keys_of(texts, slots), strict=True))
