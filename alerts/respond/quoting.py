"""The critics' own words, as far as they may stand in a public answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from alerts.neutral import word
from alerts.respond.lexicon import tokens, unquotable
from alerts.respond.recognise import MOST_LETTERS, Recognition, people
from alerts.store.store import StoredMention

MOST_WORDS: Final = 2
_QUOTES: Final = {"fi": ("”", "”"), "sv": ("”", "”"), "en": ("“", "”")}
_WORD: Final = re.compile(r"[^\W\d_]{3,}(?:-[^\W\d_]+)*")
_HANDLE: Final = re.compile(r"@([\w.]+)")
_LONGEST_PHRASE: Final = 24


def quotable(
    mode: str,
    top_words: Sequence[str],
    recognition: Recognition,
    mentions: Sequence[StoredMention],
    *,
    topic: str,
) -> tuple[str, ...]:
    """At most two words or short phrases to quote: no abuse, names, numbers, links, nor the topic itself.

    What the lexicon knows of the situation comes first, since it names the matter. `mode` "top" goes on with
    the thread's top words; "matched" does not, so that a person's name cannot slip in where it would hurt;
    "none" quotes nothing.
    """
    if mode == "none":
        return ()
    known = sorted(
        recognition.words, key=lambda one: one not in top_words
    )  # those that most people use first
    candidates = [*known, *(top_words[:20] if mode == "top" else ())]
    names = _names(mentions) | set(tokens(topic))
    chosen: list[str] = []
    for candidate in candidates:
        quoted = _safe(candidate, names, topic)
        if quoted and not any(quoted in other or other in quoted for other in chosen):
            chosen.append(quoted)
    return tuple(chosen[:MOST_WORDS])


def quoted(words: Iterable[str], language: str) -> str:
    """The words in the language's own quotation marks, with commas between."""
    opening, closing = _QUOTES[language]
    return ", ".join(f"{opening}{one}{closing}" for one in words)


def shown(words: Iterable[str]) -> tuple[str, ...]:
    """Words of strangers that are safe to show to our own people; the rest is left out."""
    return tuple(one for one in words if len(one) <= 40 and all(word(part) for part in one.split()))


def _safe(candidate: str, names: set[str], topic: str) -> str | None:
    parts = [word(part) for part in candidate[:100].split()]
    if not 1 <= len(parts) <= 3 or not all(part and _plain_word(part) for part in parts):
        return None
    phrase = " ".join(part for part in parts if part).casefold()
    if not 3 <= len(phrase) <= _LONGEST_PHRASE or names & set(phrase.split()):
        return None
    if unquotable().has(phrase) or (len(topic) >= 3 and phrase.startswith(topic.casefold())):
        return None
    return phrase


def _plain_word(part: str) -> bool:
    return bool(_WORD.fullmatch(part)) or part.casefold() in {"ei", "är", "is", "no", "i"}


def _names(mentions: Sequence[StoredMention]) -> set[str]:
    """Words that people write with a capital inside sentences more often than without, and handles."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    handles: set[str] = set()
    for mention in people(mentions):
        text = mention.text[:MOST_LETTERS]
        handles.update(handle.casefold() for handle in _HANDLE.findall(text))
        for match in _WORD.finditer(text):
            if not match[0][0].isupper():
                small[match[0].casefold()] += 1
            elif not match[0].isupper() and _inside_sentence(text, match.start()):
                capital[match[0].casefold()] += 1
    return handles | {name for name, times in capital.items() if times > small[name]}


def _inside_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \"'(”“")
    return bool(before) and (before[-1].isalnum() or before[-1] in ",;:@")
