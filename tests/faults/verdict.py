"""What came out, against what must: lost, missing, phantom, double, and the state key by key."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from alerts.store.store import Store
from streams.kafka.offsets import spans
from streams.kafka.reading import read
from streams.kafka.settings import KafkaSettings
from streams.names import ESCALATIONS, Stream
from tests.faults.reference import Expected, State, state_of

CHANGELOG = "watch-state-changelog"


@dataclass
class Verdict:
    """Everything that is not as it must be; all empty is what we want. `repeats`: one id sent more often."""

    lost: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    phantom: set[str] = field(default_factory=set)
    pages_missing: set[str] = field(default_factory=set)
    pages_double: set[str] = field(default_factory=set)
    state: dict[int, set[str]] = field(default_factory=dict)
    repeats: int = 0

    @property
    def exact(self) -> bool:
        """Whether nothing is wrong."""
        sets = (self.lost, self.missing, self.phantom, self.pages_missing, self.pages_double)
        return not any(sets) and not any(self.state.values())

    def told(self) -> dict[str, object]:
        """For people: numbers, and a few examples of what is wrong."""
        numbers = {name: len(getattr(self, name)) for name in ("lost", "missing", "phantom")}
        pages = {"pages missing": len(self.pages_missing), "pages double": len(self.pages_double)}
        examples = {f"{name}, some": sorted(getattr(self, name))[:3] for name in numbers if numbers[name]}
        keys = {f"state of shard {n}": sorted(keys)[:5] for n, keys in self.state.items() if keys}
        return {**numbers, **pages, **examples, "repeats of a page by id": self.repeats, **keys}


def judge(want: Expected, kafka: KafkaSettings, store: Store, pages: Counter[str]) -> Verdict:
    """Compare everything. `pages`: what the receiver got, by the notice's id."""
    escalations = escalations_on(kafka)
    kept = {each for each in want.mentions if store.mention(each) is not None}
    found = states(kafka)
    return Verdict(
        lost=want.mentions - kept,
        missing=want.escalations - escalations,
        phantom=escalations - want.escalations,
        pages_missing=want.pages - set(pages),
        pages_double=set(pages) - want.pages,
        state={shard: differing(state, found.get(shard, {})) for shard, state in want.state.items()},
        repeats=sum(pages.values()) - len(pages),
    )


def escalations_on(kafka: KafkaSettings) -> set[str]:
    """Ids of everything in the stream of escalations."""
    records = read(kafka, ESCALATIONS, spans(kafka, ESCALATIONS))
    return {json.loads(raw.value)["data"]["id"] for raw in records if raw.value}


def states(kafka: KafkaSettings) -> dict[int, State]:
    """The stored state of each shard, from the changelog as the next owner would read it."""
    changelog = Stream(CHANGELOG, "", "", None)
    records: dict[int, dict[str, bytes]] = {}
    for raw in read(kafka, changelog, spans(kafka, changelog)):
        if raw.key is None:
            continue
        held = records.setdefault(raw.partition, {})
        if raw.value is None:
            held.pop(raw.key.decode(), None)
        else:
            held[raw.key.decode()] = raw.value
    return {shard: state_of(shard, held) for shard, held in records.items()}


def differing(want: Mapping[str, object], found: Mapping[str, object]) -> set[str]:
    """Keys whose values differ, or that only one of them has."""
    return {key for key in want.keys() | found.keys() if want.get(key) != found.get(key)}
