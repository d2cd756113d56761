"""The whole stream's volume: the exposure against which every topic is measured.

When everybody is asleep, or a feed is down, all topics fall together; what a topic does beyond that is
its own. This works from the first hour, before any rhythm has been learnt.
"""

from __future__ import annotations

from streams.statistics.season import Season
from streams.windows import HOUR_MINUTES

KEPT_HOURS = 24 * 120
STEADY = 20.0  # so many other mentions an hour before the exposure is believed
USUAL_SHARE = 0.3  # negative, where nothing else is told
KEEP = 0.5 ** (1 / 72)  # half-life of the level: three days


class Volume:
    """Mentions of the whole stream: by minute while open, by hour once closed, and their usual level."""

    __slots__ = (
        "closed", "hours", "latest", "level_hours", "level_sum", "minutes", "rhythms", "season", "seen",
        "share",
    )  # fmt: skip

    def __init__(self, share: float = USUAL_SHARE) -> None:
        """`share`: the negative share that a topic without history is taken to have.

        It is told and not learnt from other topics: which topics are decided together must not matter.
        """
        self.share = share
        self.minutes: dict[int, int] = {}
        self.hours: dict[int, int] = {}
        self.closed: int | None = None  # the first hour that is still open
        self.season = Season()
        self.rhythms: dict[int, tuple[float, float]] = {}  # the season's factors, kept until it learns
        self.level_sum = self.level_hours = 0.0
        self.seen: dict[int, set[int]] = {}
        self.latest: tuple[int, int] | None = None  # the last hour that was asked for, for the next topic

    def add(self, minute: int, count: int = 1) -> None:
        """Count mentions of a minute."""
        self.minutes[minute] = self.minutes.get(minute, 0) + count
        self.latest = None
        if self.closed is None or (not self.hours and minute < self.closed * HOUR_MINUTES):
            self.closed = minute // HOUR_MINUTES

    def last_hour(self, now: int) -> int:
        """Mentions in the 60 minutes before `now`."""
        if self.latest is None or self.latest[0] != now:
            self.latest = now, sum([self.minutes.get(m, 0) for m in range(now - HOUR_MINUTES, now)])
        return self.latest[1]

    def usual(self, hour: int) -> float:
        """Mentions usual in this hour since 1970; 0 before anything is known."""
        if not self.level_hours:
            return 0.0
        day, week = self.rhythm(hour)
        return self.level_sum / self.level_hours * day * week

    def rhythm(self, hour: int) -> tuple[float, float]:
        """The stream's factors of an hour since 1970."""
        factors = self.rhythms.get(hour)
        if factors is None:
            factors = self.rhythms[hour] = self.season.factors(hour)
        return factors

    def close(self, until: int) -> None:
        """Learn all hours before `until`."""
        if self.closed is None:
            return
        for hour in range(self.closed, until):
            start = hour * HOUR_MINUTES
            self._learn(hour, sum(self.minutes.get(m, 0) for m in range(start, start + HOUR_MINUTES)))
            for minute in range(start - HOUR_MINUTES, start):  # the last hour may still be asked for
                self.minutes.pop(minute, None)
            self.hours.pop(hour - KEPT_HOURS, None)
        self.closed = max(self.closed, until)

    def _learn(self, hour: int, count: int) -> None:
        self.hours[hour] = count
        usual = self.usual(hour)
        learnt = min(count, 4 * usual + STEADY) if self.level_hours > 24 else count
        factor = self.season.factor(hour)
        level = self.level_sum / self.level_hours if self.level_hours else float(learnt)
        self.season.update(hour, learnt, level)
        self.rhythms.clear()
        self.level_sum = self.level_sum * KEEP + learnt
        self.level_hours = self.level_hours * KEEP + factor

    def residual(self, count: float, usual: float) -> float:
        """How much more than usual goes on elsewhere, given what others wrote and usually write in an hour.

        Shrunk to 1 while there is little else, and bounded, so that a small stream is not thrown about.
        """
        return min(3.0, max(0.2, (max(0.0, count) + STEADY) / (max(0.0, usual) + STEADY)))

    def dump(self) -> list[object]:
        """As a plain list."""
        return [
            self.minutes, self.hours, self.closed, self.season.dump(), self.level_sum, self.level_hours,
            {slot: sorted(ids) for slot, ids in self.seen.items()},
        ]  # fmt: skip

    @classmethod
    def load(cls, parts: list[object], share: float) -> Volume:
        """The inverse of `dump`; `share` is told anew."""
        volume = cls(share)
        (volume.minutes, volume.hours, volume.closed, season, volume.level_sum, volume.level_hours,
         seen) = parts  # type: ignore[assignment]  # fmt: skip
        volume.season = Season.load(season)  # type: ignore[arg-type]
        volume.seen = {slot: set(ids) for slot, ids in seen.items()}  # type: ignore[attr-defined]
        return volume
