"""The pictures of the page: each takes rows of the benchmark and gives an SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from agents.bench.svg import COLOURS, panel, picture, words

Rows = Sequence[Mapping[str, Any]]
GREY, RED, BLACK = "#8c959f", "#b3261e", "#1f2328"
OURS = "Palovahti"
NEVER = 0.06  # false pages a month where none was seen: the left edge


def _of(rows: Rows, part: str) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["part"] == part and "skipped" not in row]


def _legend(left: float, top: float, names: Sequence[str]) -> Iterator[str]:
    for number, name in enumerate(names):
        yield words(left, top + 18 * number, f"● {name}", colour=COLOURS[number % len(COLOURS)])


def leads(rows: Rows) -> str:
    """How long before half of the storm the page comes: deciles of the storms that were paged."""
    known = [row for row in _of(rows, "injections") if row["budget"] == 1.0 and row["lead_deciles"]]
    shown = panel((60, 50, 460, 260), (1, 1500), (0, 100), log_x=True)
    parts = [
        shown.axes(
            "Lead time",
            (1, 5, 15, 60, 240, 1440),
            (0, 25, 50, 75, 100),
            "minutes before half",
            "% of pages with less lead",
        )
    ]
    for number, row in enumerate(known):
        points = [(max(1.0, x), 10.0 * (n + 1)) for n, x in enumerate(row["lead_deciles"])]
        parts.append(shown.curve(points, COLOURS[number % len(COLOURS)]))
    parts += _legend(540, 70, [row["what"] for row in known])
    return picture(760, 360, parts)


def contest(rows: Rows) -> str:
    """Recall against false pages, and precision against recall, for the engine and its peers."""
    lines = curves(rows)
    left = panel((60, 50, 340, 280), (NEVER, 8), (0, 1), log_x=True)
    right = panel((460, 50, 300, 280), (0, 1), (0, 1))
    marks = (0, 0.25, 0.5, 0.75, 1)
    parts = [
        left.axes(
            "Recall at a price",
            (0.1, 0.25, 1, 4),
            marks,
            "false pages a topic-month",
            "recall, mean of sizes",
        ),
        right.axes("Precision, at one storm a month", marks, marks, "recall", "precision"),
    ]
    for number, points in enumerate(lines.values()):
        colour = COLOURS[number % len(COLOURS)]
        places = [(max(NEVER, rate), recall) for rate, recall in points]
        precise = [(recall, recall / (recall + rate)) for rate, recall in points if recall > 0]
        for drawn, where in ((left, places), (right, precise)):
            parts.append(drawn.curve(where, colour, "" if number == 0 else "dashed"))
            parts += [drawn.dot(point, colour, 5 if number == 0 else 3) for point in where]
    parts += _legend(785, 60, list(lines))
    return picture(980, 380, parts)


def curves(rows: Rows) -> dict[str, list[tuple[float, float]]]:
    """(False pages a month, recall) at each budget, the engine's first."""
    contested = _of(rows, "peers")
    reader = next((row["what"] for row in _of(rows, "injections") if row["budget"] != 1.0), None)
    found: dict[str, list[tuple[float, float]]] = {}
    for name, some in ((OURS, _of(rows, "injections")), (None, contested)):
        for row in some:
            if name is None or row["what"] == reader:
                found.setdefault(name or row["what"], []).append((row["false_pages_month"], row["recall"]))
    return {name: sorted(points) for name, points in found.items()}


def budgets(rows: Rows) -> str:
    """Observed pages over the budget, with exact 95 % bounds."""
    known = _of(rows, "budgets")
    groups = list(dict.fromkeys(row["what"] for row in known))
    height = 34 * len(groups) + 20
    shown = panel((190, 50, 480, height), (0.01, 10), (0, len(groups)), log_x=True)
    parts = [
        shown.axes(
            "Observed over stated budget", (0.01, 0.1, 1, 1.4, 10), (), "1 is a budget that is just used", ""
        )
    ]
    for row in known:
        which = (4.0, 1.0, 0.25).index(row["budget"])
        y = len(groups) - groups.index(row["what"]) - 0.25 - 0.25 * which
        low, high = (max(0.01, bound / row["budget"]) for bound in row["interval"])
        parts.append(shown.across(low, high, y, COLOURS[which]))
        parts.append(shown.dot((max(0.01, row["pages_month"] / row["budget"]), y), COLOURS[which], 3))
    for number, name in enumerate(groups):
        parts.append(words(182, shown.y(len(groups) - number - 0.5) + 4, name, "", "end"))
    parts += _legend(690, 70, ["budget 4", "budget 1", "budget 0.25"])
    return picture(800, height + 110, parts)


def controls(rows: Rows) -> str:
    """An example of each control: mentions and complaints an hour, and the score beside its threshold."""
    known = [row for row in _of(rows, "controls") if row["trace"]]
    parts: list[str] = []
    for number, row in enumerate(known):
        parts += _control(row, 50 + 310 * (number % 3), 50 + 290 * (number // 3))
    return picture(970, 290 * ((len(known) + 2) // 3) + 30, parts)


def _control(row: Mapping[str, Any], left: float, top: float) -> Iterator[str]:
    trace = row["trace"]
    hours = (trace[0][0], trace[-1][0])
    most = max(10.0, *(point[1] for point in trace))
    counts = panel((left, top, 240, 110), hours, (0, most))
    marks = [round(hours[0]), round((hours[0] + hours[1]) / 2), round(hours[1])]
    yield counts.axes(
        f"{row['what']}: {row['pages']} pages", (), (0, round(most)), "", "mentions, of them negative"
    )
    yield counts.curve([(p[0], p[1]) for p in trace], GREY)
    yield counts.curve([(p[0], p[2]) for p in trace], RED)
    score = panel((left, top + 145, 240, 70), hours, (-1, 4))
    yield score.axes("", marks, (0, 2, 4), "hours from the event", "score, threshold dashed")
    yield score.curve([(p[0], p[3]) for p in trace], BLACK)
    yield score.curve([(p[0], p[4]) for p in trace], BLACK, "dashed")


PICTURES: dict[str, tuple[Callable[[Rows], str], tuple[str, ...]]] = {
    "detection-leads.svg": (leads, ("injections",)),
    "detection-peers.svg": (contest, ("injections", "peers")),
    "detection-budgets.svg": (budgets, ("budgets",)),
    "detection-controls.svg": (controls, ("controls",)),
}
