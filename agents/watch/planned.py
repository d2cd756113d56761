"""The calendar of expected peaks: a campaign, a price rise, maintenance.

A peak raises what is expected and the floors by its factor; what exceeds even that pages. Safety words page
all the same. What is usual is learnt as if the peak had been smaller by its factor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from agents.watch.baseline import Expectation
from streams.records import Record
from streams.windows import HOUR_MINUTES, minute_at

AFTERGLOW = 3 * HOUR_MINUTES  # the longest window still holds a peak's mentions so long after its end


class PlannedPeak(Record):
    """An entry of the calendar."""

    topic: str = Field(description="the topic that will be talked about")
    start: datetime = Field(description="when more talk begins; without a zone, in that of the organisation")
    end: datetime = Field(description="when it is over")
    factor: float = Field(default=3.0, gt=1, le=100, description="so many times the usual are expected")
    note: str = Field(default="", max_length=200, description="what is planned, as pages tell it")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            ordered = self.start.replace(tzinfo=None) < self.end.replace(tzinfo=None)
        else:
            ordered = self.start < self.end
        if not ordered:
            raise ValueError(f"ends ({self.end}) before it starts ({self.start}); swap start and end")
        return self


@dataclass(frozen=True, slots=True)
class Peak:
    """A planned peak of one topic in minutes since 1970, `[start, end)`."""

    start: int
    end: int
    factor: float
    note: str = ""


def peaks_of(calendar: Iterable[PlannedPeak], topic: str, zone: ZoneInfo) -> tuple[Peak, ...]:
    """A topic's entries of the calendar, by time."""
    found = [
        Peak(_minute(one.start, zone), _minute(one.end, zone), one.factor, one.note)
        for one in calendar
        if one.topic == topic
    ]
    return tuple(sorted(found, key=lambda p: (p.start, p.end, p.factor, p.note)))


def _minute(moment: datetime, zone: ZoneInfo) -> int:
    return minute_at(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def peak_at(peaks: Iterable[Peak], now: int) -> Peak | None:
    """The largest peak that the windows up to minute `now` can hold; None on ordinary days."""
    near = [p for p in peaks if p.start < now and now - AFTERGLOW < p.end]
    return max(near, key=lambda p: (p.factor, -p.start), default=None)


def factor_of_hour(peaks: Iterable[Peak], hour: int) -> float:
    """How many times the usual is expected on average in an hour since 1970.

    >>> factor_of_hour([Peak(30, 90, 5.0)], 0), factor_of_hour([], 0)
    (3.0, 1.0)
    """
    start = hour * HOUR_MINUTES
    extra = 0.0
    for p in peaks:
        inside = max(0, min(p.end, start + HOUR_MINUTES) - max(p.start, start))
        extra = max(extra, (p.factor - 1) * inside / HOUR_MINUTES)
    return 1 + extra


def raised(expected: Expectation, factor: float) -> Expectation:
    """What is usual when a peak is expected."""
    return expected._replace(exposure=expected.exposure * factor, rate=expected.rate * factor)
