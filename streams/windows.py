"""Bucket arithmetic. All windows are half-open, `[start, end)`, and aligned to the epoch in UTC.

A *minute* is the number of whole minutes since 1970; a *slot* is an aligned quarter of an hour; a
*block* is an aligned six hours. Integers, so that nothing rounds.
"""

from __future__ import annotations

from datetime import UTC, datetime

SLOT_MINUTES = 15
HOUR_MINUTES = 60
BLOCK_MINUTES = 360
DAY_MINUTES = 1440
WEEK_HOURS = 168


def minute_of(epoch_s: float) -> int:
    """The minute that holds a time in seconds since 1970.

    >>> minute_of(119.9), minute_of(120)
    (1, 2)
    """
    return int(epoch_s // 60)


def minute_at(at: datetime) -> int:
    """The minute that holds a time."""
    return int(at.timestamp() // 60)


def time_of(minute: int) -> datetime:
    """When a minute begins."""
    return datetime.fromtimestamp(minute * 60, UTC)


def slot_of(minute: int) -> int:
    """The slot that holds a minute."""
    return minute // SLOT_MINUTES
