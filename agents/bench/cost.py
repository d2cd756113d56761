"""What the watch costs: processor time a matched mention, and bytes of what it remembers.

Made-up mentions, scored already, go into the shipped engine; topics have nine hours of history. Posts of two
words have no sketch of copies, those of fourteen have one, so that both can be told apart.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agents.bench.mentions import PATTERN
from agents.bench.weight import size
from agents.building import collect_rarely
from agents.pulse.copies import TRACKED
from agents.pulse.counts import KEPT_MINUTES
from agents.pulse.threads import Thread
from agents.watch.engine import Arrival, Engine
from agents.watch.snapshot import dump, load
from agents.watch.topic import TopicState
from agents.watch.watch import TopicBudget
from streams.records import Author, ScoredMention
from streams.windows import minute_of, time_of

AT = 29_460_000  # minute at which measuring begins
HISTORY_MINUTES = 9 * 60
BATCH = 1000
PASSES = 3
WORDS = ["".join(random.Random(i).choices("aeioukstlnrmpvh", k=3 + i % 9)) for i in range(4000)]  # noqa: S311
SHORT, LONG = 2, 14  # words of a post


@dataclass(frozen=True, slots=True)
class Case:
    """Matched mentions a minute in all, over so many topics, for so many minutes."""

    what: str
    topics: int
    a_minute: int
    minutes: int
    words: int = SHORT


CASES = (
    Case("60 posts a minute and topic", 100, 6000, 2),
    Case("the same, with copies", 100, 6000, 2, LONG),
    Case("6 posts a minute and topic", 100, 600, 15),
    Case("the same, with copies", 100, 600, 15, LONG),
    Case("0.6 posts a minute and topic", 1000, 600, 15),
    Case("a post and topic in 16 minutes", 1000, 60, 40),
)


def arrivals(case: Case, begin: int, seed: int = 1) -> list[Arrival]:
    """The mentions of a case from minute `begin` on, in order; half of them in one of 500 threads."""
    chance = random.Random(seed)  # noqa: S311
    made = []
    for number in range(case.a_minute * case.minutes):
        clock = (begin + number / case.a_minute) * 60
        thread = f"x:t{chance.randrange(500)}" if chance.random() < 0.5 else None
        fields = {
            "id": f"x:{seed}:{number}",
            "text": " ".join(chance.choices(WORDS, k=case.words)),
            "author": Author(id=f"u{chance.randrange(5000)}", followers=chance.randrange(2000)),
            "conversation_id": thread,
            "published_at": time_of(minute_of(clock)),
        }
        mention = PATTERN.model_copy(update=fields)
        topic = f"t{chance.randrange(case.topics)}"
        made.append(Arrival(mention, ScoredMention(mention, (topic,), 0.5 * chance.random(), "fi"), clock))
    return made


def warmed(topics: int) -> Engine:
    """An engine whose topics have had five posts an hour."""
    engine = _engine(topics)
    _fed(engine, arrivals(Case("", topics, max(1, topics // 12), HISTORY_MINUTES), AT - HISTORY_MINUTES, 2))
    return engine


def _engine(topics: int) -> Engine:
    return Engine([TopicBudget(f"t{number}") for number in range(topics)])


def _fed(engine: Engine, stream: Sequence[Arrival]) -> None:
    for start in range(0, len(stream), BATCH):
        engine.step(stream[start : start + BATCH])
    engine.advance(stream[-1].clock_s + 120)


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor time of a case, in microseconds a matched mention: the best and the middle of some passes."""

    what: str
    best: float
    middle: float


def spent(case: Case) -> Spent:
    """A case, measured."""
    collect_rarely()  # as the service does
    found, stream, history = [], arrivals(case, AT), dump(warmed(case.topics))
    for _ in range(PASSES):
        engine = _engine(case.topics)
        load(engine, {key: blob for key, blob in history.items() if blob is not None})
        gc.collect()
        began = time.process_time()
        _fed(engine, stream)
        found.append((time.process_time() - began) / len(stream) * 1e6)
    return Spent(case.what, round(min(found), 1), round(sorted(found)[PASSES // 2], 1))


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes of one of a kind: in memory, and as stored; `bound` says how many there are at most."""

    what: str
    held: int
    stored: int | None
    bound: str


def weights() -> list[Weight]:
    """What is remembered of topics and threads, and for authors and copies; averages of twenty topics."""
    engine = warmed(20)
    dump(engine)  # as after every step
    _fed(engine, arrivals(Case("", 20, 120, 30, LONG), AT))
    states = [watch.state for watch in engine.watches.values()]
    for name, state in zip(engine.watches, states, strict=True):
        engine.dirty.add(name)
        state.counts.threads.dirty.update(state.counts.threads.by_id)
    blobs = {key: blob for key, blob in dump(engine).items() if blob is not None}
    return [*_detector(states, blobs), *_threads(states), *_sketches(states)]


def _detector(states: Sequence[TopicState], blobs: dict[str, bytes]) -> Iterator[Weight]:
    parts = [(s.baseline, s.surprise, s.low, s.safety, s.case) for s in states]
    minutes = [s.counts.minutes for s in states]
    stored = [len(blob) for key, blob in blobs.items() if key.startswith("topic:")]
    of_minutes, count = _bytes(minutes), sum(map(len, minutes))
    packed = 13 * count / len(states)
    yield Weight(
        "detector of a topic", _bytes(parts) // len(states), round(sum(stored) / len(stored) - packed), "1"
    )
    yield Weight("minute of a topic", of_minutes // count, 13, f"{KEPT_MINUTES} a topic")


def _threads(states: Sequence[TopicState]) -> Iterator[Weight]:
    every = [thread for s in states for thread in s.counts.threads.by_id.values()]
    resting = [thread for thread in every if isinstance(thread, bytes)]
    awake = [thread for thread in every if isinstance(thread, Thread)]
    stored = sum(map(len, resting)) // len(resting)
    yield Weight("thread at rest", _bytes(resting) // len(resting), stored, "two days")
    yield Weight("thread with open minutes", _bytes(awake) // len(awake), None, "two hours")
    tables = [s.counts.threads for s in states]
    beside = _bytes(tables) - _bytes(every)
    yield Weight("id and place of a thread", beside // len(every), None, "as threads")


def _sketches(states: Sequence[TopicState]) -> Iterator[Weight]:
    slots = [s.counts.slots for s in states]
    voices = sum(len(slot.voices) for held in slots for slot in held.values())
    yield Weight("author and slot, with the text", _bytes(slots) // voices, None, "two to three hours")
    groups = [s.counts.copies for s in states]
    count = sum(len(day) for one in groups for day in one.days.values())
    yield Weight(
        "band of a text (four a text)", _bytes(groups) // count, None, f"{TRACKED:,} a day and topic"
    )


def _bytes(things: Iterable[object]) -> int:
    seen: set[int] = set()
    return sum(size(thing, seen) for thing in things)
