"""One playbook: what to say in one situation in one language, in slots, and what makes it whole."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from alerts.organisation import OurLanguage
from alerts.respond.situations import SITUATIONS

Slot = Literal[
    "acknowledge", "acknowledge_plain", "empathy", "apology", "known", "unknown", "unknown_rest",
    "action", "who", "instruct", "faq", "next_update", "follow", "private", "closing", "signature",
]  # fmt: skip
ORDER: Final[tuple[Slot, ...]] = (
    "acknowledge", "empathy", "known", "unknown", "action", "who", "instruct", "next_update", "faq", "follow",
    "private", "signature",
)  # fmt: skip
CLOSING: Final[tuple[Slot, ...]] = ("closing", "signature")
FILLED_BY: Final[dict[str, str]] = {
    "who": "who",
    "faq": "faq",
    "acknowledge": "words",
    "known": "facts",
    "next_update": "time",
    "follow": "updates_url",
    "private": "private_channel",
    "signature": "signature",
}
PLACEHOLDER: Final = re.compile(r"\{([a-z_]*)\}")
_BRACE: Final = re.compile(r"[{}]")


class Piece(BaseModel):
    """One slot's words, and a shorter form for narrow channels."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(min_length=1, max_length=600)
    short: str = Field(default="", max_length=300)

    @model_validator(mode="before")
    @classmethod
    def _plain_text(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_line(self) -> Piece:
        if any(ord(letter) < 32 for letter in self.text + self.short):
            raise ValueError("must be one line: remove the line breaks")
        return self


class Playbook(BaseModel):
    """What to say in one situation in one language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    situation: Literal[SITUATIONS]  # type: ignore[valid-type]
    language: OurLanguage
    quote: Literal["top", "matched", "none"] = Field(
        default="top",
        description="critics' words to quote: the thread's top words, only those the lexicon knows, or none",
    )
    order: tuple[Slot, ...] = ORDER
    slots: dict[Slot, Piece]
    next_steps: tuple[str, ...] = ()

    @field_validator("slots")
    @classmethod
    def _placeholders(cls, slots: dict[Slot, Piece]) -> dict[Slot, Piece]:
        for name, piece in slots.items():
            for text in filter(None, (piece.text, piece.short)):
                _check_placeholders(name, text)
        return slots

    @model_validator(mode="after")
    def _complete(self) -> Playbook:
        needed: list[Slot] = ["acknowledge_plain", "action"]
        for name in needed + (["acknowledge"] if self.quote != "none" else []):
            if name not in self.slots:
                raise ValueError(f"slot {name} is missing: an answer names the matter and what is done")
        if not {"acknowledge", "action"} <= set(self.order):
            raise ValueError("order leaves out acknowledge or action: add them")
        if "private" in self.order and self.order.index("private") < self._public_ends():
            raise ValueError("order puts private before acknowledge and action: answer in public first")
        return self

    def _public_ends(self) -> int:
        return max(self.order.index("acknowledge"), self.order.index("action"))


def _check_placeholders(slot: str, text: str) -> None:
    allowed = FILLED_BY.get(slot)
    for name in PLACEHOLDER.findall(text):
        if name != allowed:
            takes = f"only {{{allowed}}} is filled here" if allowed else "nothing is filled here"
            raise ValueError(f"{slot}: {{{name}}} is unknown: {takes}")
    if _BRACE.search(PLACEHOLDER.sub("", text)):
        raise ValueError(f"{slot}: a lone brace: remove it")
    if allowed and f"{{{allowed}}}" not in text:
        raise ValueError(f"{slot}: {{{allowed}}} is missing from {text!r}: add it")
