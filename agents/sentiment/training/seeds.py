"""Training rows made from seeds.yaml: moods of single words, of emoji, and of whole sentences."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from agents.sentiment.scorer import Label
from agents.sentiment.training.rows import Row

DATASET = "seeds"
SURE, UNSURE = 0.95, 0.02  # soft labels of a word with a mood: its own mood, and the other
NEGATIONS_A_WORD = 3
# What a negation leaves of a mood, as soft labels (negative, positive): "not good" is blame, "not bad" is
# mild praise.
NEGATED_GOOD, NEGATED_BAD = (0.9, 0.03), (0.08, 0.6)
STRONG, MILD = 0.98, 0.5  # soft label of a word's mood behind "very" and behind "a little"


def seed_rows() -> list[Row]:
    """All rows, in the order of the file."""
    return [*_words(), *_emoji(), *_sentences()]


def _words() -> Iterator[Row]:
    for language, moods in _content()["words"].items():
        negations = _content()["negations"][language]
        for mood, words in moods.items():
            for place, word in enumerate(part.strip() for part in words.split(",")):
                yield _row(language, word, mood)
                if " " not in word:
                    yield from _negated(language, word, mood, negations, place)
                    yield from _by_degree(language, word, mood, place)


def _negated(language: str, word: str, mood: Label, negations: list[str], place: int) -> Iterator[Row]:
    """The word behind some of the negations, each negation as often as any other."""
    soft = NEGATED_BAD if mood == "neg" else NEGATED_GOOD
    label: Label = "pos" if mood == "neg" else "neg"
    for turn in range(NEGATIONS_A_WORD):
        negation = negations[(place * NEGATIONS_A_WORD + turn) % len(negations)]
        yield Row(DATASET, language, f"{negation} {word}", label, *soft)


def _by_degree(language: str, word: str, mood: Label, place: int) -> Iterator[Row]:
    """The word behind one strong and one mild adverb, each adverb in its turn."""
    for degree, share in (("strong", STRONG), ("mild", MILD)):
        adverbs = _content()["degrees"][language][degree]
        soft = (share, UNSURE) if mood == "neg" else (UNSURE, share)
        yield Row(DATASET, language, f"{adverbs[place % len(adverbs)]} {word}", mood, *soft)


def _emoji() -> Iterator[Row]:
    for mood, signs in _content()["emoji"].items():
        for sign in signs.split():
            yield _row("any", sign, mood)
            yield _row("any", f"{sign} {sign}", mood)


def _sentences() -> Iterator[Row]:
    for language, moods in _content()["sentences"].items():
        for mood, sentences in moods.items():
            for sentence in sentences:
                yield _row(language, sentence, mood)


def _row(language: str, text: str, mood: Label) -> Row:
    soft = {"neg": (SURE, UNSURE), "pos": (UNSURE, SURE), "neu": (UNSURE, UNSURE)}[mood]
    return Row(DATASET, language, text, mood, *soft)


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("seeds.yaml").read_text(encoding="utf-8")
    )
    return content
