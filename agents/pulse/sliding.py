"""Sums of windows that end now, moved along from tick to tick instead of added up anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

FAR = 12  # minutes beyond which adding up anew is quicker

Minutes = Mapping[int, Sequence[int]]


class Sliding:
    """Remembers the sums of the windows that ended at `until`, a minute; 0 while none are known.

    Counts are integers, so what was moved along is what would be added up.
    """

    __slots__ = ("known", "until")

    def __init__(self) -> None:
        self.until = 0
        self.known: list[list[int]] = []

    def forget(self) -> None:
        """Counts before `until` changed."""
        self.until = 0

    def sums(self, minutes: Minutes, now: int, windows: Sequence[int]) -> list[list[int]]:
        """Sums of the counts in the windows of so many minutes, the shortest first, that end at `now`."""
        if not self.until or not 0 <= now - self.until <= FAR:
            self.known = _added_up(minutes, now, windows)
        else:
            for window, known in zip(windows, self.known, strict=True):
                _add(known, minutes, range(self.until, now), 1)
                _add(known, minutes, range(self.until - window, now - window), -1)
        self.until = now
        return [list(known) for known in self.known]


def _add(sums: list[int], minutes: Minutes, span: Iterable[int], sign: int) -> None:
    for minute in span:
        bucket = minutes.get(minute)
        if bucket is not None:
            sums[0] += sign * bucket[0]
            sums[1] += sign * bucket[1]
            sums[2] += sign * bucket[2]
            sums[3] += sign * bucket[3]


def _added_up(minutes: Minutes, now: int, windows: Sequence[int]) -> list[list[int]]:
    sums = [[0, 0, 0, 0] for _ in windows]
    widest = windows[-1]
    span = range(now - widest, now) if widest < len(minutes) else minutes
    for minute in span:
        age = now - minute
        if not 0 < age <= widest or minute not in minutes:
            continue
        bucket = minutes[minute]
        for window, held in zip(windows, sums):  # noqa: B905 - as long as each other, and called often
            if age <= window:
                held[0] += bucket[0]
                held[1] += bucket[1]
                held[2] += bucket[2]
                held[3] += bucket[3]
    return sums
