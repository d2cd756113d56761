"""Times as the tables keep them: whole microseconds since 1970, exact both ways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(time: datetime) -> int:
    """An aware time as microseconds.

    >>> micros(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (time - EPOCH) // MICROSECOND


def when(microseconds: int) -> datetime:
    """The time, in UTC, that `micros` was given."""
    return EPOCH + timedelta(microseconds=microseconds)
