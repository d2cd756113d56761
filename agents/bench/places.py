"""Backgrounds, and which storms are put into them: the same for the engine and for its peers."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.bench import data as public
from agents.bench.mentions import FRESH_STORM, storm
from agents.bench.readers import Reader
from agents.watch.engine import Arrival

SIZES = (0.25, 0.5, 1.0, 2.0, 5.0)  # of the background's mentions a day
LEAST_STORM = 20
LEARNT = 0.6  # of a background passes before anything is injected
RATES = (40.0, 4.0)  # mentions an hour a background is thinned to
CASCADES = ("tree:", "tideh:")  # shapes that are one conversation


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

    def clean_days(self, start: float, end: float) -> float:
        """Days between two times in which nothing was known to happen."""
        busy = sum(max(0.0, min(b, end) - max(a, start)) for a, b in self.busy)
        return (end - start - busy) / public.DAY


@dataclass(frozen=True, slots=True)
class Storm:
    """A storm to inject: when each of its mentions comes, and what it runs like."""

    at: float
    shape: str
    size: float
    times: Sequence[float]
    seed: str

    @property
    def half(self) -> float:
        """When half of it has come."""
        return self.times[len(self.times) // 2]

    @property
    def peak(self) -> float:
        """The middle of its busiest hour."""
        begin = max(self.times, key=lambda time: (self._within_an_hour(time), -time))
        return begin + 1800

    def _within_an_hour(self, start: float) -> int:
        return bisect_left(self.times, start + 3600) - bisect_left(self.times, start)

    def first_half(self, reader: Reader, threads: bool = True) -> Iterator[Arrival]:
        """Its mentions until half have come; a shape that was a cascade is one thread. Without `threads`
        everybody posts by themselves."""
        fresh = 0.0 if self.shape.startswith(CASCADES) else FRESH_STORM
        fresh = fresh if threads else 1.0
        return storm(self.times[: len(self.times) // 2 + 1], reader, self.seed, fresh=fresh)


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


def storms(place: Background, shapes: Mapping[str, Sequence[float]], every: float) -> Iterator[Storm]:
    """Storms of all sizes at regular times, where two clean days follow."""
    chance = random.Random(place.name)  # noqa: S311
    names = sorted(shapes)
    at = place.start
    while at + public.LONGEST < place.times[-1]:
        if place.clean(at, at + public.LONGEST):
            for size in SIZES:
                yield _storm(place, at, size, chance.choice(names), shapes)
        at += every


def _storm(
    place: Background, at: float, size: float, shape: str, shapes: Mapping[str, Sequence[float]]
) -> Storm:
    seed = f"{place.name}{shape}{size}{at}"
    count = max(LEAST_STORM, round(size * place.daily))
    return Storm(at, shape, size, scaled(shapes[shape], count, at, random.Random(seed)), seed)  # noqa: S311


def scaled(shape: Sequence[float], count: int, start: float, chance: random.Random) -> list[float]:
    """A storm of `count` mentions that runs like the shape, beginning at `start`."""
    drawn = sorted(chance.choices(shape, k=count))
    return sorted(start + time - drawn[0] + chance.random() for time in drawn)
