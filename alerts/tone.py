"""The organisation's tone of voice in public: the form of address, words not to use, words to use instead."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from alerts.languages import OurLanguage
from streams.records import Record

Address = Literal["formal", "informal"]


class Tone(Record):
    """How we speak; what is left out is not checked.

    A word is a row of words as the rules write them: a star stands for any ending (`halpa*`).
    """

    address: Address | None = Field(
        default=None, description="formal: te, ni, and te to many; informal: sinä, du, also to many"
    )
    forbidden: dict[OurLanguage, tuple[str, ...]] = Field(
        default_factory=dict, description="words that no answer may hold, by language"
    )
    preferred: dict[OurLanguage, dict[str, str]] = Field(
        default_factory=dict, description="by language: a word, and what we say instead"
    )

    @field_validator("forbidden", "preferred")
    @classmethod
    def _are_words(cls, value: dict[OurLanguage, object]) -> dict[OurLanguage, object]:
        for words in value.values():
            for word in list(words):  # type: ignore[call-overload]
                if not str(word).strip(" *") or any(mark in str(word) for mark in "{}@^$!/"):
                    raise ValueError(
                        f"{word!r} is no word: write words with single spaces, a star for any ending"
                    )
        return value
