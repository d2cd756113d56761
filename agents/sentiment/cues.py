"""Emotion cues for severity: cheap word forms, beside the score and not part of it.

High arousal (anger, fear, disgust) makes people pass a post on, first-person accounts carry more weight
than opinions from afar, and safety words change who must be told. Each is a yes or no a post; what counts
is the share of a thread's posts. Irony, quotation and negation are not seen: "not dangerous" holds a word
of danger.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

AROUSAL = ("anger", "fear", "disgust")
LANGUAGES = ("fi", "sv", "en")
SHORTEST_STEM = 2

_WORDS = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Cues:
    """What the words of one post point to; `safety` are names of classes such as "injury" or "data_leak"."""

    anger: bool
    fear: bool
    disgust: bool
    first_person: bool
    safety: frozenset[str]

    @property
    def aroused(self) -> bool:
        """Whether there is anger, fear or disgust."""
        return self.anger or self.fear or self.disgust


@dataclass(frozen=True, slots=True)
class CueShares:
    """Shares (0-1) of posts with a cue, and the safety classes with the number of posts that name them."""

    arousal: float
    first_person: float
    safety: dict[str, int]


def cues_of(text: str, language: str | None) -> Cues:
    """The cues of a post.

    Where the language is not one of fi, sv, en, the words of all three count, except for first-person words
    that mean something else in another of them ("i" is "in" in Swedish, "en" is "a").
    """
    words = _WORDS.findall(text[:10_000].lower().replace("’", "'"))
    table = _table(language if language in LANGUAGES else None)
    found = {name for word in words for name in _classes(word, table)}
    first_person = "first_person" in found or (language == "fi" and any(map(_finnish_first_person, words)))
    safety = frozenset(name.removeprefix("safety.") for name in found if name.startswith("safety."))
    return Cues("anger" in found, "fear" in found, "disgust" in found, first_person, safety)


def shares(posts: Sequence[Cues]) -> CueShares:
    """The shares over posts; zeros for none."""
    count = max(1, len(posts))
    names = sorted({name for post in posts for name in post.safety})
    return CueShares(
        arousal=sum(post.aroused for post in posts) / count,
        first_person=sum(post.first_person for post in posts) / count,
        safety={name: sum(name in post.safety for post in posts) for name in names},
    )


_NOT_POSSESSIVE = ("iini", "aani", "ooni", "uuni", "ieni", "eeni", "yyni", "tsuni")
_NOT_CONDITIONAL = (
    "taisin",
    "muisin",
    "päivisin",
    "talvisin",
    "kesäisin",
    "öisin",
    "aikaisin",
    "naisin",
    "laisin",
)


def _finnish_first_person(word: str) -> bool:
    """First person by its ending: possessive "-ni", conditional "-isin", "we" by "-mme".

    The past "-in" and present "-n" look like the genitive of nouns; common verbs stand in the word list
    instead.
    """
    if len(word) < 5:
        return False
    if word.endswith("ni"):
        return not word.endswith(_NOT_POSSESSIVE)
    if word.endswith("isin"):
        return not word.endswith(_NOT_CONDITIONAL)
    return word.endswith("mme")


@dataclass(frozen=True, slots=True)
class _Table:
    whole: dict[str, frozenset[str]]
    stems: dict[str, frozenset[str]]
    longest: int


def _classes(word: str, table: _Table) -> set[str]:
    found = set(table.whole.get(word, ()))
    for end in range(SHORTEST_STEM, min(len(word), table.longest) + 1):
        found |= table.stems.get(word[:end], frozenset())
    return found


@cache
def _table(language: str | None) -> _Table:
    whole: dict[str, set[str]] = {}
    stems: dict[str, set[str]] = {}
    for name, entry in _entries(language):
        target = whole if entry.endswith("=") else stems
        target.setdefault(entry.rstrip("="), set()).add(name)
    return _Table(_frozen(whole), _frozen(stems), max(map(len, stems)))


def _entries(language: str | None) -> list[tuple[str, str]]:
    classes = _by_name()
    chosen = (language,) if language else LANGUAGES
    entries = [(name, entry) for name, by in classes.items() for code in chosen for entry in by[code].split()]
    if language:
        return entries
    return [(name, entry) for name, entry in entries if name != "first_person" or entry not in _AMBIGUOUS]


_AMBIGUOUS = frozenset({"i=", "en=", "me=", "min=", "mina=", "vi=", "musta=", "itse=", "us=", "mine=", "im="})


@cache
def _by_name() -> dict[str, dict[str, str]]:
    content: dict[str, Any] = yaml.safe_load(
        (Path(__file__).parent / "cues.yaml").read_text(encoding="utf-8")
    )
    safety = content.pop("safety")
    return content | {f"safety.{name}": by for name, by in safety.items()}


def _frozen(table: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {entry: frozenset(names) for entry, names in table.items()}
