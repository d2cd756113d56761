"""`series`: the topic detector over plain count series."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from agents.cli.options import AsJson
from agents.cli.screen import out, say_json
from agents.watch.policy import WatchPolicy
from agents.watch.series import Judged, SeriesWatch, bin_minutes
from streams.errors import PalovahtiError

BARS = " ▁▂▃▄▅▆▇█"
WIDTH = 72


class BadSeries(PalovahtiError):
    """A count series that cannot be read."""


def series(
    file: Annotated[Path, typer.Argument(help="CSV with timestamp,value and perhaps series; also .gz.")],
    budget: Annotated[float, typer.Option(min=0.001, help="False pages a month, at most.")] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Judge every bin of a count series with what was known until then."""
    policy = WatchPolicy(budget=budget)
    judged = _judged(file, policy)
    if as_json:
        _print_json(judged)
    else:
        _draw(judged)


def _rows(file: Path) -> Iterator[tuple[str, str, float]]:
    """Series, time and value of each row."""
    opened = (
        gzip.open(file, "rt", encoding="utf-8-sig")
        if file.suffix == ".gz"
        else file.open(encoding="utf-8-sig")
    )
    with opened as lines:
        table = csv.DictReader(lines)
        names = table.fieldnames or []
        missing = [name for name in ("timestamp", "value") if name not in names]
        if missing:
            raise BadSeries(f"{file}: there is no column {missing[0]!r}; name the columns timestamp,value")
        for number, row in enumerate(table, start=2):
            try:
                yield row.get("series") or "", row["timestamp"].strip(), float(row["value"] or 0)
            except (ValueError, AttributeError) as error:
                raise BadSeries(f"{file}, line {number}: {error}; mend the line or leave it out") from None


def _judged(file: Path, policy: WatchPolicy) -> Iterator[tuple[str, Judged]]:
    """Each row with its verdict, in the order of the file; a series is judged from its second row on."""
    watches: dict[str, SeriesWatch] = {}
    waiting: dict[str, tuple[str, float]] = {}
    for name, stamp, value in _rows(file):
        watch = watches.get(name)
        if watch is None and name not in waiting:
            waiting[name] = (stamp, value)
            continue
        if watch is None:
            first = waiting.pop(name)
            watch = watches[name] = SeriesWatch(policy, bin_minutes(first[0], stamp))
            yield name, watch.judge(*first)
        yield name, watch.judge(stamp, value)
    for name, first in waiting.items():
        yield name, SeriesWatch(policy, 60).judge(*first)


def _print_json(judged: Iterator[tuple[str, Judged]]) -> None:
    for name, row in judged:
        record: dict[str, object] = {
            "timestamp": row.timestamp,
            "value": row.value,
            "score": row.score,
            "threshold": row.threshold,
            "page": row.page,
        }
        say_json({"series": name, **record} if name else record)


def _draw(judged: Iterator[tuple[str, Judged]]) -> None:
    """A line of bars a series, and its pages."""
    by_name: dict[str, list[Judged]] = {}
    for name, row in judged:
        by_name.setdefault(name, []).append(row)
    for name, rows in by_name.items():
        out().print(Text(name or "series", style="bold"))
        out().print(Text(sparkline([row.value for row in rows])))
        for row in rows:
            if row.page:
                days = 10**row.score
                out().print(Text(f"  page  {row.timestamp}  value {row.value:g}  once in {days:,.0f} days"))


def sparkline(values: list[float], width: int = WIDTH) -> str:
    """The highest value of each stretch as a bar.

    >>> sparkline([0, 1, 2, 4, 8], 5)
    ' ▁▂▄█'
    """
    if not values:
        return ""
    step = max(1, -(-len(values) // width))
    peaks = [max(values[i : i + step]) for i in range(0, len(values), step)]
    top = max(peaks) or 1
    return "".join(BARS[round(max(0.0, p) / top * (len(BARS) - 1))] for p in peaks)
