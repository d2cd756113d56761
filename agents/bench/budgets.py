"""Is the budget kept? Streams in which nothing that should page happens, at three budgets at once.

- *headlines, dealt*: all headlines, dealt at random to made-up topics; no topic has news of its own, but all
  have the newsroom's days and weeks
- *brands*: headlines that name a brand, real crises among them, which count as false
- *stories*: posts about one news story each, whose own bursts count as false
- *tickers*: NAB's, thinned, outside the labelled windows
- *made up*: busy topics with days, weeks, a wandering level and chains of replies
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.bench import data as public
from agents.bench import headlines
from agents.bench.made import busy_times
from agents.bench.mentions import arrival, background
from agents.bench.places import Background, backgrounds
from agents.bench.readers import TRUE
from agents.watch.engine import Arrival, Engine
from agents.watch.policy import DAYS_A_MONTH, WatchPolicy
from agents.watch.watch import TopicBudget
from streams.records import Escalation

BUDGETS = (4.0, 1.0, 0.25)
LEAST_POSTS = 200  # of a story
MADE_DAYS = 90.0


@dataclass(frozen=True, slots=True)
class Kept:
    """Pages of one stream (a topic, or topics dealt from one source) by budget, over its topic-months."""

    group: str
    stream: str
    pages: Mapping[float, int]
    months: float


def named(topic: str) -> tuple[str, ...]:
    """One topic as several, with a budget each."""
    return tuple(f"{topic}|{budget:g}" for budget in BUDGETS)


def pages(
    arrivals: Sequence[Arrival],
    topics: Iterable[str],
    busy: Background | None = None,
    policy: WatchPolicy | None = None,
) -> dict[float, int]:
    """Pages by budget, those in the busy times of a background left out."""
    engine = Engine([TopicBudget(f"{t}|{b:g}", b) for t in topics for b in BUDGETS], policy)
    found: Counter[float] = Counter(dict.fromkeys(BUDGETS, 0))
    for effect in engine.step(arrivals) + engine.advance(arrivals[-1].clock_s + public.DAY):
        if isinstance(effect, Escalation) and effect.kind == "opened":
            at = effect.at.timestamp()
            if busy is None or busy.clean(at, at + 1):
                found[float(effect.topic.rpartition("|")[2])] += 1
    return dict(found)


def months_of(times: Sequence[float], topics: int = 1) -> float:
    """Topic-months of so many topics between the first and the last time."""
    return topics * (times[-1] - times[0]) / public.DAY / DAYS_A_MONTH


def dealt(group: str, times: Sequence[float], topics: int) -> Kept:
    """Mentions dealt at random to made-up topics, every one negative and by nobody known."""
    chance = random.Random(topics)  # noqa: S311
    names = [f"{number}" for number in range(topics)]
    arrivals = [
        arrival(str(number), time, 1.0, None, None, topics=named(chance.choice(names)))
        for number, time in enumerate(times)
    ]
    return Kept(
        group,
        f"{topics} topics",
        pages(arrivals, names, policy=headlines.ALL_NEGATIVE),
        months_of(times, topics),
    )


def dealt_headlines(data: Path, topics: int) -> Kept:
    """The newsroom's own days and weeks."""
    return dealt("headlines, dealt", headlines.times(data), topics)


def brands(data: Path) -> Kept:
    """Brands in headlines."""
    matched = [
        arrival(
            str(n), a.clock_s, 1.0, None, None, topics=tuple(x for t in a.scored.topics for x in named(t))
        )
        if a.scored
        else a
        for n, a in enumerate(headlines.arrivals(data))
    ]
    times = [a.clock_s for a in matched]
    found = pages(matched, headlines.BRANDS, policy=headlines.ALL_NEGATIVE)
    return Kept("brands", "20 brands", found, months_of(times, len(headlines.BRANDS)))


def stories(data: Path, part: int, parts: int) -> list[Kept]:
    """Each story by itself."""
    large = {name: t for name, t in public.stories(data).items() if len(t) >= LEAST_POSTS}
    return [_story(name, large[name]) for name in sorted(large)[part::parts]]


def _story(name: str, times: Sequence[float]) -> Kept:
    arrivals = [arrival(str(n), time, 1.0, None, None, topics=named(name)) for n, time in enumerate(times)]
    return Kept("stories", name, pages(arrivals, [name], policy=headlines.ALL_NEGATIVE), months_of(times))


def ticker(place: Background) -> Kept:
    """A thinned ticker, its sentiment perfectly read, outside its labelled windows."""
    arrivals = list(background(place.times, TRUE, place.name, topics=named("t")))
    months = place.clean_days(place.times[0], place.times[-1]) / DAYS_A_MONTH
    return Kept(
        f"tickers at {place.name.partition('@')[2]} an hour",
        place.name,
        pages(arrivals, ["t"], place),
        months,
    )


def made(an_hour: float, seed: int) -> Kept:
    """A made-up busy topic."""
    times = busy_times(an_hour, MADE_DAYS, random.Random(seed))  # noqa: S311
    arrivals = list(background(times, TRUE, str(seed), topics=named("m")))
    return Kept(f"made up, {an_hour:g} an hour", str(seed), pages(arrivals, ["m"]), months_of(times))


def places(data: Path) -> list[Background]:
    """All tickers at three rates."""
    return backgrounds(data, "all", (20.0, 4.0, 1.0))
