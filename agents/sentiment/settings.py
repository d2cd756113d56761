"""The `sentiment` section of palovahti.yaml."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator


class AccurateSettings(BaseModel):
    """The accurate scorer: a transformer of your own, asked about doubtful texts only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path = Field(description="Folder with model.onnx, tokenizer.json and config.json.")
    band: tuple[float, float] = Field(
        default=(0.15, 0.6), description="Texts whose P(negative) lies between these are asked about again."
    )
    budget_seconds: float = Field(
        default=0.5, gt=0, description="Most time a batch; then the quick answers stand."
    )
    threads: int = Field(default=1, ge=1, le=64, description="Processor threads it may use.")

    @model_validator(mode="after")
    def _band_is_a_range(self) -> AccurateSettings:
        low, high = self.band
        if not 0 <= low < high <= 1:
            raise ValueError("band: two probabilities are needed, the lower first")
        return self


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
    accurate: AccurateSettings | None = Field(
        default=None, description="A second, slower scorer for doubtful texts (extra `onnx`). Null: none."
    )
