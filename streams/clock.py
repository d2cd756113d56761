"""The only reader of time; everything else gets `now` as an argument."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


def elapsed_seconds() -> float:
    """Seconds since some moment, never running backwards: for time budgets, not for the time of day."""
    return time.monotonic()


class Clock(Protocol):
    """Something that knows the present time."""

    def now(self) -> datetime:
        """The present time, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present time, aware, in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is moved: for tests, replays and the demo."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The time it was last moved to."""
        return self._now

    def move_to(self, now: datetime) -> None:
        """Move forward to `now`; a clock never runs backwards, so an earlier time is ignored."""
        self._now = max(self._now, now)

    def advance(self, by: timedelta) -> None:
        """Move forward by `by`."""
        self.move_to(self._now + by)
