"""The words of safety classes, indexed for one language; entries are written as `words.yaml` says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import ahocorasick
import yaml

from agents.safety import CLASSES, Own
from agents.sentiment.negation import negators

LANGUAGES = ("fi", "sv", "en")
BETWEEN = 2  # other words inside an entry of several words
SHORTEST = 2
KNOWN_WORDS = 50_000
OF_PERSON, TO_CHILD, DENIES = "of_person", "to_child", "denies"
GROUPS = (OF_PERSON, TO_CHILD, "people", "children", "unsaid", "unreal", "idle")


@dataclass(frozen=True, slots=True)
class Entry:
    """What to find: the label it gives, and its words, the first of which is in the index."""

    label: str
    rest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A label at the words `[start, end)` of a clause."""

    start: int
    end: int
    label: str


class Vocabulary:
    """Finds labels in a clause: those of `CLASSES`, of `GROUPS`, and `DENIES`."""

    def __init__(self, language: str | None, own: Own = ()) -> None:
        self._whole: dict[str, list[Entry]] = {}
        self._stems: dict[str, list[Entry]] = {}
        self._inside: list[tuple[str, Entry]] = []
        self._known: dict[str, tuple[Entry, ...]] = {}
        self._harm = ahocorasick.Automaton()
        for label, entry in [*_entries(language), *own]:
            self._add(label, entry)
        self._harm.make_automaton()
        self._lengths = {
            two: sorted({len(stem) for stem in stems})
            for two, stems in groupby(sorted(self._stems), lambda stem: stem[:SHORTEST])
            if len(two) == SHORTEST
        }

    def _add(self, label: str, written: str) -> None:
        first, *rest = written.casefold().replace(" ", "_").split("_")
        entry = Entry(label, tuple(rest))
        if first.startswith("*"):
            self._inside.append((first[1:], entry))
        else:
            table = self._whole if first.endswith("=") else self._stems
            table.setdefault(first.rstrip("="), []).append(entry)
        if label in CLASSES or label in (OF_PERSON, TO_CHILD):
            rarest = max((first, *rest), key=len)
            plain = rarest.strip("*=")  # with its length where a word has to begin with it, else with 0
            begins = not rarest.startswith("*") and self._harm.get(plain, len(plain)) > 0
            self._harm.add_word(plain, len(plain) if begins else 0)

    def may_harm(self, text: str) -> bool:
        """Whether a closer look at a text in small letters can find any harm; the quick first answer."""
        return any(
            not length or last < length or not text[last - length].isalpha()
            for last, length in self._harm.iter(text)
        )

    def marks(self, words: Sequence[str]) -> list[Mark]:
        """All labels of a clause, in order of their words."""
        return [mark for start, word in enumerate(words) for mark in self._at(words, start, word)]

    def _at(self, words: Sequence[str], start: int, word: str) -> Iterator[Mark]:
        for entry in self._begun(word):
            end = _end_of(entry.rest, words, start + 1)
            if end is not None:
                yield Mark(start, end, entry.label)

    def _begun(self, word: str) -> tuple[Entry, ...]:
        """The entries that a word may begin; words repeat, so it is remembered."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) >= KNOWN_WORDS:
                self._known.clear()
            found = self._known[word] = tuple(self._looked_up(word))
        return found

    def _looked_up(self, word: str) -> Iterator[Entry]:
        yield from self._whole.get(word, ())
        for length in self._lengths.get(word[:SHORTEST], ()):
            if length <= len(word):
                yield from self._stems.get(word[:length], ())
        yield from (entry for part, entry in self._inside if part in word)


def _end_of(rest: Sequence[str], words: Sequence[str], start: int) -> int | None:
    """Where the words of an entry end, found one after the other; None where one is missing."""
    for part in rest:
        near = range(start, min(start + BETWEEN + 1, len(words)))
        place = next((at for at in near if _fits(part, words[at])), None)
        if place is None:
            return None
        start = place + 1
    return start


def _fits(part: str, word: str) -> bool:
    """Whether a word is as an entry's part asks.

    >>> _fits("skad", "skadades"), _fits("eld=", "eldig"), _fits("*vuo", "tietovuodon")
    (True, False, True)
    """
    if part.startswith("*"):
        return part[1:] in word
    return word == part[:-1] if part.endswith("=") else word.startswith(part)


@cache
def vocabulary(language: str | None, own: Own = ()) -> Vocabulary:
    """The vocabulary of a language, all three where it is none of ours; made once."""
    return Vocabulary(language if language in LANGUAGES else None, own)


def _entries(language: str | None) -> list[tuple[str, str]]:
    content = _content()
    spoken = LANGUAGES if language is None else (language,)
    groups = {**content["harm"], **{name: content[name] for name in GROUPS}, DENIES: content["denying"]}
    if language is None:
        del groups[OF_PERSON]  # "dog" is "died" in Swedish
    found = [
        (label, entry)
        for label, by in groups.items()
        for code in spoken
        for entry in by.get(code, "").split()
    ]
    return found + [(DENIES, f"{word}=") for word in negators()]


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
    )
    return content


def joined(marks: Iterable[Mark], words: Sequence[str]) -> Iterator[tuple[Mark, bool]]:
    """Each mark, and whether it overlaps the one before or stands in one list with it ("dead or injured")."""
    ordered = sorted(marks, key=lambda mark: (mark.start, mark.end))
    if ordered:
        yield ordered[0], False
    for before, mark in pairwise(ordered):
        between = words[before.end : mark.start]
        yield mark, mark.start < before.end or (len(between) == 1 and between[0] in AND)


AND = {"tai", "ja", "sekä", "eller", "och", "or", "and", "nor", "eikä", "taikka"}
