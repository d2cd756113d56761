"""`series`: the topic detector over plain count series."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from agents.cli.options import AsJson
from agents.cli.progress import progress
from agents.cli.screen import out, say_json
from agents.series_file import Row, read_series
from agents.watch.policy import WatchPolicy
from agents.watch.series import SeriesWatch, Verdict, bin_minutes

BARS = " ▁▂▃▄▅▆▇█"
WIDTH = 72
MARK = "▲"
RARE_DAYS = 36_525
Judged = tuple[Row, Verdict]


def series(
    file: Annotated[Path, typer.Argument(help="CSV with timestamp,value and perhaps series; also .gz.")],
    budget: Annotated[float, typer.Option(min=0.001, help="False pages a month, at most.")] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Judge every bin of a count series with what was known until then.

    Times without a zone are UTC. The first day only teaches what is usual.
    """
    rows, policy = read_series(file), WatchPolicy(budget=budget)
    with progress("values") as shown:
        task = shown.add_task(file.name, total=len(rows))
        judged = judge(rows, policy, lambda: shown.advance(task))
    if as_json:
        _print_json(judged)
    else:
        _draw(judged)


def judge(rows: Sequence[Row], policy: WatchPolicy, done: Callable[[], None]) -> list[Judged]:
    """Each row with its verdict, in the order given; each series is judged by itself, in order of time.

    `done` is called after each verdict.
    """
    verdicts: dict[int, Verdict] = {}
    for places in _by_series(rows).values():
        places.sort(key=lambda place: rows[place].minute)
        watch = SeriesWatch(policy, bin_minutes([rows[place].minute for place in places]))
        for place in places:
            verdicts[place] = watch.judge(rows[place].minute, rows[place].value)
            done()
    return [(row, verdicts[place]) for place, row in enumerate(rows)]


def _by_series(rows: Iterable[Row]) -> dict[str | None, list[int]]:
    """The places of each series' rows."""
    found: dict[str | None, list[int]] = {}
    for place, row in enumerate(rows):
        found.setdefault(row.series, []).append(place)
    return found


def _print_json(judged: Iterable[Judged]) -> None:
    for row, verdict in judged:
        record: dict[str, Any] = {} if row.series is None else {"series": row.series}
        record |= {"timestamp": row.timestamp, "value": row.value}
        say_json(record | {"score": verdict.score, "threshold": verdict.threshold, "page": verdict.page})


def _draw(judged: Sequence[Judged]) -> None:
    """Each series as a line of bars with a mark under each page, then its pages one a line."""
    if not judged:
        out().print("no rows: there is nothing to judge")
    for name, places in _by_series(row for row, _ in judged).items():
        _draw_one(name or "series", sorted((judged[p] for p in places), key=lambda each: each[0].minute))


def _draw_one(name: str, judged: Sequence[Judged]) -> None:
    first, last = judged[0][0], judged[-1][0]
    pages = [(row, verdict) for row, verdict in judged if verdict.page]
    width = bin_minutes([row.minute for row, _ in judged])
    told = f"  {first.timestamp} to {last.timestamp}, {len(judged):,} values, one every {_span(width)}"
    out().print(Text.assemble((name, "bold"), (told, "dim")), soft_wrap=True)
    out().print(Text(sparkline([row.value for row, _ in judged])))
    if pages:
        out().print(Text(marks([verdict.page for _, verdict in judged]), style="bold red"))
    for row, verdict in pages:
        told = f"  page  {row.timestamp}  value {row.value:,.10g}, {_seldom(verdict.score)}"
        out().print(Text(told), soft_wrap=True)
    if not pages:
        out().print(Text("  no page", style="dim"))


def sparkline(values: Sequence[float], width: int = WIDTH) -> str:
    """The highest value of each stretch as a bar.

    >>> sparkline([0, 1, 2, 4, 8], 5)
    ' ▁▂▄█'
    """
    peaks = _stretches(values, width)
    top = max(max(peaks, default=0.0), 1e-9)
    return "".join(BARS[round(max(0.0, peak) / top * (len(BARS) - 1))] for peak in peaks)


def marks(pages: Sequence[bool], width: int = WIDTH) -> str:
    """A mark under each stretch with a page in it.

    >>> marks([False, True, False, False, True, True], 3)
    '▲ ▲'
    """
    return "".join(MARK if page else " " for page in _stretches(pages, width)).rstrip()


def _stretches(values: Sequence[float], width: int) -> list[float]:
    """The highest of each stretch, so many stretches at most."""
    step = max(1, -(-len(values) // width))
    return [max(values[at : at + step]) for at in range(0, len(values), step)]


def _span(minutes: int) -> str:
    """A bin's width in words.

    >>> _span(5), _span(120), _span(1440)
    ('5 min', '2 h', '1 d')
    """
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes % size == 0:
            return f"{minutes // size} {unit}"
    return f"{minutes} min"


def _seldom(score: float) -> str:
    """How seldom such a thing comes by chance."""
    days = 10 ** min(score, 9.0)
    if days > RARE_DAYS:
        return f"by chance once in more than {RARE_DAYS / 365.25:,.0f} years"
    return f"by chance once in {days:,.0f} days"
