"""The page docs/benchmarks/detection.md: tables between marks, all around them by hand.

    <!-- part: nab -->        what stands between these is written
    <!-- end of part: nab -->

Figures of parts that were not run stay as they are, in the page and in detection.json beside it.
"""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from agents.bench.places import SIZES
from agents.bench.plots import PICTURES

Row = Mapping[str, Any]
Column = tuple[str, Callable[[Row], object]]
PAGE, FIGURES = "detection.md", "detection.json"
BULKY = ("trace",)  # drawn, not kept


def given(key: str) -> Callable[[Row], object]:
    """A figure as it is."""
    return lambda row: row.get(key)


def with_interval(key: str, interval: str) -> Callable[[Row], object]:
    """A figure and its bounds in brackets; nothing where there is no figure."""
    return lambda row: (
        None if row[key] is None else f"{row[key]:.2f} ({row[interval][0]:.2f}–{row[interval][1]:.2f})"
    )


RECALLS: list[Column] = [
    (f"×{size:g}", with_interval(f"recall_x{size:g}", f"interval_x{size:g}")) for size in SIZES
]
STORMS: list[Column] = [
    *RECALLS,
    ("lead to half, min", given("lead_minutes")),
    ("to the busiest hour", given("peak_lead_minutes")),
    ("mentions until the page", given("mentions_until_page")),
    ("false pages a topic-month", with_interval("false_pages_month", "false_pages_interval")),
]
PEERS: list[Column] = [
    *((f"×{size:g}", given(f"recall_x{size:g}")) for size in SIZES),
    ("lead, min", given("lead_minutes")),
    ("mentions until the page", given("mentions_until_page")),
    ("false pages a topic-month", with_interval("false_pages_month", "false_pages_interval")),
]
COLUMNS: dict[str, list[Column]] = {
    "nab": [
        ("score", given("score")),
        ("windows hit", lambda row: f"{row['windows_hit']} of {row['windows']}"),
        ("false pages a topic-month", given("false_pages_month")),
    ],
    "injections": [("budget", given("budget")), *STORMS],
    "peers": [("budget", given("budget")), *PEERS],
    "budgets": [
        ("budget", given("budget")),
        ("pages", given("pages")),
        ("topic-months", given("months")),
        ("a topic-month", lambda row: f"{row['pages_month']} ({row['interval'][0]}–{row['interval'][1]})"),
        ("upper bound over budget", given("upper_over_budget")),
    ],
    "threads": [
        ("tuned to precision", given("tuned_to")),
        ("precision", with_interval("precision", "precision_interval")),
        ("recall", with_interval("recall", "recall_interval")),
        ("min after the first post", given("minutes")),
        ("lead to half, min", given("lead_minutes")),
        ("large, of cascades", lambda row: f"{row['large']} of {row['cascades']}"),
    ],
    "sizes": [
        ("cascades", given("cascades")),
        ("median error", given("error")),
        ("within the 90 % interval", given("covered")),
        ("error of SEISMIC", given("error_seismic")),
        ("of the count so far", given("error_frozen")),
    ],
    "headlines": [
        ("pages", given("pages")),
        ("topic-months", given("months")),
        ("a topic-month", given("pages_month")),
        ("Vastaamo", given("vastaamo_at")),
        ("at its mention", given("vastaamo_mentions")),
    ],
    "cold start": [
        ("paged", given("paged")),
        ("median mentions", given("median_mentions")),
        ("median minutes", given("median_minutes")),
        ("pages an hour before the onset or earlier", given("pages_before_onset")),
    ],
    "controls": [("pages", given("pages")), ("streams", given("streams"))],
    "disorder": [
        ("pages in order", given("ordered")),
        ("in disorder", given("disordered")),
        ("the same identifier", given("same_ids")),
        ("within 1 min", given("within_a_minute")),
        ("within 5 min", given("within_five_minutes")),
        ("largest shift, min", given("largest_shift_minutes")),
    ],
    "fidelity": [
        ("escalations", given("escalations")),
        ("figures", given("figures")),
        ("counted anew", given("counted_anew")),
        ("that disagree", lambda row: sum(row["disagree"].values())),
    ],
    "cost": [
        ("µs a matched mention", given("us")),
        ("median of three", given("us_middle")),
        ("bytes in memory", given("held")),
        ("stored", given("stored")),
        ("how many", given("bound")),
    ],
}


