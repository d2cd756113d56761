"""What may be set about safety words, for all topics and for one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from agents.safety import Own
from streams.records import Record

SafetyClass = Literal["injury", "fire", "poison", "data_leak", "child"]
Entry = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100, pattern=r"^\*?[^\W\d_]")
]


class SafetySettings(Record):
    """When safety words page, whatever the rates are."""

    authors: int = Field(
        default=2, ge=2, le=100, description="independent authors who must assert the same harm"
    )
    within_hours: int = Field(default=24, ge=1, le=168, description="of each other")
    quiet_hours: int = Field(
        default=24, ge=1, le=168, description="nobody speaks of a harm that paged, before it may page again"
    )
    classes: tuple[SafetyClass, ...] = Field(
        default=("injury", "fire", "poison", "data_leak", "child"),
        description="of harm that page; none of them: `[]`",
    )


class TopicSafety(BaseModel):
    """What is different for one topic: a hospital's posts tell of injuries every day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    without: tuple[SafetyClass, ...] = Field(default=(), description="classes that do not page here")
    words: dict[SafetyClass, tuple[Entry, ...]] = Field(
        default_factory=dict, description="further words by class, written as in agents/safety/words.yaml"
    )

    @property
    def own(self) -> Own:
        """The further words as the reader takes them."""
        return tuple((name, entry) for name, entries in sorted(self.words.items()) for entry in entries)
