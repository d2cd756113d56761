"""Patterns over words, written as data and compiled once.

A pattern is a row of words with single spaces:

    poistamme          the word itself
    kommen*            a stem with any ending
    pois{we}           a stem with an ending of the class `we` of the same file
    jos|mikäli         one of several
    @sorry             one of a list of the same file (its entries may be patterns themselves)
    ?,  ?todella       may stand there or not
    ..                 up to three further words of the same clause (..5: up to five)
    ...                up to six further words of the same sentence (...9: up to nine)
    ^  $               begin and end of a sentence
    !ännu|ei           none of these within the next four words of the clause
    ... / ...          a second pattern beside the first
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from streams.errors import BrokenState

_GAP: Final = re.compile(r"(\.{2,3})(\d*)")
_CLASS: Final = re.compile(r"\{(\w+)\}")


class Grammar:
    """The ending classes and word lists that the patterns of one language refer to."""

    def __init__(self, classes: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> None:
        self._classes = classes
        self._lists = lists

    def compiled(self, patterns: Sequence[str]) -> re.Pattern[str]:
        """One expression that finds any of `patterns` in a draft's line."""
        return re.compile("(?<= )(?:" + "|".join(self._rows(each) for each in patterns) + ")")

    def _rows(self, patterns: str) -> str:
        return "|".join(self._row(each) for each in patterns.split(" / "))

    def _row(self, pattern: str) -> str:
        return "".join(self._part(part) for part in pattern.split())

    def _part(self, part: str) -> str:
        gap = _GAP.fullmatch(part)
        if gap:
            return self._gap(gap)
        if part in ("^", "$"):
            return r"(?<=\. )" if part == "^" else r"(?=\. )"
        if part.startswith("!") and len(part) > 1:
            return rf"(?!(?:(?![,.] )\S+ ){{0,3}}{self._part(part[1:])})"
        if part.startswith("?") and len(part) > 1:
            return f"(?:{self._part(part[1:])})?"
        return f"(?:{'|'.join(self._word(word) for word in part.split('|'))})"

    @staticmethod
    def _gap(gap: re.Match[str]) -> str:
        within_clause = gap[1] == ".."
        most = gap[2] or ("3" if within_clause else "6")
        return rf"(?:(?!{'[,.]' if within_clause else '[.]'} )\S+ ){{0,{most}}}?"

    def _word(self, word: str) -> str:
        if word.startswith("@"):
            if word[1:] not in self._lists:
                raise BrokenState(f"pattern refers to the list {word}, which is not there")
            return "|".join(self._rows(each) for each in self._lists[word[1:]])
        return self._letters(word) + " "

    def _letters(self, word: str) -> str:
        made, place = "", 0
        for match in _CLASS.finditer(word):
            if match[1] not in self._classes:
                raise BrokenState(f"pattern {word} refers to a class of endings that is not there")
            made += re.escape(word[place : match.start()]) + f"(?:{self._classes[match[1]]})"
            place = match.end()
        return made + re.escape(word[place:]).replace(r"\*", r"\S*")
