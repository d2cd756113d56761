"""Numbers, clock times and ages as people write them in Finnish, Swedish and English."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from babel.numbers import format_decimal, format_percent

from alerts.page.words import locale, say

_SENTENCE_END = re.compile(r"(?<=[.!?…])[”\"']?\s+(?=[\"”“–A-ZÅÄÖ])")


def whole(value: float, language: str) -> str:
    """A count rounded to a whole number: "12 345" in Finnish; half a post is one."""
    return format_decimal(_rounded(value), "#,##0", locale=locale(language))


def one_decimal(value: float, language: str) -> str:
    """One decimal, with the language's own mark.

    >>> one_decimal(1.84, "fi"), one_decimal(1.84, "en")
    ('1,8', '1.8')
    """
    return format_decimal(value, "#,##0.0", locale=locale(language))


def two_decimals(value: float, language: str) -> str:
    """Two decimals, for scores that stand close to their threshold."""
    return format_decimal(value, "#,##0.00", locale=locale(language))


def percent(share: float, language: str) -> str:
    """A share (0-1) in whole per cents."""
    return format_percent(share, "#,##0%" if language == "en" else "#,##0\u00a0%", locale=locale(language))


def span(low: float, high: float, language: str) -> str:
    """What is usual, in whole posts: "3–9", "about 4" when both ends round to it, "below 1"."""
    bottom, top = _rounded(low), _rounded(high)
    if top < 1:
        return say("span.less_than_one", language)
    if bottom == top:
        return say("span.about", language, n=whole(top, language))
    return f"{whole(bottom, language)}–{whole(top, language)}"


def interval(low: float | None, high: float | None, language: str) -> str:
    """ " (1,4–2,3)", or nothing where the interval is not known."""
    if low is None or high is None:
        return ""
    return f" ({one_decimal(low, language)}–{one_decimal(high, language)})"


def clock(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """The local clock time: "9.05" in Finnish and Swedish, "09:05" in English."""
    local = moment.astimezone(zone)
    return f"{local:%H:%M}" if language == "en" else f"{local.hour}.{local.minute:02}"


def day(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """The local date without the year, in the language's own order."""
    return format_skeleton(
        "MMMd" if language == "en" else "Md", moment.astimezone(zone), locale=locale(language)
    )


def clock_or_day(moment: datetime, now: datetime, zone: ZoneInfo, language: str) -> str:
    """The clock time, with the date when it is not today's."""
    time = clock(moment, zone, language)
    same_day = moment.astimezone(zone).date() == now.astimezone(zone).date()
    return time if same_day else f"{time} ({day(moment, zone, language)})"


def hour_of_week(until: datetime, zone: ZoneInfo, language: str) -> tuple[str, str]:
    """Weekday and clock hour in which most of the hour up to `until` fell: ("tiistaina", "14–15")."""
    middle = (until - timedelta(minutes=30)).astimezone(zone)
    return say(f"weekday.{middle.weekday()}", language), f"{middle.hour}–{middle.hour + 1}"


def age(minutes: int, language: str) -> str:
    """How long ago, in the two largest units.

    >>> age(125, "fi")
    '2 t 5 min'
    """
    if minutes < 1:
        return say("age.now", language)
    hours, rest = divmod(minutes, 60)
    if hours < 1:
        return say("age.minutes", language, minutes=rest)
    if hours < 48:
        return say("age.hours", language, hours=hours, minutes=rest)
    return say("age.days", language, days=hours // 24, hours=hours % 24)


def lag(seconds: float, language: str) -> str:
    """A delay: seconds below two minutes, else as an age."""
    if seconds < 120:
        return say("age.seconds", language, seconds=max(0, math.ceil(seconds)))
    return age(int(seconds // 60), language)


def whole_sentences(text: str, limit: int) -> str:
    """The first sentences of `text` that fit `limit` characters together; always at least the first one.

    >>> whole_sentences("Selvitämme asiaa. Kerromme lisää klo 15.00.", 20)
    'Selvitämme asiaa.'
    """
    end = len(text)
    if end > limit:
        ends = [match.start() for match in _SENTENCE_END.finditer(text)]
        end = max([one for one in ends if one <= limit], default=ends[0] if ends else end)
    return text[:end].rstrip()


def _rounded(value: float) -> int:
    """The nearest whole number, halves up: what people expect of a count."""
    return math.floor(value + 0.5)
