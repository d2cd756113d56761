"""Small made-up streams with a storm in them, for tests of the engine: quiet days, then many people at once.

Everything hangs on a `Plan`; the same plan gives the same stream. Ids, authors, threads, copies and edits
are such that every rule of counting is touched: one voice an author and slot, copies, reposts, edits.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, zip_longest

from agents.watch.engine import Arrival, Engine
from agents.watch.policy import WatchPolicy
from agents.watch.snapshot import dump, unpack
from agents.watch.watch import TopicBudget
from streams.records import Author, Escalation, Mention, Pulse, ScoredMention

START = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
TOPICS = ("Kotikori", "Kotikori: Express")
WORDS = [
    "juna",
    "bussi",
    "paketti",
    "hinta",
    "jono",
    "aamu",
    "ilta",
    "kassa",
    "tilaus",
    "palvelu",
    "puhelin",
    "vastaus",
    "kuljettaja",
    "reitti",
    "vuoro",
    "lippu",
    "hyvitys",
    "asiakas",
    "myöhässä",
    "rikki",
    "kylmä",
    "märkä",
    "hukassa",
    "kallis",
    "hidas",
    "surkea",
    "ihan",
    "aivan",
    "taas",
    "vieläkin",
]
TEMPLATE = "tämä firma on täysi huijaus älkää ostako sieltä enää yhtään mitään"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a stream holds; `quiet_hours` before the storm, `storm` mentions within `storm_minutes`."""

    seed: int = 1
    topics: int = 1
    quiet_hours: int = 30
    per_hour: int = 3
    storm: int = 60
    storm_minutes: int = 40
    second_wave: int = 0
    copies: float = 0.1
    edits: float = 0.05
    unknown_authors: float = 0.1
    threads: int = 3
    harm: float = 0.0


def stream(plan: Plan) -> list[Arrival]:
    """Arrivals in order of event time, which is their clock."""
    chance = random.Random(plan.seed)
    made = list(_edited(plan, chance, _mentions(plan, chance)))
    made.sort(key=lambda a: (a.mention.event_at, a.mention.id))
    return made


def _mentions(plan: Plan, chance: random.Random) -> Iterator[Arrival]:
    hours = plan.quiet_hours + 12
    for number in range(hours * plan.per_hour):
        yield _quiet(plan, chance, START + timedelta(seconds=chance.randrange(hours * 3600)), number)
    storm_at = START + timedelta(hours=plan.quiet_hours, seconds=chance.randrange(3600))
    for wave, count in enumerate((plan.storm, plan.second_wave)):
        begun = storm_at + timedelta(hours=3 * wave)
        for number in range(count):
            at = begun + timedelta(seconds=chance.randrange(plan.storm_minutes * 60))
            yield _angry(plan, chance, at, f"{wave}-{number}")


def _quiet(plan: Plan, chance: random.Random, at: datetime, number: int) -> Arrival:
    name = f"x:q{number}"
    if chance.random() < 0.3:
        return arrival(name, at, topics=())
    topic = chance.choice(TOPICS[: plan.topics])
    return arrival(
        name,
        at,
        topics=(topic,),
        author=f"regular{chance.randrange(40)}",
        negativity=chance.choice((0.05, 0.1, 0.9)),
        text=" ".join(chance.choices(WORDS, k=7)),
        thread=f"x:old{chance.randrange(5)}" if chance.random() < 0.2 else None,
    )


def _angry(plan: Plan, chance: random.Random, at: datetime, number: str) -> Arrival:
    copied = chance.random() < plan.copies
    author = None if chance.random() < plan.unknown_authors else f"person{chance.randrange(plan.storm)}"
    thread = f"x:t{chance.randrange(plan.threads)}" if chance.random() < 0.7 else None
    return arrival(
        f"x:s{number}",
        at,
        topics=TOPICS[: chance.randint(1, plan.topics)],
        author=author,
        negativity=chance.choice((0.6, 0.8, 0.95)),
        text=TEMPLATE if copied else " ".join(chance.choices(WORDS, k=9)),
        thread=thread,
        kind=chance.choice(("reply", "repost")) if thread else None,
        safety=("injury",) if plan.harm and chance.random() < plan.harm else (),
    )


