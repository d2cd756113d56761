"""From a chunk of `mentions` to what each partition of the watch needs to know of it.

    bytes ──► decode ──► match ──► language, negativity ──► sightings ──► one record a partition of the watch

Stateless: the same chunk gives the same records. All that costs (matching, scoring, the keys of copies) is
done here, where the mentions of a topic are spread over all partitions; so a topic that everybody speaks of
is not bound to the speed of one partition.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zlib import crc32

from agents.pipeline import Pipeline
from agents.pulse.copies import copy_keys_of
from agents.pulse.sighting import sight
from agents.stages.light import light_reader
from agents.stages.placing import partition_of
from agents.stages.records import (
    VERSION,
    Deletion,
    Finding,
    Ours,
    Row,
    Scored,
    Seen,
    clock_of_mark,
    pack,
)
from alerts.organisation import Organisation
from streams.errors import BadRecord
from streams.records import Mention, ScoredMention
from streams.windows import minute_at, slot_of

COUNTED = frozenset({"create", "update"})  # deletions and counts of reactions are no mentions of their own


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some records of one partition of `mentions`, in order: (offset, value); see `Scored` for the rest."""

    source: int
    after: int
    begins: bool
    records: Sequence[tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that could not be used."""

    offset: int
    reason: str
    detail: str


@dataclass(slots=True)
class Judged:
    """What a chunk came to: a value for `scored` and perhaps one for `findings`, by partition."""

    scored: dict[int, bytes] = field(default_factory=dict)
    findings: dict[int, bytes] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    mentions: int = 0
    matched: int = 0


class ScoreStage:
    """Judges chunks. `partitions` of `scored` and `findings`; topics are dealt to them by name."""

    def __init__(self, pipeline: Pipeline, organisation: Organisation, partitions: int) -> None:
        self._pipeline, self._organisation, self._partitions = pipeline, organisation, partitions
        self._of_topic: dict[str, int] = {}

    def step(self, chunk: Chunk, now: datetime) -> Judged:
        """The records that follow; `now` bounds how far in the future a mention may claim to be."""
        judged = Judged()
        taken = _Taken(chunk.records[0][0])
        self._read(chunk, now, taken, judged)
        scored = self._pipeline.judged(taken.mentions)
        parts = [_Part(taken.first) for _ in range(self._partitions)]
        self._deal_matched(taken, scored, parts)
        is_ours = self._organisation.is_official
        for index, mention in enumerate(taken.mentions):
            if mention.op == "delete" or is_ours(mention.author):
                self._deal_others(taken.places[index], mention, scored.get(index), parts)
        judged.mentions, judged.matched = len(taken.mentions), len(scored)
        common = taken.common(chunk)
        for number, part in enumerate(parts):
            judged.scored[number] = pack(part.scored(common))
            if part.seen or part.forgotten:
                judged.findings[number] = pack(part.finding(number))
        return judged

    def _read(self, chunk: Chunk, now: datetime, taken: _Taken, judged: Judged) -> None:
        read = light_reader([value for _, value in chunk.records], now)
        for offset, value in chunk.records:
            try:
                taken.add(offset, read(value))
            except BadRecord as bad:
                self._read_other(offset, value, bad, taken, judged)

    def _read_other(self, offset: int, value: bytes, bad: BadRecord, taken: _Taken, judged: Judged) -> None:
        """What is no mention: a time mark, or nothing that could be used."""
        clock = clock_of_mark(value)
        if clock is not None:
            taken.tell(offset, clock)
        else:
            judged.refused.append(Refusal(offset, bad.reason, bad.detail))

    def _deal_matched(
        self, taken: _Taken, scored: Mapping[int, ScoredMention], parts: Sequence[_Part]
    ) -> None:
        """Each matched mention to the partitions of its topics: to be counted, and to be read by people."""
        copies = _copies(taken, scored)
        for index, one in scored.items():
            mention, place = one.mention, taken.places[index]
            told = seen_of(one, official=self._organisation.is_official(mention.author))
            counts = mention.op in COUNTED and not mention.backfilled
            for name in one.topics:
                part = parts[self._number_of(name)]
                if counts:
                    part.row(place, name, one, copies.get(index, ()))
                if not part.seen or part.seen[-1] is not told:
                    part.seen.append(told)

    def _deal_others(
        self, place: int, mention: Mention, scored: ScoredMention | None, parts: Sequence[_Part]
    ) -> None:
        """Deletions, and what our own accounts did, to all: most answers name no topic."""
        if mention.op == "delete":
            deletion = Deletion(place, mention.id, minute_at(mention.event_at))
            for part in parts:
                part.deletions.append(deletion)
            parts[partition_of(mention.id, self._partitions)].forgotten.append(mention.id)
        if self._organisation.is_official(mention.author):
            said = scored or ScoredMention(mention, (), 0.0, mention.language or "")
            at = mention.edited_at or mention.event_at
            deleted = round(at.timestamp() * 1e6) if mention.op == "delete" else None
            ours = Ours(place, seen_of(said, official=True), deleted)
            for part in parts:
                part.ours.append(ours)

    def _number_of(self, topic: str) -> int:
        """The partition that watches a topic."""
        number = self._of_topic.get(topic)
        if number is None:
            number = self._of_topic[topic] = partition_of(topic, self._partitions)
        return number


class _Taken:
    """The mentions of a chunk, and how time went on in it."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.places: list[int] = []
        self.mentions: list[Mention] = []
        self.clocks: list[tuple[int, float]] = []
        self.minutes: list[int] = []
        self._latest = float("-inf")
        self._counted, self._counted_minutes, self._digests = array("I"), array("I"), array("I")

    def tell(self, offset: int, clock: float) -> None:
        """Time went on; what matters is whole seconds."""
        if clock > self._latest and (not self.clocks or int(clock) > int(self._latest)):
            self.clocks.append((offset - self.first, clock))
            self._latest = clock

    def add(self, offset: int, mention: Mention) -> None:
        """A mention; its clock is the time at which it happened."""
        clock = mention.event_at.timestamp()
        self.tell(offset, clock)
        place, minute = offset - self.first, int(clock // 60)
        self.places.append(place)
        self.mentions.append(mention)
        self.minutes.append(minute)
        if mention.op in COUNTED:
            self._counted.append(place)
            self._counted_minutes.append(minute)
            self._digests.append(digest_of(mention.id))

    def common(self, chunk: Chunk) -> Scored:
        """What every partition is told."""
        return Scored(
            version=VERSION,
            source=chunk.source,
            first=self.first,
            last=chunk.records[-1][0],
            after=chunk.after,
            begins=chunk.begins,
            clocks=self.clocks,
            places=self._counted.tobytes(),
            minutes=self._counted_minutes.tobytes(),
            digests=self._digests.tobytes(),
            topics=[],
            rows=[],
            deletions=[],
            ours=[],
        )


class _Part:
    """What one partition of the watch is told beyond that."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.topics: dict[str, int] = {}
        self.rows: list[Row] = []
        self.deletions: list[Deletion] = []
        self.ours: list[Ours] = []
        self.seen: list[Seen] = []
        self.forgotten: list[str] = []

    def row(self, place: int, topic: str, scored: ScoredMention, copies: tuple[int, ...]) -> None:
        """What a topic here counts."""
        number = self.topics.setdefault(topic, len(self.topics))
        self.rows.append([place, number, *sight(scored, copies, topic).dump()])

    def scored(self, common: Scored) -> Scored:
        """The record for `scored`."""
        common.topics, common.rows = list(self.topics), self.rows
        common.deletions, common.ours = self.deletions, self.ours
        return common

    def finding(self, number: int) -> Finding:
        """The record for `findings`."""
        return Finding(VERSION, number, None, 0, False, 0.0, [], [], [], self.seen, self.forgotten)


def digest_of(mention_id: str) -> int:
    """How the watch remembers an id."""
    return crc32(mention_id.encode(errors="surrogatepass"))


def seen_of(scored: ScoredMention, *, official: bool) -> Seen:
    """A matched mention as it travels to the store; the same as `agents.station.stored` makes."""
    mention, author = scored.mention, scored.mention.author
    return Seen(
        mention.id,
        list(scored.topics),
        mention.thread,
        mention.platform,
        mention.kind,
        (author.id or author.handle) if author else None,
        author.followers if author else None,
        official,
        mention.text,
        scored.language or None,
        mention.url,
        scored.negativity,
        round(mention.event_at.timestamp() * 1e6),
    )


def _copies(taken: _Taken, scored: Mapping[int, ScoredMention]) -> dict[int, tuple[int, ...]]:
    """The bands of the matched texts; reposts are no copies."""
    own = [i for i, one in scored.items() if one.mention.repost_of is None and one.mention.kind != "repost"]
    texts = [taken.mentions[index].text for index in own]
    return dict(zip(own, copy_keys_of(texts, [slot_of(taken.minutes[index]) for index in own]), strict=True))
