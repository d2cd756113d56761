"""Which safety classes a post asserts: harm that was done, not denied, asked, feared or exercised.

    text ──► sentences ──► clauses ──► marks ──► denied? unreal? ──► classes

The rules are plain and few, so that one can say why a post counted: `docs/detection.md` lists them. They miss
irony, harm that is told over two sentences, and everything that the word list does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.safety import CLASSES, Own
from agents.safety.vocabulary import DENIES, OF_PERSON, TO_CHILD, Mark, Vocabulary, joined, vocabulary
from agents.sentiment.negation import breakers

BEFORE, AFTER = 5, 2  # words over which a negation reaches
LOOKED_AT = 2_000  # characters
POSTPOSED = {"ei", "eivät", "inte", "ej", "icke", "no", "nobody", "none"}
SUBORDINATE = {"että", "att", "that"}
_SENTENCES = re.compile(r"(?<=[.!?…])\s+|\n+")
_TOKENS = re.compile(r"[^\W\d_]+(?:['.-][^\W\d_]+)*|[,;:()–—\"”“]")
_BREAKS = frozenset(breakers()) | SUBORDINATE | {
    "kun", "koska", "vaikka", "joka", "jotka", "jonka", "missä", "jossa", "när", "där", "som", "medan",
    "vars", "when", "while", "which", "who", "where", "after",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clause:
    """Some words, and how they hang on what stands before them."""

    words: list[str]
    inherits: bool  # a negation before it holds here, too


def classes_of(text: str, language: str | None, own: Own = ()) -> tuple[str, ...]:
    """The safety classes that a post asserts, in the order of `CLASSES`; nearly always none.

    >>> classes_of("Kaksi matkustajaa loukkaantui junassa", "fi")
    ('injury',)
    >>> classes_of("Kukaan ei loukkaantunut tulipalossa", "fi")
    ('fire',)
    >>> classes_of("No one was hurt, luckily", "en"), classes_of("Was anybody injured?", "en")
    ((), ())
    """
    small = text[:LOOKED_AT].casefold().replace("’", "'")
    words = vocabulary(language, own)
    if not words.may_harm(small):
        return ()
    found = {name for sentence in _SENTENCES.split(small) for name in _asserted(sentence, words)}
    return tuple(name for name in CLASSES if name in found)


def _asserted(sentence: str, known: Vocabulary) -> set[str]:
    if sentence.rstrip("\"”') ").endswith("?"):
        return set()
    clauses = [(clause, known.marks(clause.words)) for clause in _clauses(sentence)]
    labels = {mark.label for _, marks in clauses for mark in marks}
    if "unsaid" in labels:
        return set()
    found, denied = set(), False
    for clause, marks in clauses:
        denied = _denies(marks) or (denied and clause.inherits)
        found |= _harms(clause, marks, denied_before=denied and clause.inherits, child="children" in labels)
    if found and "children" in labels:
        found.add("child")
    return found - {TO_CHILD}


def _clauses(sentence: str) -> Iterator[Clause]:
    """Cut at marks and at words that begin a clause of their own; a short piece after a comma is a list's."""
    words: list[str] = []
    began = ""
    for token in _TOKENS.findall(sentence):
        if token in _BREAKS or not token[0].isalpha():
            yield _clause(words, began)
            words, began = [], token
        else:
            words.append(token)
    yield _clause(words, began)


def _clause(words: list[str], began: str) -> Clause:
    return Clause(words, began in SUBORDINATE or (began == "," and len(words) <= 2))


def _denies(marks: Sequence[Mark]) -> bool:
    labels = {mark.label for mark in marks}
    return DENIES in labels and "idle" not in labels


def _harms(clause: Clause, marks: Sequence[Mark], *, denied_before: bool, child: bool) -> set[str]:
    """The classes whose harm a clause asserts."""
    labels = {mark.label for mark in marks}
    if "unreal" in labels or denied_before:
        return set()
    person = child or "people" in labels
    harms = [m for m in marks if m.label in CLASSES or (m.label == OF_PERSON and person)]
    harms += [m for m in marks if m.label == TO_CHILD and child]
    denials = [m.start for m in marks if m.label == DENIES] if _denies(marks) else []
    return {"injury" if m.label == OF_PERSON else m.label for m in _kept(harms, denials, clause.words)}


def _kept(harms: Sequence[Mark], denials: Sequence[int], words: Sequence[str]) -> Iterator[Mark]:
    """The harms that no negation takes back; one negation takes back the nearest only, or a whole list."""
    denied, spent = False, set[int]()
    for mark, listed in joined(harms, words):
        before = [at for at in denials if mark.start - BEFORE <= at < mark.end and at not in spent]
        after = [at for at in denials if 0 <= at - mark.end < AFTER and words[at] in POSTPOSED]
        denied = bool(before or after) or (listed and denied)
        spent.update(before)
        if not denied:
            yield mark
