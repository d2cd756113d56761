"""Times as people type and read them: in the organisation's zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from streams.errors import PalovahtiError


class BadTime(PalovahtiError):
    """A time that cannot be understood."""


def moment(text: str, zone: ZoneInfo) -> datetime:
    """The instant meant by "2026-11-21", "2026-11-21 14:30" or ISO 8601; without a zone it is local time.

    >>> moment("2026-11-21 14:30", ZoneInfo("Europe/Helsinki")).isoformat()
    '2026-11-21T14:30:00+02:00'
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadTime(f"{text!r} is no time; write it like 2026-11-21 or 2026-11-21T14:30") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def local(at: datetime, zone: ZoneInfo) -> str:
    """Date and time in the zone, to the minute."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
