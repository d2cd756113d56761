"""The two drawings of docs/detection.md that need no recording: the way to a page, and what budgets ask for.

    .venv/bin/python docs/images/method.py

The second is computed from the law that the watch uses; run it after a change of the law's constants.
"""

from __future__ import annotations

from math import log10
from pathlib import Path

from agents.watch.policy import DAYS_A_MONTH
from agents.watch.scale import threshold_days
from streams.statistics.maxima import return_days

HERE = Path(__file__).parent
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 } .small { font-size: 11px; fill: #57606a }
.bold { font-weight: 600 } .box { fill: #f6f8fa; stroke: #8c959f } .ask { fill: #eaf2fb; stroke: #5b8fc7 }
.stop { fill: #fff; stroke: #8c959f; stroke-dasharray: 4 3 } .page { fill: #fdeceb; stroke: #b3261e }
.way { stroke: #57606a; fill: none; stroke-width: 1.5 }
.curve { stroke: #1f2328; fill: none; stroke-width: 2 }
.budget { stroke: #b3261e; stroke-width: 1.5; stroke-dasharray: 5 4 } .axis { stroke: #8c959f }
.red { fill: #b3261e }
"""
ASKED = (
    ("Rare enough?", "by chance less often", "than the budget", "usual, or planned"),
    ("Enough posts?", "negative_floor", "", "too few posts"),
    ("More complaint?", "as a share of the talk", "", "talk, but no anger"),
    ("Different people?", "people_floor", "", "the same few people"),
    ("Nothing open yet?", "refractory_hours", "", "updates the open case"),
)
BUDGETS = (4.0, 1.0, 0.25)
WIDTH, HEIGHT, LEFT, TOP = 560, 240, 70, 30
MOST_SCORE, MOST_DAYS = 5.0, 4.0


def text(x: float, y: float, said: str, kind: str = "", anchor: str = "middle") -> str:
    """Words."""
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}">{said}</text>'


def box(x: float, y: float, wide: float, tall: float, kind: str) -> str:
    """A rounded box."""
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{wide}" height="{tall}" rx="8"/>'


def arrow(path: str) -> str:
    """A way with a point at its end."""
    return f'<path class="way" d="{path}" marker-end="url(#point)"/>'


def page(width: int, height: int, title: str, drawn: list[str]) -> str:
    """A whole SVG."""
    point = (
        '<defs><marker id="point" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0 8 4 0 8z" fill="#57606a"/></marker></defs>'
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
    background = f'<rect width="{width}" height="{height}" fill="#fff"/>'
    return "\n".join(
        [head, f"<title>{title}</title>", f"<style>{STYLE}</style>", point, background, *drawn, "</svg>", ""]
    )


def decision() -> str:
    """From posts to a page: five questions in a row, and the way of safety words past them."""
    drawn = [
        box(10, 60, 120, 70, "box"),
        text(70, 90, "posts of a topic", "bold"),
        text(70, 108, "one voice a person,", "small"),
        text(70, 122, "copies left out", "small"),
    ]
    for place, (asked, first, second, otherwise) in enumerate(ASKED):
        x = 160 + place * 160
        drawn += [
            arrow(f"M{x - 30} 95 H{x - 3}"),
            box(x, 60, 130, 70, "ask"),
            text(x + 65, 84, asked, "bold"),
            text(x + 65, 102, first, "small"),
            text(x + 65, 116, second, "small"),
            arrow(f"M{x + 65} 130 V157"),
            box(x, 160, 130, 30, "stop"),
            text(x + 65, 179, otherwise, "small"),
        ]
    drawn += [
        arrow("M930 95 H957"),
        box(960, 60, 80, 70, "page"),
        text(1000, 100, "page", "bold red"),
        arrow("M70 60 V30 H1000 V57"),
        text(
            535,
            22,
            "harm (safety words) that two independent authors assert: pages whatever the rates are",
            "red",
        ),
    ]
    return page(1050, 205, "How a page is decided: five questions, and safety words past all of them", drawn)


def budget() -> str:
    """How high a score must be for each budget: the law of block maxima, read at the thresholds."""
    scores = [step / 50 for step in range(int(MOST_SCORE * 50) + 1)]
    points = " ".join(f"{_x(s):.1f},{_y(return_days(s)):.1f}" for s in scores if return_days(s) <= MOST_DAYS)
    drawn = [
        f'<polyline class="curve" points="{points}"/>',
        f'<line class="axis" x1="{LEFT}" y1="{TOP + HEIGHT}" x2="{LEFT + WIDTH}" y2="{TOP + HEIGHT}"/>',
        text(LEFT + WIDTH / 2, TOP + HEIGHT + 38, "standard deviations above the usual peak of six hours"),
        text(LEFT, TOP - 12, "by chance once in …", anchor="start"),
    ]
    drawn += [text(_x(s), TOP + HEIGHT + 18, str(s), "small") for s in range(int(MOST_SCORE) + 1)]
    for days, told in ((1, "a day"), (7, "a week"), (30.44, "a month"), (365, "a year"), (3650, "10 years")):
        drawn.append(text(LEFT - 8, _y(log10(days)) + 4, told, "small", "end"))
    for one in BUDGETS:
        drawn += _marked(one)
    return page(LEFT + WIDTH + 150, TOP + HEIGHT + 55, "The score that each budget asks for", drawn)


def _marked(one: float) -> list[str]:
    days = threshold_days(one, DAYS_A_MONTH)
    at = next(step / 100 for step in range(1000) if return_days(step / 100) >= days)
    corner = f"M{LEFT} {_y(days):.1f} H{_x(at):.1f} V{TOP + HEIGHT}"
    told = f"budget {one:g} a month: {at:.1f}"
    return [
        f'<path class="budget" fill="none" d="{corner}"/>',
        text(LEFT + 8, _y(days) - 6, told, "red", "start"),
    ]


def _x(score: float) -> float:
    return LEFT + WIDTH * score / MOST_SCORE


def _y(log_days: float) -> float:
    return TOP + HEIGHT * (1 - (log_days + 0.5) / (MOST_DAYS + 0.5))


def main() -> None:
    """Draw both."""
    (HERE / "decision.svg").write_text(decision(), encoding="utf-8")
    (HERE / "budget.svg").write_text(budget(), encoding="utf-8")


if __name__ == "__main__":
    main()
