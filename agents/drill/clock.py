"""The drill's clock: stands still while the quiet days are read, then runs, as fast as was asked."""

from __future__ import annotations

from datetime import datetime

from streams.clock import Clock


class DrillClock:
    """Begins at `start` and, once released, runs `speed` times as fast as `wall`."""

    def __init__(self, start: datetime, wall: Clock, speed: float = 1.0) -> None:
        self.start, self.speed = start, speed
        self._wall = wall
        self.released_at: datetime | None = None

    def release(self) -> None:
        """Let it run from now on."""
        self.released_at = self.released_at or self._wall.now()

    def now(self) -> datetime:
        """The drill's time."""
        if self.released_at is None:
            return self.start
        return self.start + (self._wall.now() - self.released_at) * self.speed
