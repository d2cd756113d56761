"""Clock times as the organisation's people read them, summer time included. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from alerts.page import forms
from alerts.web.language import Texts

_DAY = {"fi": "ccc d.M.", "sv": "ccc d.M", "en": "ccc d MMM"}
_DAY_OF_YEAR = {"fi": "d.M.y", "sv": "d.M.y", "en": "d MMM y"}


class LocalTime:
    """Writes times of one zone in one language."""

    def __init__(self, zone: ZoneInfo, texts: Texts) -> None:
        self.zone = zone
        self._texts = texts

    def clock(self, at: datetime) -> str:
        """Hour and minute; in the hour that comes twice in autumn, with the offset that tells them apart."""
        local = at.astimezone(self.zone)
        text = forms.clock(at, self.zone, self._texts.language)
        return f"{text} {_offset(local)}" if _comes_twice(local) else text

    def day(self, at: datetime, now: datetime) -> str:
        """The day: with its weekday, or with its year when it was not this one."""
        local = at.astimezone(self.zone)
        near = local.year == now.astimezone(self.zone).year
        pattern = (_DAY if near else _DAY_OF_YEAR)[self._texts.language]
        return str(format_date(local.date(), pattern, locale=self._texts.locale))

    def moment(self, at: datetime, now: datetime) -> str:
        """The clock time, with the day unless it was today."""
        if at.astimezone(self.zone).date() == now.astimezone(self.zone).date():
            return self.clock(at)
        return self._texts("time.day_and_clock", day=self.day(at, now), clock=self.clock(at))

    def span(self, length: timedelta) -> str:
        """A length of time in its two largest units."""
        return forms.age(max(0, int(length.total_seconds() // 60)), self._texts.language)

    def iso(self, at: datetime) -> str:
        """For machines: the local time with its offset."""
        return at.astimezone(self.zone).isoformat(timespec="seconds")


def next_morning(now: datetime, zone: ZoneInfo, hour: int = 8) -> datetime:
    """The next time that the clock on the wall shows `hour`."""
    local = now.astimezone(zone)
    today = local.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    return today if today > local else (today + timedelta(days=1))


def _comes_twice(local: datetime) -> bool:
    """Autumn's hour has two offsets, the first greater; in spring's missing hour the first is smaller."""
    first, second = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    return first is not None and second is not None and first > second


def _offset(local: datetime) -> str:
    offset = local.utcoffset() or timedelta()
    hours, rest = divmod(int(abs(offset).total_seconds()) // 60, 60)
    sign = "-" if offset < timedelta() else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")
