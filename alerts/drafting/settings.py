"""The `drafting` section: which model may write a second draft, and how much it may be asked."""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator

from alerts.notifiers.addresses import check_url
from streams.records import Record


class DraftingSettings(Record):
    """An endpoint that speaks OpenAI's chat completions protocol; without `url` nothing is ever asked."""

    allow_private: bool = Field(
        default=False, description="allow addresses inside the own network (a model of your own), and http"
    )
    url: str | None = Field(
        default=None, description="base address, e.g. https://llm.example.org/v1; null: off"
    )
    model: str = Field(default="", max_length=200, description="the model's name, as the endpoint knows it")
    key: SecretStr | None = Field(default=None, description="sent as a bearer token")
    timeout_seconds: float = Field(default=30.0, gt=0, le=300)
    calls_a_day: int = Field(default=50, ge=1, description="questions in 24 hours, over all incidents")
    answer_tokens: int = Field(default=500, ge=50, le=4000, description="longest answer, in tokens")

    @field_validator("url")
    @classmethod
    def _reachable(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value:
            check_url(value, allow_private=bool(info.data.get("allow_private")))
        return value or None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.url and not self.model.strip():
            raise ValueError("drafting.model is missing; name the model that the endpoint is to use")
        return self

    @property
    def endpoint(self) -> str:
        """Where questions go."""
        return f"{(self.url or '').rstrip('/')}/chat/completions"
