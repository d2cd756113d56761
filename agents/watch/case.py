"""A topic's present case: from the first page until it is calm, and the time after it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Case:
    """What was decided about a topic. All times are minutes since 1970."""

    incident: str
    thread: str | None
    onset: int
    opened: int
    severity: int
    peak: float  # negative posts in the highest hour so far
    steps: int = 0  # escalations so far, for their ids
    calm_since: int | None = None
    ended: int | None = None
    cooled: bool = False  # said to cool; it flares up again or ends
    page_floor: float | None = None  # negative posts an hour below which it would not have opened

    @property
    def live(self) -> bool:
        """Not over yet."""
        return self.ended is None

    def covers(self, hour: int) -> bool:
        """Whether an hour belongs to the storm, and so does not tell what is usual; a day at most."""
        start = hour * 60
        if start + 60 <= self.onset or start >= self.opened + 24 * 60:
            return False
        return self.ended is None or start < self.ended

    def dump(self) -> list[object]:
        """As a plain list, in the order of the fields."""
        return [getattr(self, name) for name in self.__slots__]
