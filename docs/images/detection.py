"""The picture of docs/detection.md: a storm that pages beside praise of the same size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from streams.records import Escalation, Pulse

ZONE = ZoneInfo("Europe/Helsinki")
PANELS = (
    ("A storm: a train stands on a bridge", "Luotojuna", datetime(2026, 3, 31, 10, tzinfo=ZONE)),
    ("Praise: a parcel comes on skis", "Pakettipoiju", datetime(2026, 3, 30, 13, tzinfo=ZONE)),
)
HOURS = 10
HIGHEST = 220  # posts an hour
LEFT, GAP, WIDTH = 70, 80, 380  # of a panel
TOP, TALL, LOW = 60, 190, 120  # heights: counts, score
TOTAL = LEFT + 2 * WIDTH + GAP + 30
SCORE_TOP = TOP + TALL + 50
MOST = 12.0  # a score is not stated above it
DAYS = ((0, "a day"), (2.56, "a year"), (6.56, "10⁴ years"), (12, "never"))  # marks of the score
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 } .small { font-size: 11px; fill: #57606a }
.title { font-weight: 600; font-size: 15px } .axis { stroke: #8c959f } .band { fill: #b6d4f5 }
.all { stroke: #8c959f; fill: none; stroke-width: 1.5 }
.negative { stroke: #b3261e; fill: none; stroke-width: 2 }
.score { stroke: #1f2328; fill: none; stroke-width: 2 } .threshold { stroke: #1f2328; stroke-dasharray: 5 4 }
.page { stroke: #b3261e; stroke-width: 1.5; stroke-dasharray: 2 3 }
.red { fill: #b3261e } .grey { fill: #57606a }
"""


def line(kind: str, points: Iterable[tuple[float, float]]) -> str:
    """A curve."""
    return f'<polyline class="{kind}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'


def words(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    """A text."""
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}">{text}</text>'


def stroke(kind: str, start: tuple[float, float], end: tuple[float, float]) -> str:
    """A straight line."""
    (x1, y1), (x2, y2) = start, end
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def count(value: float) -> float:
    """Where a number of posts stands."""
    return TOP + TALL * (1 - value / HIGHEST)


def score(days: float) -> float:
    """Where a score stands, log10 of days."""
    return SCORE_TOP + LOW * (1 - max(0.0, days) / MOST)


def panel(index: int, pulses: Sequence[Pulse], pages: Sequence[Escalation]) -> list[str]:
    """Counts above, score below."""
    title, _, start = PANELS[index]
    left = LEFT + index * (WIDTH + GAP)

    def x(at: datetime) -> float:
        return left + WIDTH * ((at - start) / timedelta(hours=HOURS))

    band = [(x(p.at), count(p.usual_high)) for p in pulses]
    band += [(x(p.at), count(p.usual_low)) for p in reversed(pulses)]
    drawn = [
        words(left, TOP - 32, title, "title"),
        f'<polygon class="band" points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in band)}"/>',
        line("all", ((x(p.at), count(p.mentions_per_hour)) for p in pulses)),
        line("negative", ((x(p.at), count(p.negative_per_hour)) for p in pulses)),
        line("score", ((x(p.at), score(p.score)) for p in pulses)),
        stroke("threshold", (left, score(pulses[0].threshold)), (left + WIDTH, score(pulses[0].threshold))),
        *axes(left, start),
    ]
    for page in pages:
        drawn.append(stroke("page", (x(page.at), TOP), (x(page.at), SCORE_TOP + LOW)))
        drawn.append(words(x(page.at) - 4, TOP + 10, f"page {page.at.astimezone(ZONE):%H:%M}", "red", "end"))
    if not pages:
        drawn.append(words(left + WIDTH, TOP - 10, "no page: no more complaint than usual", "grey", "end"))
    return drawn


def axes(left: float, start: datetime) -> list[str]:
    """Axes with their numbers."""
    drawn = [stroke("axis", (left, y), (left + WIDTH, y)) for y in (TOP + TALL, SCORE_TOP + LOW)]
    marks = [(count(value), str(value)) for value in range(0, HIGHEST, 50)]
    marks += [(score(days), told) for days, told in DAYS]
    drawn += [words(left - 6, y + 4, told, "small", "end") for y, told in marks]
    for hour in range(0, HOURS + 1, 2):
        at = left + WIDTH * hour / HOURS
        clock = f"{start + timedelta(hours=hour):%H:%M}"
        drawn.append(words(at, SCORE_TOP + LOW + 16, clock, "small", "middle"))
    return drawn


def legend() -> list[str]:
    """What the lines mean."""
    y = SCORE_TOP + LOW + 44
    return [
        stroke("all", (LEFT, y - 4), (LEFT + 24, y - 4)),
        words(LEFT + 30, y, "voices in the last hour"),
        stroke("negative", (LEFT + 190, y - 4), (LEFT + 214, y - 4)),
        words(LEFT + 220, y, "negative posts among them"),
        f'<rect class="band" x="{LEFT + 400}" y="{y - 12}" width="24" height="12"/>',
        words(LEFT + 430, y, "usual at this hour"),
        stroke("score", (LEFT + 560, y - 4), (LEFT + 584, y - 4)),
        words(LEFT + 590, y, "score: by chance once in …"),
        stroke("threshold", (LEFT + 770, y - 4), (LEFT + 794, y - 4)),
        words(LEFT + 800, y, "threshold"),
    ]


def picture(found: Sequence[Escalation | Pulse]) -> str:
    """The whole picture as SVG, from all that the watch decided over the demo."""
    drawn = legend()
    for index, (_, topic, start) in enumerate(PANELS):
        end = start + timedelta(hours=HOURS)
        mine = [one for one in found if one.topic == topic and start <= one.at < end]
        pulses = [one for one in mine if isinstance(one, Pulse)]
        openings = [one for one in mine if isinstance(one, Escalation) and one.kind == "opened"]
        drawn += panel(index, pulses, openings)
    height = SCORE_TOP + LOW + 60
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {TOTAL} {height}" role="img">'
    told = "<title>Voices, negative posts and score: a storm that pages, praise that does not</title>"
    background = f'<rect width="{TOTAL}" height="{height}" fill="#fff"/>'
    return "\n".join([head, told, f"<style>{STYLE}</style>", background, *drawn, "</svg>", ""])
