"""What must not page: each control is a stream in which nothing bad happens, run through the engine.

They are made, not recorded, so that they run anywhere; only their days and nights are as real ones.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import cos, pi

from agents.bench import data as public
from agents.bench.injections import opened
from agents.bench.mentions import TOPIC, arrival, background, storm
from agents.bench.readers import TRUE
from agents.watch.engine import Arrival, Engine
from agents.watch.watch import TopicBudget
from streams.records import Escalation, Pulse

BEGIN = 1_770_000_000.0 // public.DAY * public.DAY
DAYS = 21
AT = BEGIN + 18 * public.DAY + 11 * 3600
AN_HOUR = 20.0
SEEDS = 5
POINTS = 150  # of a picture
EVERYWHERE = ("day and night", "weekends", "first day", "tenfold in 30 days")  # there is no event
WINDOWS_H = {
    "first day": (18 * 24.0 + 12, -17 * 24.0 + 12),
    "tenfold in 30 days": (18 * 24.0 + 12, 12 * 24.0 + 14),
}

Control = Callable[[int], list[Arrival]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A control: pages in vain over so many streams, and the worst of these over time:
    (hours from the event, mentions an hour, negative ones, score, threshold)."""

    name: str
    pages: int
    streams: int
    trace: tuple[tuple[float, float, float, float, float], ...] = ()


def daily(seed: int, an_hour: float = AN_HOUR, days: float = DAYS, growth: float = 1.0) -> list[float]:
    """Times with days three times as busy as nights, growing by a factor over the whole length."""
    chance = random.Random(seed)  # noqa: S311
    times, time, end = [], BEGIN, BEGIN + days * public.DAY
    most = an_hour * 1.5 * growth
    while time < end:
        time += chance.expovariate(most / 3600)
        now = an_hour * (1 + 0.5 * cos(2 * pi * ((time / public.DAY) % 1 - 0.5)))
        if chance.random() * most < now * growth ** ((time - BEGIN) / (end - BEGIN)):
            times.append(time)
    return times


def _with(seed: int, more: Sequence[Arrival]) -> list[Arrival]:
    return sorted([*background(daily(seed), TRUE, str(seed)), *more], key=lambda a: a.clock_s)


def _peak(seed: int, count: int = 400) -> list[float]:
    chance = random.Random(-seed)  # noqa: S311
    return sorted(AT + chance.expovariate(1 / 3600) for _ in range(count))


def praise(seed: int) -> list[Arrival]:
    """Twenty times the usual, 15 % of it negative."""
    return _with(seed, list(storm(_peak(seed), TRUE, str(seed), share=0.15)))


def planned(seed: int) -> list[Arrival]:
    """A campaign: twenty times the usual with the usual share of complaint."""
    return _with(seed, list(storm(_peak(seed), TRUE, str(seed), share=0.3)))


def bots(seed: int) -> list[Arrival]:
    """Three accounts that complain four hundred times."""
    times = _peak(seed)
    return _with(seed, [arrival(f"bot{n}", t, 1.0, f"bot{n % 3}", None) for n, t in enumerate(times)])


def copies(seed: int) -> list[Arrival]:
    """Four hundred accounts with one text."""
    text = "this company is one big swindle never buy anything from them again"
    times = _peak(seed)
    return _with(seed, [arrival(f"c{n}", t, 1.0, f"c{n}", None, text) for n, t in enumerate(times)])


def nights(seed: int) -> list[Arrival]:
    """Nothing but days and nights."""
    return _with(seed, [])


def weekends(seed: int) -> list[Arrival]:
    """Weekends with a third of the talk, which ends and begins at midnight."""
    chance = random.Random(seed)  # noqa: S311
    times = [t for t in daily(seed) if not saturday_or_sunday(t) or chance.random() < 1 / 3]
    return list(background(times, TRUE, str(seed)))


def saturday_or_sunday(time: float) -> bool:
    """By the day in UTC.

    >>> saturday_or_sunday(1_767_398_400.0)  # 2026-01-03
    True
    """
    return int(time // public.DAY + 3) % 7 >= 5


def first_day(seed: int) -> list[Arrival]:
    """A topic that begins with its usual volume."""
    return list(background(daily(seed, days=1), TRUE, str(seed)))


def growth(seed: int) -> list[Arrival]:
    """Ten times as many mentions after thirty days."""
    return list(background(daily(seed, 4.0, 30, 10.0), TRUE, str(seed)))


def catch_up(seed: int) -> list[Arrival]:
    """A feed that is down for six hours and then brings everything at once."""
    end = AT + 6 * 3600
    late = [one if not AT <= one.clock_s < end else replace(one, clock_s=end) for one in nights(seed)]
    return sorted(late, key=lambda a: a.clock_s)


def replayed(seed: int) -> list[Arrival]:
    """Every mention of the last day comes a second time, an hour later."""
    first = nights(seed)
    again = [replace(one, clock_s=one.clock_s + timedelta(hours=1).seconds) for one in first]
    return sorted([*first, *(a for a in again if a.clock_s > AT)], key=lambda a: a.clock_s)


CONTROLS: dict[str, Control] = {
    "positive virality": praise,
    "planned peak": planned,
    "bots: three accounts": bots,
    "bots: one text": copies,
    "day and night": nights,
    "weekends": weekends,
    "first day": first_day,
    "tenfold in 30 days": growth,
    "outage and catch-up": catch_up,
    "replay": replayed,
}


def kept(name: str) -> Kept:
    """A control over several streams."""
    runs = [effects_of(CONTROLS[name](seed)) for seed in range(SEEDS)]
    shown = max(runs, key=lambda run: pages(name, run))  # the worst; the first where none pages
    return Kept(name, sum(pages(name, run) for run in runs), SEEDS, _trace(name, shown))


def pages(name: str, effects: Sequence[Escalation | Pulse]) -> int:
    """Pages in vain: in the day after the event, or anywhere in a stream without one."""
    return sum(name in EVERYWHERE or AT <= page < AT + public.DAY for page in opened(effects))


def effects_of(arrivals: Sequence[Arrival]) -> list[Escalation | Pulse]:
    """What the engine makes of a stream."""
    engine = Engine([TopicBudget(TOPIC)])
    return engine.step(arrivals) + engine.advance(arrivals[-1].clock_s + public.DAY)


def _trace(
    name: str, effects: Sequence[Escalation | Pulse]
) -> tuple[tuple[float, float, float, float, float], ...]:
    """The day around the event; of growth everything, of a first day the day."""
    before, after = WINDOWS_H.get(name, (12.0, 24.0))
    pulses = [e for e in effects if isinstance(e, Pulse)]
    shown = [(round((p.at.timestamp() - AT) / 3600, 2), p) for p in pulses]
    near = [(hours, p) for hours, p in shown if -before <= hours <= after]
    step = max(1, len(near) // POINTS)
    return tuple(
        (hours, p.mentions_per_hour, p.negative_per_hour, p.score, p.threshold) for hours, p in near[::step]
    )