def _edited(plan: Plan, chance: random.Random, arrivals: Iterable[Arrival]) -> Iterator[Arrival]:
    """Some mentions come again, edited: more or less negative, with another text."""
    for one in arrivals:
        yield one
        if one.scored is not None and chance.random() < plan.edits:
            changed = one.mention.model_copy(
                update={"op": "update", "version": "2", "text": " ".join(chance.choices(WORDS, k=8))}
            )
            scored = ScoredMention(changed, one.scored.topics, chance.choice((0.2, 0.7, 0.99)), "fi")
            yield Arrival(changed, scored, one.clock_s)


def arrival(
    name: str,
    at: datetime,
    *,
    topics: Sequence[str] = TOPICS[:1],
    author: str | None = None,
    negativity: float = 0.9,
    text: str = "",
    thread: str | None = None,
    kind: str | None = None,
    clock: datetime | None = None,
    safety: Sequence[str] = (),
    joined: datetime | None = None,
    channel: str | None = None,
) -> Arrival:
    """One mention as it reaches the engine; its clock is its event time unless given."""
    mention = Mention(
        id=name,
        platform="x",
        kind=kind,
        text=text or f"mielipide {name}",
        language="fi",
        conversation_id=thread,
        channel=channel,
        author=Author(id=author, followers=len(author), created_at=joined) if author else None,
        published_at=at,
        negativity=negativity,
    )
    harm = dict.fromkeys(topics, tuple(safety)) if safety else None
    scored = ScoredMention(mention, tuple(topics), negativity, "fi", harm) if topics else None
    return Arrival(mention, scored, (clock or at).timestamp())


def engine(policy: WatchPolicy | None = None, topics: Sequence[str] = TOPICS) -> Engine:
    """An engine that watches `topics`."""
    policy = policy or WatchPolicy()
    return Engine([TopicBudget(name, policy.budget) for name in topics], policy)


def run(
    one: Engine, arrivals: Sequence[Arrival], batch: int = 500, hours_after: float = 8
) -> list[Escalation | Pulse]:
    """All effects of a stream in batches, and of the quiet hours after it."""
    effects: list[Escalation | Pulse] = []
    for start in range(0, len(arrivals), batch):
        effects += one.step(arrivals[start : start + batch])
    return effects + one.advance(max(a.clock_s for a in arrivals) + hours_after * 3600)


def written(effects: Iterable[Escalation | Pulse]) -> list[str]:
    """Effects as the bytes that go out."""
    return [effect.model_dump_json() for effect in effects]


def escalations(effects: Iterable[Escalation | Pulse]) -> list[Escalation]:
    """The decisions among the effects."""
    return [effect for effect in effects if isinstance(effect, Escalation)]


def differences(expected: Sequence[str], found: Sequence[str]) -> list[tuple[str, str]]:
    """The first few places at which two long lists differ; empty for equal ones."""
    pairs = zip_longest(expected, found, fillvalue="nothing")
    return list(islice((pair for pair in pairs if pair[0] != pair[1]), 3))


def whole_state(one: Engine) -> list[str]:
    """Everything an engine remembers, as its snapshot writes it, whatever was written before."""
    for name, watch in one.watches.items():
        counts = watch.state.counts
        one.dirty.add(name)
        counts.changed.update(counts.slots)
        counts.copies.changed.update(counts.copies.by_hour)
        counts.threads.dirty.update(counts.threads.by_id)
    blobs = dump(one)
    return sorted(f"{key} {unpack(blob)}" for key, blob in blobs.items() if blob is not None)
