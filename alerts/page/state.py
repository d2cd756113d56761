"""What a page knows of its own data."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from pydantic import Field

from streams.records import Count, Record

FRESH: Final = timedelta(hours=1)  # so long a stretch that was not seen is counted


class DataState(Record):
    """How well we see: feeds that deliver, how far behind they are, and stretches that were not seen."""

    feeds_alive: Count
    feeds_total: Count
    lag_seconds: float | None = Field(
        default=None, ge=0, description="of the slowest live feed; None: unknown"
    )
    gaps: Count = 0
    accuracy: dict[str, float] = Field(
        default_factory=dict, description="how often the sentiment labels are right (0-1), by language"
    )
