"""Real storms put into real backgrounds: how early does the shipped engine page, and how often for nothing?

The background runs through the engine once; at each injection the engine is copied and goes on with the
storm in it, until it pages or half of the storm has come.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from heapq import merge
from pathlib import Path

from agents.bench import data as public
from agents.bench.mentions import TOPIC, Reader, background, storm
from agents.watch.engine import Arrival, Engine
from agents.watch.policy import DAYS_A_MONTH, WatchPolicy
from agents.watch.watch import TopicBudget
from streams.records import Escalation, Pulse

SIZES = (0.25, 0.5, 1.0, 2.0)  # of the background's mentions a day
LEAST_STORM = 20
LEARNT = 0.6  # of a background passes before anything is injected
RATES = (40.0, 4.0)  # mentions an hour a background is thinned to
SPACING = 0.5 * public.DAY
PAGES = ("opened", "reopened")


@dataclass(frozen=True, slots=True)
class Background:
    """A stream's times, and the stretches in which something was known to happen."""

    name: str
    times: Sequence[float]
    busy: Sequence[tuple[float, float]]

    @property
    def start(self) -> float:
        """When injections begin."""
        return self.times[0] + LEARNT * (self.times[-1] - self.times[0])

    @property
    def daily(self) -> float:
        """Mentions a day."""
        return len(self.times) / (self.times[-1] - self.times[0]) * public.DAY

    def clean(self, start: float, end: float) -> bool:
        """Whether nothing was known to happen between two times."""
        return all(b <= start or a >= end for a, b in self.busy)


@dataclass(frozen=True, slots=True)
class Injection:
    """What became of one storm; `lead_s` is from the page until half of the volume, None without a page."""

    background: str
    shape: str
    size: float
    lead_s: float | None
    mentions: int | None  # of the storm until the page


@dataclass(slots=True)
class Outcome:
    """All that one background gave."""

    injections: list[Injection] = field(default_factory=list)
    false_pages: int = 0
    months: float = 0.0
    occupied: int = 0  # injections that were left out because an incident was open


def backgrounds(data: Path, half: str, rates: Sequence[float] = RATES) -> list[Background]:
    """NAB's tickers of a half, thinned."""
    windows = public.ticker_windows(data)
    found = []
    for name, series in sorted(public.tickers(data).items()):
        if half in (public.half_of(f"nab:{name}"), "all"):
            found += [
                Background(f"{name}@{rate:g}", thinned(series, rate, name), windows[name]) for rate in rates
            ]
    return found


def thinned(series: Sequence[tuple[float, float]], an_hour: float, seed: str) -> list[float]:
    """Times of mentions at about so many an hour, spread over the bins of a series."""
    chance = random.Random(f"{seed}{an_hour}")  # noqa: S311
    mean = sum(value for _, value in series) / len(series) * 12
    keep = min(1.0, an_hour / mean)
    return sorted(
        start + 300 * chance.random()
        for start, value in series
        for _ in range(int(value))
        if chance.random() < keep
    )


def scaled(shape: Sequence[float], count: int, start: float, chance: random.Random) -> list[float]:
    """A storm of `count` mentions that runs like the shape, beginning at `start`."""
    drawn = sorted(chance.choices(shape, k=count))
    return [start + time - drawn[0] + chance.random() for time in drawn]


def run(
    place: Background,
    shapes: Mapping[str, Sequence[float]],
    reader: Reader,
    every: float = SPACING,
    policy: WatchPolicy | None = None,
) -> Outcome:
    """Inject storms of all sizes at regular times into one background."""
    engine = Engine([TopicBudget(TOPIC, (policy or WatchPolicy()).budget)], policy)
    outcome = Outcome()
    mentions = list(background(place.times, reader, place.name))
    at = place.start
    done = bisect_left(place.times, at)
    engine.step(mentions[:done])
    chance = random.Random(place.name)  # noqa: S311
    names = sorted(shapes)
    while at + public.LONGEST < place.times[-1]:
        if place.clean(at, at + public.LONGEST):
            for size in SIZES:
                shape = chance.choice(names)
                _inject(engine, place, mentions, done, at, size, shape, shapes[shape], reader, outcome)
        until = bisect_left(place.times, at + every)
        pages = list(opened(engine.step(mentions[done:until]) + engine.advance(at + every)))
        outcome.false_pages += sum(place.clean(t, t + 1) for t in pages)
        outcome.months += _clean_share(place, at, at + every) * every / public.DAY / DAYS_A_MONTH
        at, done = at + every, until
    return outcome


def _clean_share(place: Background, start: float, end: float) -> float:
    steps = 24
    return (
        sum(place.clean(t, t + 1) for t in (start + (end - start) * i / steps for i in range(steps))) / steps
    )


def _inject(
    engine: Engine,
    place: Background,
    mentions: Sequence[Arrival],
    done: int,
    at: float,
    size: float,
    shape: str,
    times: Sequence[float],
    reader: Reader,
    outcome: Outcome,
) -> None:
    if engine.watches[TOPIC].live:
        outcome.occupied += 1
        return
    seed = f"{place.name}{shape}{size}{at}"
    count = max(LEAST_STORM, round(size * place.daily))
    injected = scaled(times, count, at, random.Random(seed))  # noqa: S311
    half = injected[count // 2]
    ahead = mentions[done : bisect_left(place.times, half)]
    arrivals = merge(ahead, storm(injected[: count // 2 + 1], reader, seed), key=lambda a: a.clock_s)
    page = first_page(deepcopy(engine), arrivals, half)
    lead = None if page is None else half - page
    seen = None if page is None else bisect_left(injected, page)
    outcome.injections.append(Injection(place.name, shape, size, lead, seen))


def first_page(engine: Engine, arrivals: Iterator[Arrival], until: float) -> float | None:
    """When the engine pages first, if it does before a time."""
    batch: list[Arrival] = []
    for one in arrivals:
        batch.append(one)
        if len(batch) == 20:
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
