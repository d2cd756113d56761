"""The `sentiment` section of palovahti.yaml."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class SentimentSettings(BaseModel):
    """Which model scores, and how its probabilities are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Path | None = Field(
        default=None,
        description="A model file of `palovahti adapt` or `train-scorer`; null: the bundled one.",
    )
    negative_share: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="Share of negative posts that is usual here (0-1): probabilities are corrected to it. "
        "Null: as in the data the model was calibrated on.",
    )
