"""Real storms put into real backgrounds: how early does the shipped engine page, and how often for nothing?

The background runs through the engine once; at each injection copies of the engine go on with a
storm in it, until they page or half of the storm has come.
"""

from __future__ import annotations

import pickle
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby

from agents.bench import data as public
from agents.bench.mentions import TOPIC, background
from agents.bench.places import Background, Storm, storms
from agents.bench.readers import Reader
from agents.watch.engine import Arrival, Engine
from agents.watch.policy import DAYS_A_MONTH
from agents.watch.watch import TopicBudget
from streams.records import Escalation, Pulse

SPACING = 0.5 * public.DAY
PAGES = ("opened", "reopened")
BATCH = 20


@dataclass(frozen=True, slots=True)
class Injection:
    """What became of one storm; leads are seconds from the page until half of the volume and until the
    busiest hour, None without a page."""

    background: str
    shape: str
    size: float
    lead_s: float | None
    mentions: int | None  # of the storm until the page
    peak_lead_s: float | None = None


@dataclass(slots=True)
class Outcome:
    """All that one background gave."""

    background: str
    injections: list[Injection] = field(default_factory=list)
    false_pages: int = 0
    months: float = 0.0
    occupied: int = 0  # injections that were left out because an incident was open


def run(
    place: Background,
    shapes: Mapping[str, Sequence[float]],
    reader: Reader,
    every: float = SPACING,
    budget: float = 1.0,
    threads: bool = True,
) -> Outcome:
    """Inject storms of all sizes at regular times into one background, in threads or as single posts."""
    engine = Engine([TopicBudget(TOPIC, budget)])
    outcome = Outcome(place.name)
    mentions = list(background(place.times, reader, place.name))
    done = bisect_left(place.times, place.start)
    engine.step(mentions[:done])
    now = place.start
    for at, together in groupby(storms(place, shapes, every), key=lambda storm: storm.at):
        done = _go_on(engine, place, mentions, done, (now, at), outcome)
        now = at
        if engine.watches[TOPIC].live:
            outcome.occupied += len(list(together))
            continue
        frozen, ahead = pickle.dumps(engine), mentions[done:]
        outcome.injections += [
            injected(pickle.loads(frozen), place, ahead, storm, reader, threads)  # noqa: S301  our own, made above
            for storm in together
        ]
    _go_on(engine, place, mentions, done, (now, place.times[-1]), outcome)
    return outcome


def _go_on(
    engine: Engine,
    place: Background,
    mentions: Sequence[Arrival],
    done: int,
    stretch: tuple[float, float],
    outcome: Outcome,
) -> int:
    """Run the background on over a stretch; its pages in clean times are false. Gives where it stands."""
    start, end = stretch
    until = bisect_left(place.times, end)
    pages = opened(engine.step(mentions[done:until]) + engine.advance(end))
    outcome.false_pages += sum(place.clean(t, t + 1) for t in pages)
    outcome.months += place.clean_days(start, end) / DAYS_A_MONTH
    return until


def injected(
    engine: Engine, place: Background, ahead: Sequence[Arrival], storm: Storm, reader: Reader, threads: bool
) -> Injection:
    """What an engine makes of a storm in the mentions ahead."""
    until = bisect_left(ahead, storm.half, key=lambda a: a.clock_s)
    arrivals = merge(ahead[:until], storm.first_half(reader, threads), key=lambda a: a.clock_s)
    page = first_page(engine, arrivals, storm.half)
    if page is None:
        return Injection(place.name, storm.shape, storm.size, None, None)
    seen = bisect_left(storm.times, page)
    return Injection(place.name, storm.shape, storm.size, storm.half - page, seen, storm.peak - page)


def first_page(engine: Engine, arrivals: Iterator[Arrival], until: float) -> float | None:
    """When the engine pages first, if it does before a time."""
    batch: list[Arrival] = []
    for one in arrivals:
        batch.append(one)
        if len(batch) == BATCH:
            for page in opened(engine.step(batch)):
                return page if page < until else None
            batch = []
    for page in opened(engine.step(batch) + engine.advance(until)):
        return page if page < until else None
    return None


def opened(effects: Sequence[Escalation | Pulse]) -> Iterator[float]:
    """Times of the pages among what the engine gives."""
    for effect in effects:
        if isinstance(effect, Escalation) and effect.kind in PAGES:
            yield effect.at.timestamp()
