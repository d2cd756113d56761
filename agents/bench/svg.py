"""Small pictures as SVG: panels with axes, curves, dots with intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import log10

Scale = Callable[[float], float]
Point = tuple[float, float]
COLOURS = (
    "#b3261e", "#0b57d0", "#137333", "#b06000", "#7627bb", "#00717a", "#5f6368", "#e377c2", "#4e342e",
    "#17becf", "#8bc34a", "#ffb300", "#9fa8da", "#90a4ae",
)  # fmt: skip
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 } .small { font-size: 11px; fill: #57606a }
.title { font-weight: 600; font-size: 14px } .axis { stroke: #8c959f }
.grid { stroke: #d0d7de; stroke-width: .6 }
.curve { fill: none; stroke-width: 1.8 } .dashed { stroke-dasharray: 5 4 }
"""


def linear(low: float, high: float, start: float, end: float) -> Scale:
    """A scale on which equal differences are equally wide."""
    width = (high - low) or 1.0
    return lambda value: start + (min(max(value, low), high) - low) / width * (end - start)


def logarithmic(low: float, high: float, start: float, end: float) -> Scale:
    """A scale on which equal ratios are equally wide."""
    inner = linear(log10(low), log10(high), start, end)
    return lambda value: inner(log10(max(value, low)))


def words(x: float, y: float, text: str, kind: str = "", anchor: str = "start", colour: str = "") -> str:
    """A text."""
    fill = f' style="fill:{colour}"' if colour else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}"{fill}>{escape(text)}</text>'


def stroke(start: Point, end: Point, kind: str = "axis", colour: str = "") -> str:
    """A straight line."""
    paint = f' style="stroke:{colour};stroke-width:1.6"' if colour else ""
    ends = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line class="{kind}" {ends}{paint}/>'


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle with two scales; y grows upwards."""

    left: float
    top: float
    width: float
    height: float
    x: Scale
    y: Scale

    def curve(self, points: Iterable[Point], colour: str, kind: str = "") -> str:
        """A curve through points."""
        places = " ".join(f"{self.x(a):.1f},{self.y(b):.1f}" for a, b in points)
        return f'<polyline class="curve {kind}" style="stroke:{colour}" points="{places}"/>'

    def dot(self, point: Point, colour: str, radius: float = 4) -> str:
        """A filled circle."""
        return (
            f'<circle cx="{self.x(point[0]):.1f}" cy="{self.y(point[1]):.1f}" r="{radius}" fill="{colour}"/>'
        )

    def across(self, low: float, high: float, y: float, colour: str) -> str:
        """An interval of x at a height."""
        return stroke((self.x(low), self.y(y)), (self.x(high), self.y(y)), colour=colour)

    def axes(self, title: str, xs: Sequence[float], ys: Sequence[float], name_x: str, name_y: str) -> str:
        """Frame, marks and names."""
        bottom, right = self.top + self.height, self.left + self.width
        parts = [
            words(self.left, self.top - 22, title, "title"),
            words(self.left, self.top - 7, name_y, "small"),
        ]
        parts += [words(right, bottom + 32, name_x, "small", "end")]
        for mark in xs:
            parts += [stroke((self.x(mark), self.top), (self.x(mark), bottom), "grid")]
            parts += [words(self.x(mark), bottom + 16, f"{mark:g}", "small", "middle")]
        for mark in ys:
            parts += [stroke((self.left, self.y(mark)), (right, self.y(mark)), "grid")]
            parts += [words(self.left - 6, self.y(mark) + 4, f"{mark:g}", "small", "end")]
        parts += [
            stroke((self.left, bottom), (right, bottom)),
            stroke((self.left, self.top), (self.left, bottom)),
        ]
        return "".join(parts)


def panel(
    place: tuple[float, float, float, float],
    x: tuple[float, float],
    y: tuple[float, float],
    log_x: bool = False,
) -> Panel:
    """A panel at (left, top, width, height) for ranges of values."""
    left, top, width, height = place
    across = (logarithmic if log_x else linear)(x[0], x[1], left, left + width)
    return Panel(left, top, width, height, across, linear(y[0], y[1], top + height, top))


def picture(width: float, height: float, parts: Iterable[str]) -> str:
    """The whole file."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}">'
    ground = f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>'
    return f"{head}<style>{STYLE}</style>{ground}{''.join(parts)}</svg>\n"
