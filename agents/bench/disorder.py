"""What late, repeated and shuffled mentions change: the same storms in order and in disorder.

One in ten comes late by five minutes on average, one in a hundred by up to a day, one in twenty comes twice,
and four partitions lag differently. With a lateness bound of an hour the pages must be the same to the
identifier; with the shipped minute they may move a little.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from agents.bench.made import BEGIN, DAY, busy_times
from agents.bench.mentions import arrival, background, storm
from agents.bench.readers import TRUE
from agents.watch.engine import Arrival, Engine
from agents.watch.policy import WatchPolicy
from agents.watch.watch import TopicBudget
from streams.records import Escalation

TOPICS = 6
DAYS = 10.5
RATES = (20.0, 3.0)
LATE, LATE_S = 0.10, 300.0
VERY_LATE, VERY_LATE_S = 0.01, DAY
TWICE, TWICE_S = 0.05, 600.0
PARTITIONS, LAG_S = 4, 20.0
BOUND_S = 3600
SAME_STORM_S = 3600.0


@dataclass(frozen=True, slots=True)
class Compared:
    """Pages in order and in disorder; `shifts` are minutes by which matched ones moved."""

    what: str
    ordered: int
    disordered: int
    same_ids: int
    shifts: tuple[float, ...]


def stream(seed: int) -> list[Arrival]:
    """Topics with everyday talk, and a storm in each on the ninth day."""
    found: list[Arrival] = []
    for number in range(TOPICS):
        chance = random.Random(f"{seed}:{number}")  # noqa: S311
        times = busy_times(RATES[number % len(RATES)], DAYS, chance)
        start = BEGIN + (9 + chance.random()) * DAY
        burst = sorted(start + chance.expovariate(1 / 5400) for _ in range(150))
        topic, name = (f"t{number}",), f"{seed}.{number}."
        found += background(times, TRUE, name, topics=topic)
        found += [_of(one, name, topic) for one in storm(burst, TRUE, name)]
    return sorted(found, key=lambda one: one.clock_s)


def _of(one: Arrival, name: str, topics: tuple[str, ...]) -> Arrival:
    """A storm's mention as one of a topic's own."""
    return arrival(
        f"{one.mention.id}{name}",
        one.clock_s,
        one.scored.negativity if one.scored else 0.0,
        one.mention.author_key,
        f"{one.mention.thread}{name}",
        topics=topics,
    )


def delayed(ordered: Sequence[Arrival], seed: int) -> list[Arrival]:
    """The same mentions as they may come in."""
    chance = random.Random(seed)  # noqa: S311
    lags = [chance.random() * LAG_S for _ in range(PARTITIONS)]
    found = []
    for one in ordered:
        draw = chance.random()
        wait = lags[chance.randrange(PARTITIONS)]
        if draw < LATE:
            wait += chance.expovariate(1 / LATE_S)
        elif draw < LATE + VERY_LATE:
            wait += chance.random() * VERY_LATE_S
        found.append(replace(one, clock_s=one.clock_s + wait))
        if chance.random() < TWICE:
            found.append(replace(one, clock_s=one.clock_s + wait + chance.expovariate(1 / TWICE_S)))
    return sorted(found, key=lambda one: one.clock_s)


def within(arrivals: Iterable[Arrival], bound_s: float) -> list[Arrival]:
    """Those that come no later than a bound after they were published."""
    return [one for one in arrivals if one.clock_s - one.mention.published_at.timestamp() <= bound_s]


def pages(arrivals: Sequence[Arrival], lateness_s: int) -> list[Escalation]:
    """What opens an incident."""
    policy = WatchPolicy(lateness_seconds=lateness_s)
    engine = Engine([TopicBudget(f"t{number}") for number in range(TOPICS)], policy)
    effects = engine.step(arrivals) + engine.advance(arrivals[-1].clock_s + DAY)
    return [e for e in effects if isinstance(e, Escalation) and e.kind == "opened"]


def compare(seed: int, lateness_s: int) -> Compared:
    """In order and in disorder under one lateness bound.

    Under the long one, what comes later than it is left out of both.
    """
    ordered = stream(seed)
    disordered = delayed(ordered, seed)
    if lateness_s >= BOUND_S:
        disordered = within(disordered, BOUND_S - 60)
        came = {one.mention.id for one in disordered}
        ordered = [one for one in ordered if one.mention.id in came]
    first, second = pages(ordered, lateness_s), pages(disordered, lateness_s)
    ids = {page.id for page in first} & {page.id for page in second}
    shifts = [_shift(page, second) for page in first]
    return Compared(
        f"bound of {lateness_s // 60} min",
        len(first),
        len(second),
        len(ids),
        tuple(shift for shift in shifts if shift is not None),
    )


def _shift(page: Escalation, others: Sequence[Escalation]) -> float | None:
    """Minutes until the nearest page of the same topic, None where none is within an hour."""
    away = [(o.at - page.at).total_seconds() for o in others if o.topic == page.topic]
    nearest = min(away, key=abs, default=None)
    return nearest / 60 if nearest is not None and abs(nearest) <= SAME_STORM_S else None
