"""What every receiver's section of palovahti.yaml has in common."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from alerts.organisation import OurLanguage
from streams.records import Record


class ReceiverSettings(Record):
    """Who gets pages from which severity on, and in which language. Mistakes never print their input."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str = Field(min_length=1, max_length=64, description="as people call it; also in the metrics")
    language: OurLanguage = "fi"
    min_severity: int = Field(default=1, ge=1, le=5, description="nothing below this goes there")
