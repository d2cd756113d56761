"""A record of `scored` cut where another tick fell due in it: all of a stretch waits for the same ticks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.pulse.sighting import Sighting
from agents.stages.records import Deletion, Ours, Row, Scored

Digests = bytes
"""Digests of mention ids, 32 bits each."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What arrived until its source's clock told `clock` (None: it told nothing new), up to offset `last`.

    The ticks that were due when the first of it arrived are those that were due when the last did.
    """

    clock: float | None
    last: int
    volume: Sequence[tuple[int, Digests]]  # minute, and the mentions published in it
    rows: Sequence[Row]
    deletions: Sequence[Deletion]
    ours: Sequence[Ours]


def stretches(scored: Scored, start: int, cut: int, due: Callable[[float], int]) -> Iterator[Stretch]:
    """The stretches from offset `start` on; none reaches over the offset `cut`.

    `due` tells the tick that is due at a clock.
    """
    begin = max(0, start - scored.first)
    end = scored.last - scored.first + 1
    cuts = [cut - scored.first + 1] if begin <= cut - scored.first < end - 1 else []
    clocks = _clocks(scored, begin, cuts, due)
    bounds = sorted({begin, *clocks, *cuts})
    parts = _Parts(scored, begin)
    for place, upto in zip(bounds, [*bounds[1:], end], strict=True):
        yield parts.until(upto, clocks.get(place))


def _clocks(scored: Scored, begin: int, cuts: list[int], due: Callable[[float], int]) -> dict[int, float]:
    """The last clock of those that follow each other with the same tick due, at the place of the first."""
    found: dict[int, float] = {}
    first, tick = -1, -1
    for place, clock in scored.clocks:
        if place < begin:
            continue
        if due(clock) != tick or any(first < cut <= place for cut in cuts):
            first, tick = place, due(clock)
        found[first] = clock
    return found


class _Parts:
    """Walks through a record once."""

    def __init__(self, scored: Scored, begin: int) -> None:
        self._scored = scored
        self._places = np.frombuffer(scored.places, "<u4")
        self._minutes = np.frombuffer(scored.minutes, "<u4")
        self._digests = np.frombuffer(scored.digests, "<u4")
        self._at = int(np.searchsorted(self._places, begin))
        self._row = _skip(scored.rows, _row_place, 0, begin)
        self._deletion = _skip(scored.deletions, _place, 0, begin)
        self._ours = _skip(scored.ours, _place, 0, begin)

    def until(self, upto: int, clock: float | None) -> Stretch:
        """From where it stands to place `upto`."""
        s = self._scored
        start, self._at = self._at, int(np.searchsorted(self._places, upto))
        row, self._row = self._row, _skip(s.rows, _row_place, self._row, upto)
        deletion, self._deletion = self._deletion, _skip(s.deletions, _place, self._deletion, upto)
        ours, self._ours = self._ours, _skip(s.ours, _place, self._ours, upto)
        return Stretch(
            clock,
            s.first + upto - 1,
            _by_minute(self._minutes[start : self._at], self._digests[start : self._at]),
            s.rows[row : self._row],
            s.deletions[deletion : self._deletion],
            s.ours[ours : self._ours],
        )


def sighting_of(row: Row) -> Sighting:
    """The sighting of a row; msgpack knows no tuples."""
    parts: list[Any] = [tuple(part) if isinstance(part, list) else part for part in row[2:]]
    return Sighting(*parts)


def _by_minute(minutes: Any, digests: Any) -> list[tuple[int, Digests]]:
    if not len(minutes):
        return []
    if minutes[0] == minutes[-1] and (minutes == minutes[0]).all():
        return [(int(minutes[0]), digests.tobytes())]
    return [(int(minute), digests[minutes == minute].tobytes()) for minute in np.unique(minutes)]


def _skip(items: Sequence[Any], place: Callable[[Any], int], start: int, upto: int) -> int:
    """The first index from `start` on whose place is not before `upto`."""
    while start < len(items) and place(items[start]) < upto:
        start += 1
    return start


def _row_place(row: Row) -> int:
    return int(row[0])


def _place(item: Any) -> int:
    return int(item.place)
