"""A digest as Markdown to read, and as a table for a spreadsheet. Pure; every text of a stranger is inert."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from alerts.feedback.digest import Digest, TopicDigest, Voice
from alerts.feedback.kinds import KINDS
from alerts.neutral import plain
from alerts.page import forms
from alerts.spreadsheet import as_csv
from alerts.texts import Words

_say: Final = Words("alerts.feedback", "texts.yaml")
COLUMNS: Final = (
    "topic", "kind", "text", "language", "platform", "first_at", "times", "negativity", "answered", "link",
)  # fmt: skip


def markdown(digest: Digest, language: str, zone: ZoneInfo) -> str:
    """The digest for people: the weekly one by kind, the daily one what waits, the oldest first."""
    lines = [f"# {_say(f'title.{digest.period}', language, name=plain(digest.organisation))}", ""]
    lines += [_say("span", language, start=_at(digest.start, zone), end=_at(digest.end, zone)), ""]
    lines += [_load(digest, language), ""]
    for topic in digest.topics:
        lines += [f"## {plain(topic.topic)}", "", *_topic(topic, digest.period, language, zone)]
    if not digest.topics:
        lines += [_say("no_topics", language), ""]
    return "\n".join([*lines, _say("strangers", language), ""])


def table(digest: Digest) -> str:
    """The digest as CSV: a row for each thing that was said."""
    return as_csv(COLUMNS, _rows(digest))


def _rows(digest: Digest) -> Iterator[tuple[object, ...]]:
    for topic in digest.topics:
        for kind, voices in _groups(topic, digest.period):
            for one in voices:
                first = one.first_at.isoformat()
                said = (one.text, one.language, one.platform, first, one.times, round(one.negativity, 2))
                yield (topic.topic, kind, *said, "yes" if one.answered else "no", one.link)


def _groups(topic: TopicDigest, period: str) -> list[tuple[str, tuple[Voice, ...]]]:
    if period == "daily":
        return [("waiting", topic.waiting)]
    return [(kind, topic.voices[kind]) for kind in KINDS]


def _load(digest: Digest, language: str) -> str:
    hours = forms.one_decimal(digest.hours_to_answer, language)
    return _say("load", language, open=digest.open, rate=digest.replies_an_hour, hours=hours)


def _topic(topic: TopicDigest, period: str, language: str, zone: ZoneInfo) -> Iterator[str]:
    if not topic.mentions:
        yield from (_say("quiet", language), "")
        return
    numbers: dict[str, int] = {str(kind): count for kind, count in topic.counts.items()}
    numbers |= {"mentions": topic.mentions, "negative": topic.negative, "open": topic.open}
    yield from (_say("counts", language, **numbers), "")
    if period == "daily":
        yield from _voices("waiting", topic.waiting, topic.open, language, zone)
        if not topic.waiting:
            yield from (_say("nothing_waits", language), "")
        return
    for kind in KINDS:
        yield from _voices(f"kind.{kind}", topic.voices[kind], topic.counts[kind], language, zone)


def _voices(
    heading: str, voices: tuple[Voice, ...], total: int, language: str, zone: ZoneInfo
) -> Iterator[str]:
    if not voices:
        return
    yield from (f"### {_say(heading, language)}", "")
    yield from (_line(one, language, zone) for one in voices)
    left = total - sum(one.times for one in voices)
    if left > 0:
        yield f"- {_say('more', language, n=left)}"
    yield ""


def _line(one: Voice, language: str, zone: ZoneInfo) -> str:
    told = [f"“{one.text}”", f"{one.platform} {_at(one.first_at, zone)}"]
    if one.times > 1:
        told.append(_say("times", language, n=one.times))
    if one.answered:
        told.append(_say("answered", language))
    if one.link:
        told.append(f"[{_say('link', language)}]({quote(one.link, safe=_IN_LINKS)})")
    return f"- {' · '.join(told)}"


_IN_LINKS: Final = ":/?#@!$&'*+,;=%~-._"
"""What stays as it is in a link; brackets and parentheses would end it."""


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
