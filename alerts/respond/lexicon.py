"""Word forms that tell situations, found in one pass over a text, whatever the case and punctuation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

import ahocorasick

from alerts.organisation import LANGUAGES
from alerts.respond.bundled import bundled_yaml
from streams.errors import BrokenState

_TOKEN: Final = re.compile(r"[^\W_]+(?:[-'’:][^\W_]+)*")


def tokens(text: str) -> list[str]:
    """The words of a text, casefolded, in composed form."""
    return _TOKEN.findall(unicodedata.normalize("NFC", text).casefold())


class Lexicon:
    """Forms by group; a form is a word or phrase, with a star for any continuation of its last word."""

    def __init__(self, forms: dict[str, list[str]]) -> None:
        self._automaton = ahocorasick.Automaton()
        for form, groups in _by_form(forms).items():
            self._automaton.add_word(form, (form, groups))
        self._automaton.make_automaton()

    def find(self, words: Iterable[str]) -> Iterator[tuple[str, str]]:
        """(group, the words as they stand in the text) of each hit in casefolded `words`."""
        line = " " + " ".join(words) + " "
        for end, (form, groups) in self._automaton.iter(line):
            start = end - len(form) + 1
            stop = end if form.endswith(" ") else line.index(" ", end)
            for group in groups:
                yield group, line[start:stop].strip()

    def has(self, word: str) -> bool:
        """Whether any group knows this word."""
        return next(self.find(tokens(word)), None) is not None


def _by_form(forms: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """Search form (" word " or " stem") to the groups that list it."""
    found: dict[str, tuple[str, ...]] = {}
    for group, listed in forms.items():
        for form in listed:
            if not isinstance(form, str):
                raise BrokenState(f"lexicon, {group}: {form!r} is no text; put it in quotes")
            bare = " ".join(form.rstrip("*").casefold().split())
            key = f" {bare}" if form.endswith("*") else f" {bare} "
            found[key] = (*found.get(key, ()), group)
    return found


@cache
def situation_lexicons() -> dict[str, Lexicon]:
    """The situations' words, one lexicon a language."""
    return {language: Lexicon(bundled_yaml("lexicons", f"{language}.yaml")) for language in LANGUAGES}


@cache
def unquotable() -> Lexicon:
    """Words of all three languages that never stand in a public answer."""
    return Lexicon(bundled_yaml("lexicons", "unquotable.yaml"))
