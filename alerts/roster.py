"""Who answers, and when: the on-call roster of the `organisation` section. Pure; local times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from alerts.languages import OurLanguage
from streams.records import Record

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SHIFT: Final = re.compile(
    r"(?:(?P<first>[a-z]{3})(?:\s*-\s*(?P<last>[a-z]{3}))?\s+)?"
    r"(?P<h1>\d{1,2}):(?P<m1>\d{2})\s*-\s*(?P<h2>\d{1,2}):(?P<m2>\d{2})"
)
_MISTAKE: Final = "write days and hours, such as mon-fri 08:00-16:00, sat 10:00-14:00 or 22:00-06:00"


class Shift(Record):
    """Days of the week (0 is Monday) and hours of them, in minutes; the end may lie behind midnight."""

    days: frozenset[int]
    start: int = Field(ge=0, lt=1440)
    end: int = Field(gt=0, le=2880)

    def covers(self, local: datetime) -> bool:
        """Whether a local time lies in it; its start does, its end does not."""
        minute, today = local.hour * 60 + local.minute, local.weekday()
        here = today in self.days and self.start <= minute < self.end
        return here or ((today - 1) % 7 in self.days and minute + 1440 < self.end)


def parse_shift(text: str) -> Shift:
    """The shift that a text means; ValueError says how to write one.

    >>> sorted(parse_shift("fri-mon 22:00-06:00").days), parse_shift("mon 8:00-24:00").end
    ([0, 4, 5, 6], 1440)
    """
    found = _SHIFT.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(f"{text!r} is no shift: {_MISTAKE}")
    first, last = found["first"], found["last"] or found["first"]
    if first is not None and not {first, last} <= set(DAYS):
        raise ValueError(f"{text!r}: days are {', '.join(DAYS)}")
    start, end = (int(found[f"h{n}"]) * 60 + int(found[f"m{n}"]) for n in "12")
    if int(found["m1"]) > 59 or int(found["m2"]) > 59 or start >= 1440 or end > 1440:
        raise ValueError(f"{text!r} has no such clock time: {_MISTAKE}")
    return Shift(days=_days(first, last), start=start, end=end if end > start else end + 1440)


def _days(first: str | None, last: str | None) -> frozenset[int]:
    if first is None or last is None:
        return frozenset(range(7))
    begin, end = DAYS.index(first), DAYS.index(last)
    return frozenset(day % 7 for day in range(begin, end + 1 if end >= begin else end + 8))


def _as_text(value: Any) -> Any:
    if isinstance(value, int):
        raise ValueError(f"{value} is how YAML reads a clock time without quotes: {_MISTAKE}")  # noqa: TRY004 pydantic's way
    return value


def _is_shift(value: str) -> str:
    parse_shift(value)
    return value


ShiftText = Annotated[str, BeforeValidator(_as_text), AfterValidator(_is_shift)]


class Person(Record):
    """Somebody who can answer for us: how they are reached, what they write in, when they are on duty."""

    name: str = Field(min_length=1, max_length=100)
    receivers: tuple[str, ...] = Field(
        default=(), description="names of the receivers that reach this person"
    )
    languages: tuple[OurLanguage, ...] = Field(default=(), description="in which they can answer the public")
    on_duty: tuple[ShiftText, ...] = Field(
        default=(), description="days and hours, local: mon-fri 08:00-16:00; none: always"
    )

    def is_on_duty(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether they are on duty at `now`; without shifts, always."""
        local = now.astimezone(zone)
        return not self.on_duty or any(parse_shift(text).covers(local) for text in self.on_duty)


def on_duty(roster: Sequence[Person], now: datetime, zone: ZoneInfo) -> tuple[Person, ...]:
    """Those of the roster who are on duty now."""
    return tuple(person for person in roster if person.is_on_duty(now, zone))


def uncovered_hours(roster: Sequence[Person]) -> tuple[int, ...]:
    """Hours of the week (0 is Monday's first) in which, at some minute, nobody is on duty."""
    if any(not person.on_duty for person in roster):
        return ()
    covered = bytearray(7 * 1440)
    for shift in (parse_shift(text) for person in roster for text in person.on_duty):
        for day in shift.days:
            for minute in range(day * 1440 + shift.start, day * 1440 + shift.end):
                covered[minute % len(covered)] = 1
    return tuple(hour for hour in range(168) if not all(covered[hour * 60 : hour * 60 + 60]))
