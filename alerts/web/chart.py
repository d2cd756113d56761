"""The chart of the negative rate against what is usual: geometry only, drawn by a template. Pure.

Across, places are per cent of the width, so that one drawing fits a phone and a desk without scaling
its letters; downwards they are pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from streams.records import Pulse

WIDTH = 1000
HEIGHT = 180
MAX_POINTS = 240
MAX_TICKS = 5
TABLE_ROWS = 24
_STEPS = [timedelta(minutes=m) for m in (5, 10, 15, 30, 60, 120, 180, 360, 720)] + [
    timedelta(days=d) for d in (1, 2, 7, 14, 28, 91, 364)
]


@dataclass(frozen=True, slots=True)
class Point:
    """The negative rate and its usual range at a time, all per hour."""

    at: datetime
    negative: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on the time axis, per cent across."""

    place: float
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened: a letter in the drawing, told in the legend below it."""

    letter: str
    kind: str
    at: datetime
    place: float


@dataclass(frozen=True, slots=True)
class Chart:
    """All that the template draws; `down` holds the rate lines as (pixels down, rate)."""

    line: str
    area: str
    band: str
    across: tuple[Tick, ...]
    down: tuple[tuple[float, float], ...]
    marks: tuple[Mark, ...]
    peak: Point
    last: Point
    last_place: tuple[float, float]
    rows: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Spark:
    """SVG paths of the rate and of what is usual."""

    line: str
    band: str


def draw(
    pulses: Sequence[Pulse],
    marks: Sequence[tuple[str, datetime]],
    zone: ZoneInfo,
    label: Callable[[datetime, timedelta], str],
) -> Chart | None:
    """The chart of `pulses` (in time order), or None when there are too few to draw.

    `marks` are (kind, time); `label` writes a tick's time, given the step between ticks.
    """
    points = thin(pulses, MAX_POINTS)
    if len(points) < 2:
        return None
    start, end = points[0].at, points[-1].at
    top = ceiling(max(max(p.negative, p.high) for p in points))
    frame = _Frame(start, end, top)
    runs = split_at_gaps(points)
    return Chart(
        line=" ".join(frame.line(run) for run in runs),
        area=" ".join(frame.area(run) for run in runs),
        band=" ".join(frame.band(run) for run in runs),
        across=across(start, end, zone, label),
        down=tuple((round(frame.y(top * part), 1), top * part) for part in (1, 0.5)),
        marks=_lettered([(k, at, frame.x(at) / WIDTH * 100) for k, at in marks if start <= at <= end]),
        peak=max(points, key=lambda p: p.negative),
        last=points[-1],
        last_place=(100.0, round(frame.y(points[-1].negative), 1)),
        rows=tuple(thin(pulses, TABLE_ROWS)),
    )


def spark(pulses: Sequence[Pulse]) -> Spark | None:
    """A small drawing of the negative rate, 120 by 32; None when there is too little to draw."""
    points = thin(pulses, 60)
    if len(points) < 2:
        return None
    top = max(max(p.negative, p.high) for p in points) or 1
    frame = _Frame(points[0].at, points[-1].at, top, 120, 32)
    runs = split_at_gaps(points)
    return Spark(" ".join(map(frame.line, runs)), " ".join(map(frame.band, runs)))


def thin(pulses: Sequence[Pulse], most: int) -> list[Point]:
    """At most `most` points: each stretch is told by its highest moment, so that no peak is lost."""
    size = max(1, math.ceil(len(pulses) / most))
    groups = [pulses[i : i + size] for i in range(0, len(pulses), size)]
    highest = [max(group, key=lambda p: p.negative_per_hour) for group in groups]
    return [Point(p.at, p.negative_per_hour, p.usual_low, p.usual_high) for p in highest]


def split_at_gaps(points: Sequence[Point]) -> list[list[Point]]:
    """Runs without a hole: where nothing was measured for four usual steps, the line breaks."""
    steps = sorted(b.at - a.at for a, b in pairwise(points))
    limit = steps[len(steps) // 2] * 4
    runs = [[points[0]]]
    for before, point in pairwise(points):
        if point.at - before.at > limit:
            runs.append([])
        runs[-1].append(point)
    return runs


def ceiling(value: float) -> float:
    """The next round number above `value`: one whose half is easy to read.

    >>> ceiling(48), ceiling(3.2), ceiling(0)
    (60, 4, 1)
    """
    if value <= 1:
        return 1
    scale: int = 10 ** math.floor(math.log10(value))
    steps = (1, 2, 4, 6, 8, 10)
    return next(step * scale for step in steps if step * scale >= value)


def across(
    start: datetime, end: datetime, zone: ZoneInfo, label: Callable[[datetime, timedelta], str]
) -> tuple[Tick, ...]:
    """Ticks at round local times, at most five."""
    span = end - start
    step = next((s for s in _STEPS if span / s <= MAX_TICKS), _STEPS[-1])
    ticks: list[Tick] = []
    for at in round_times(start, end, step, zone):
        place = (at - start) / span * 100
        anchor = "start" if place < 5 else "end" if place > 95 else "middle"
        ticks.append(Tick(round(place, 2), label(at, step), anchor))
    return tuple(ticks)


def round_times(start: datetime, end: datetime, step: timedelta, zone: ZoneInfo) -> list[datetime]:
    """The times in [start, end] at which the local clock stands on a multiple of `step`.

    The hour that comes twice in autumn is named twice when the step is an hour or less, else once.
    """
    grain = timedelta(minutes=5 if step < timedelta(minutes=15) else 15)
    seconds = grain.total_seconds()
    at = datetime.fromtimestamp(math.ceil(start.timestamp() / seconds) * seconds, start.tzinfo)
    found: list[datetime] = []
    while at <= end:
        local = at.astimezone(zone)
        if _is_round(local, step) and not (local.fold and step > timedelta(hours=1)):
            found.append(at)
        at += grain
    return found


def _is_round(local: datetime, step: timedelta) -> bool:
    minute = local.hour * 60 + local.minute
    if step >= timedelta(days=1):
        return minute == 0 and local.toordinal() % step.days == 0
    return minute % int(step.total_seconds() // 60) == 0


def _lettered(marks: Sequence[tuple[str, datetime, float]]) -> tuple[Mark, ...]:
    ordered = sorted(marks, key=lambda mark: mark[1])
    return tuple(
        Mark(chr(ord("A") + index), kind, at, round(place, 2))
        for index, (kind, at, place) in enumerate(ordered[:26])
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a time and a rate stand in the drawing."""

    start: datetime
    end: datetime
    top: float
    width: int = WIDTH
    height: int = HEIGHT

    def x(self, at: datetime) -> float:
        return (at - self.start) / (self.end - self.start) * self.width

    def y(self, rate: float) -> float:
        return self.height - rate / self.top * self.height

    def path(self, places: Sequence[tuple[datetime, float]]) -> str:
        return "M" + "L".join(f"{self.x(at):.1f},{self.y(rate):.1f}" for at, rate in places)

    def line(self, run: Sequence[Point]) -> str:
        return self.path([(p.at, p.negative) for p in run])

    def area(self, run: Sequence[Point]) -> str:
        return self.path([(run[0].at, 0), *((p.at, p.negative) for p in run), (run[-1].at, 0)]) + "Z"

    def band(self, run: Sequence[Point]) -> str:
        back = [(p.at, p.low) for p in reversed(run)]
        return self.path([*((p.at, p.high) for p in run), *back]) + "Z"
