"""What may be said: numbers, names and statements that are confirmed, quoted or configured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

from alerts.respond.rules.draft import Token, read

_CLOCK: Final = re.compile(r"(\d{1,2})[.:](\d\d)")
_STEM: Final = 5
_SUPPORT: Final = 0.7
_FEWEST: Final = 2


def number_key(text: str) -> str:
    """A number as all its spellings have it: "1 200" and "1,200" are 1200, "06:40" is 6.40.

    >>> number_key("1,200"), number_key("06:40"), number_key("12.3.")
    ('1200', '6.40', '12.3')
    """
    bare = re.sub(r"[ \u00a0%]", "", text).rstrip(".,:")
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", bare):
        return re.sub(r"\D", "", bare)
    clock = _CLOCK.fullmatch(bare)
    return f"{int(clock[1])}.{clock[2]}" if clock else bare.replace(":", ".").replace(",", ".")


def stem(word: str) -> str:
    """What the forms of a word share, as a rule: its first five letters.

    >>> stem("lajittelukeskuksen") == stem("lajittelukeskus")
    True
    """
    return word[: max(4, min(_STEM, len(word) - 1))]


class Known:
    """The allow-list of one check."""

    def __init__(
        self, language: str, facts: Sequence[str], thread: Sequence[str], configured: Iterable[str]
    ) -> None:
        self.language = language
        self._facts = [read(text).tokens for text in facts]
        self._others = [read(text[:2000]).tokens for text in (*thread, *configured) if text]
        self.is_list = bool(facts or thread)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Every number that stands in a fact, in the thread or in the configuration."""
        held = [token for text in (*self._facts, *self._others) for token in text if token.kind == "number"]
        return frozenset(number_key(token.text) for token in held)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of all words that may be said."""
        return frozenset(stem(token.text) for text in (*self._facts, *self._others) for token in text)

    def names(self, word: str) -> bool:
        """Whether a name stands there in any form."""
        return stem(word.casefold()) in self.stems or stem(word.casefold()[:-1]) in self.stems

    def supports(self, clause: Sequence[Token]) -> bool:
        """Whether one fact says it: most of the clause's words, and all of its numbers."""
        numbers = {number_key(token.text) for token in clause if token.kind == "number"}
        said = {stem(token.text) for token in clause if token.kind == "word" and len(token.text) > 3}
        if len(said) < _FEWEST and not numbers:
            return False
        return any(
            numbers <= counted and (not said or len(said & held) / len(said) >= _SUPPORT)
            for held, counted in self._told
        )

    @cached_property
    def _told(self) -> list[tuple[frozenset[str], frozenset[str]]]:
        """The stems and the numbers of each fact."""
        return [
            (
                frozenset(stem(token.text) for token in fact),
                frozenset(number_key(token.text) for token in fact if token.kind == "number"),
            )
            for fact in self._facts
        ]
