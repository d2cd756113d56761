"""The after-action report as Markdown, as an SVG chart, and as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from alerts.aftermath.sections import Item, Layout, words
from alerts.aftermath.story import AfterAction
from alerts.page import forms
from alerts.web.chart import Chart, draw, thin
from alerts.web.views import marks_of

_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_IN_LINKS: Final = ":/?#@!$&'*+,;=%~-._"
BLOCKS_WIDE: Final = 60


def markdown(report: AfterAction, language: str, zone: ZoneInfo) -> str:
    """The report for a wiki or a mail; strangers' words are quoted and cannot mark up anything."""
    layout = Layout(report, language, zone)
    lines = [f"# {layout.title}", "", *(f"**{told}**\n" for told in layout.notices())]
    lines += [f"## {layout.heading('short')}", "", "| | |", "|---|---|"]
    lines += [f"| {what} | {_cell(told)} |" for what, told in layout.rows()]
    lines += ["", f"## {layout.heading('chart')}", "", layout.chart_about(), "", _blocks(report), ""]
    for section in layout.sections():
        lines += [f"## {section.heading}", ""]
        lines += [_line(item, language) for item in section.items] or [section.empty]
        lines.append("")
    return "\n".join([*lines, f"_{layout.footer()}_", ""])


def html(report: AfterAction, language: str, zone: ZoneInfo) -> str:
    """One file: styles and chart inside, no script, no resource from elsewhere, every text escaped."""
    layout = Layout(report, language, zone)
    page = _templates().get_template("report.html")
    return page.render(
        language=language,
        layout=layout,
        chart=Markup(svg(report, language, zone)),  # noqa: S704 numbers, and texts escaped by its own template
        style=Markup(style()),  # noqa: S704 our own file
        policy=policy(),
    )


def svg(report: AfterAction, language: str, zone: ZoneInfo) -> str:
    """The spread as a drawing of its own: the negative rate, what is usual, and what people did."""
    chart = _chart(report, language, zone)
    layout = Layout(report, language, zone)
    template = _templates().get_template("chart.svg")
    if chart is None:
        return ""
    marks = [(mark, words_of_mark(mark.kind, language)) for mark in chart.marks]
    return template.render(layout=layout, chart=chart, marks=marks, forms=forms, language=language)


def policy() -> str:
    """The content security policy of the page: its own styles by their hash, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def style() -> str:
    """The styles of the page, as they stand inside it."""
    return resources.files(__package__).joinpath("templates", "report.css").read_text(encoding="utf-8")


def words_of_mark(kind: str, language: str) -> str:
    """What a mark of the chart stands for."""
    return words(f"mark.{kind}", language)


def _chart(report: AfterAction, language: str, zone: ZoneInfo) -> Chart | None:
    pages = [
        one.at
        for one in report.timeline
        if one.by == "watch" and one.detail.endswith(("opened", "severity_rose"))
    ]

    def label(at: datetime, step: timedelta) -> str:
        local = at.astimezone(zone)
        midnight = local.hour == 0 and local.minute == 0
        return forms.day(at, zone, language) if midnight or step.days else forms.clock(at, zone, language)

    return draw(report.pulses, marks_of(report.incident, pages), zone, label)


def _blocks(report: AfterAction) -> str:
    """The negative rate as a row of blocks, for readers without pictures."""
    points = thin(report.pulses, BLOCKS_WIDE)
    top = max((point.negative for point in points), default=0)
    if not top:
        return ""
    return "".join(_BLOCKS[min(7, int(8 * point.negative / top))] for point in points)


def _cell(text: str) -> str:
    return text.replace("|", "¦")


def _line(item: Item, language: str) -> str:
    told = [f"“{item.text}”" if item.quoted else item.text, *item.notes]
    if item.link:
        told.append(f"[{words('link', language)}]({quote(item.link, safe=_IN_LINKS)})")
    return f"- {' · '.join(told)}"


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("alerts.aftermath", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
