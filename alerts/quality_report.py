"""The weekly report of detection quality in Markdown, in Finnish, Swedish and English."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml

from alerts.neutral import plain
from alerts.page.forms import one_decimal, percent, two_decimals
from alerts.page.words import language_of
from alerts.quality import Quality, QualityPolicy, Span, TopicQuality, proposes_less


def markdown(week: Quality, longer: Quality, policy: QualityPolicy, language: str) -> str:
    """The week's pages by topic, the longer span's rates and precision, and what follows from them."""
    language = language_of(language)
    words = _words()[language]
    days = round((longer.end - longer.start).total_seconds() / 86400)
    parts = [
        f"# {words['title'].format(start=week.start.date(), end=week.end.date())}",
        _table(words, week, language),
        f"## {words['longer'].format(days=days)}",
        _table(words, longer, language),
        "\n".join(f"- {line}" for line in conclusions(longer, policy, language)),
        words["how"],
    ]
    return "\n\n".join(parts) + "\n"


def conclusions(longer: Quality, policy: QualityPolicy, language: str) -> list[str]:
    """What the figures say, a sentence each; that nothing stands out where nothing does."""
    words = _words()[language_of(language)]
    found = []
    for one in (*longer.topics, longer.all):
        slots = {"topic": _name(one, words), "target": percent(policy.precision_target, language)}
        if one.over_budget and one.false_a_month:
            rate = two_decimals(one.false_a_month.value, language)
            found.append(words["over"].format(rate=rate, budget=f"{one.budget:g}", **slots))
        if proposes_less(one, policy) and one.precision:
            found.append(words["worse"].format(share=percent(one.precision.value, language), **slots))
        if one.missed:
            found.append(words["missed"].format(n=one.missed, **slots))
    return found or [words["fine"]]


def _table(words: dict[str, Any], quality: Quality, language: str) -> str:
    heads = words["heads"]
    rows = [_row(one, words, language) for one in (*quality.topics, quality.all)]
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _row(one: TopicQuality, words: dict[str, Any], language: str) -> list[str]:
    return [
        _name(one, words),
        one_decimal(one.watched_days, language),
        str(one.pages),
        str(one.useful),
        str(one.false),
        str(one.unvoted),
        str(one.missed),
        f"{one.budget:g}",
        _rate(one.false_a_month, language),
        _precision(one.precision, language),
    ]


def _name(one: TopicQuality, words: dict[str, Any]) -> str:
    return str(words["all"]) if one.topic == "*" else plain(one.topic, 60)


def _rate(span: Span | None, language: str) -> str:
    if span is None:
        return "–"
    value, low, high = (two_decimals(number, language) for number in (span.value, span.low, span.high))
    return f"{value} ({low}–{high})"


def _precision(span: Span | None, language: str) -> str:
    if span is None:
        return "–"
    value, low, high = (percent(number, language) for number in (span.value, span.low, span.high))
    return f"{value} ({low}–{high})"


@cache
def _words() -> dict[str, dict[str, Any]]:
    text = resources.files(__package__).joinpath("quality_report.yaml").read_text(encoding="utf-8")
    words: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return words