def table(part: str, rows: Sequence[Row]) -> str:
    """The rows of a part as Markdown; what was skipped, by name."""
    columns: list[Column] = [("", given("what")), *COLUMNS[part]]
    shown = [row for row in rows if "skipped" not in row]
    lines = [[title for title, _ in columns], ["---"] * len(columns)]
    lines += [[_cell(cell(row)) for _, cell in columns] for row in shown]
    skipped = [f"{row['what']} ({row['skipped']})" for row in rows if "skipped" in row]
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return text + (f"\n\nSkipped: {', '.join(skipped)}." if skipped else "")


def _cell(value: object) -> str:
    return "–" if value is None else str(value)


def machine() -> str:
    """What the figures were made on.

    >>> "Python" in machine()
    True
    """
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*:\s*(.+)", info.read_text(encoding="utf-8")) if info.exists() else []
    chip = f"{len(names)} cores of {names[0]}" if names else platform.machine()
    return f"{chip}, Python {platform.python_version()}, {platform.system()}"


def write(out: Path, rows: Sequence[Row], command: str) -> list[Path]:
    """Put rows into figures, page and pictures of a folder; gives what was written."""
    out.mkdir(parents=True, exist_ok=True)
    every = merged(_known(out), rows)
    renewed = {row["part"] for row in rows}
    pictures = [path for name in PICTURES for path in _draw(out, name, every, renewed)]
    kept = [{k: v for k, v in row.items() if k not in BULKY} for row in every]
    figures = out / FIGURES
    figures.write_text(
        "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in kept) + "\n]\n", "utf-8"
    )
    page = out / PAGE
    text = page.read_text(encoding="utf-8") if page.exists() else skeleton(COLUMNS)
    page.write_text(filled(text, rows, f"`{command}`, {machine()}."), encoding="utf-8")
    return [page, figures, *pictures]


def _known(out: Path) -> list[Row]:
    figures = out / FIGURES
    found: list[Row] = json.loads(figures.read_text(encoding="utf-8")) if figures.exists() else []
    return found


def merged(old: Sequence[Row], new: Sequence[Row]) -> list[Row]:
    """The new rows, and the old ones of parts that are not among them."""
    renewed = {row["part"] for row in new}
    return [*(row for row in old if row["part"] not in renewed), *new]


def _draw(out: Path, name: str, rows: Sequence[Row], renewed: set[str]) -> Iterable[Path]:
    """A picture, if any of what it shows is new and all of it is known."""
    draw, parts = PICTURES[name]
    if renewed & set(parts) and set(parts) <= {row["part"] for row in rows}:
        (out / name).write_text(draw(rows), encoding="utf-8")
        yield out / name


def skeleton(parts: Iterable[str]) -> str:
    """A page with nothing but places for tables."""
    places = "\n\n".join(f"<!-- part: {part} -->\n<!-- end of part: {part} -->" for part in parts)
    return f"# Detection\n\n{places}\n"


def filled(page: str, rows: Sequence[Row], made_by: str) -> str:
    """The page with the tables of these rows in their places."""
    for part in dict.fromkeys(row["part"] for row in rows):
        body = f"{table(part, [row for row in rows if row['part'] == part])}\n\nMade by {made_by}"
        before, mark, rest = page.partition(f"<!-- part: {part} -->\n")
        _, end, after = rest.partition(f"<!-- end of part: {part} -->")
        if end:
            page = f"{before}{mark}{body}\n{end}{after}"
    return page
