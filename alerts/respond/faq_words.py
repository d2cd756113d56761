"""What a question is compared by, and where the questions stand in what people write. Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from alerts.respond.bundled import bundled_yaml
from alerts.respond.lexicon import tokens

PIECE: Final = 4
LONGEST_TEXT: Final = 600
LONGEST_QUESTION: Final = 200
_SENTENCE: Final = re.compile(r"[^.!?\n…]+(?:[.!?…]+|\n|$)")
_LINK: Final = re.compile(r"https?://\S+|www\.\S+|[@#]\w+")


def pieces(text: str, language: str) -> list[str]:
    """The four-letter pieces of the words that matter, and the word that asks; [] where only that is there.

    >>> pieces("Milloin paketti tulee?", "fi")
    ['?milloin', '<pak', 'pake', 'aket', 'kett', 'etti', 'tti>', '<tul', 'tule', 'ulee', 'lee>']
    >>> pieces("Miksi?", "fi")
    []
    """
    idle, asking = _idle(language), _asking_words(language)
    found: list[str] = []
    for word in tokens(_LINK.sub(" ", text[:LONGEST_TEXT])):
        if word in asking:
            found.append(f"?{word}")
        elif word not in idle:
            marked = f"<{word[:30]}>"
            found += [marked[at : at + PIECE] for at in range(max(1, len(marked) - PIECE + 1))]
    return found if any(not piece.startswith("?") for piece in found) else []


def questions_in(text: str, language: str) -> list[str]:
    """The sentences of a post that ask something: by their mark, or by a word that asks at their start."""
    asking = _asking(language)
    found = []
    for match in _SENTENCE.finditer(_LINK.sub(" ", text[:LONGEST_TEXT])):
        sentence = " ".join(match[0].split())[:LONGEST_QUESTION]
        if pieces(sentence, language) and ("?" in sentence or asking.match(sentence)):
            found.append(sentence)
    return found


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    return bundled_yaml("faq_words.yaml")


@cache
def _idle(language: str) -> frozenset[str]:
    return frozenset(map(str, _words().get(language, {}).get("idle", [])))


@cache
def _asking_words(language: str) -> frozenset[str]:
    return frozenset(map(str, _words().get(language, {}).get("asking", [])))


@cache
def _asking(language: str) -> re.Pattern[str]:
    """Words that begin a question; in Finnish also a first word that ends in -ko or -kö."""
    words = "|".join(map(re.escape, sorted(_asking_words(language)))) or "(?!)"
    suffix = r"|[^\W\d_]{2,}k[oö]" if language == "fi" else ""
    return re.compile(rf"\s*(?:{words}{suffix})\b", re.IGNORECASE)
