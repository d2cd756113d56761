"""Real crises as topics that nobody has watched before: is the first page late, or before its time?"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.bench import data as public
from agents.bench.injections import opened
from agents.bench.mentions import TOPIC, arrival
from agents.watch.engine import Arrival, Engine
from agents.watch.watch import TopicBudget

PREMATURE = 3600.0  # a page earlier than this before the onset was in vain


@dataclass(frozen=True, slots=True)
class Start:
    """One crisis: mentions and minutes from the first of its onset hour to the page; None where none came.

    `early` are pages more than an hour before the onset hour.
    """

    name: str
    mentions: int | None
    minutes: float | None
    early: int


def run(data: Path) -> list[Start]:
    """Each crisis by itself, every mention negative, nobody's name known."""
    return [judged(name, times) for name, times in sorted(public.crises(data).items())]


def judged(name: str, times: Sequence[float]) -> Start:
    """What the engine makes of one crisis, from its first mention on."""
    begin = public.onset(times)
    first = times[bisect_left(times, begin)]
    engine = Engine([TopicBudget(TOPIC)])
    pages = list(opened(engine.step(list(_arrivals(times))) + engine.advance(times[-1] + public.DAY)))
    early = sum(page < begin - PREMATURE for page in pages)
    after = [page for page in pages if page >= begin - PREMATURE]
    if not after:
        return Start(name, None, None, early)
    seen = max(0, bisect_left(times, after[0]) - bisect_left(times, begin))
    return Start(name, seen, max(0.0, after[0] - first) / 60, early)


def _arrivals(times: Sequence[float]) -> Iterator[Arrival]:
    for number, time in enumerate(times):
        yield arrival(str(number), time, 1.0, None, None)
