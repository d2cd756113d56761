"""Which of the configured languages a text is in.

The language a feed or post states comes first; this guesses where none is stated. Identification runs at
about 25,000 texts a second, slower than scoring, so what is known of a key is remembered and used again. The
pipeline gives the text itself as key, so that no verdict depends on what came before.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from typing import Any

LEAST_LETTERS = 20  # "hei", "bra", "tack" are words of several languages
FEWEST_LETTERS = 6  # below this even a guess says nothing
LONGEST = 400  # characters that are looked at
REMEMBERED = 20_000  # texts, authors or threads
UNKNOWN = "und"  # undetermined, ISO 639-2

_NOT_SPEECH = re.compile(r"https?://\S+|www\.\S+|[@#]\w+|&\w+;")


class LanguageGuesser:
    """Guesses the language of texts among `languages` (ISO 639-1); the model is loaded at the first guess.

    `default` is given to texts with fewer than 20 letters. Without one they are guessed too, unless they are
    so short (fewer than 6 letters) that the first of `languages` is as good.
    """

    def __init__(self, languages: Sequence[str], default: str | None = None) -> None:
        if not languages:
            raise ValueError("at least one language is needed to guess among")
        self.languages = tuple(languages)
        self.default = default
        self._known: OrderedDict[str, str] = OrderedDict()

    def guess(
        self,
        texts: Sequence[str],
        *,
        defaults: Sequence[str | None] | None = None,
        keys: Sequence[str | None] | None = None,
    ) -> list[str]:
        """One language a text, in order; `und` where most letters belong to a script that none of them uses.

        `defaults` are what a short text falls back to (the feed's language), one a text. `keys` (text,
        author or thread) share a verdict: once a long enough text of a key was identified, its other texts
        are not looked at.
        """
        either: Sequence[str | None] = [None] * len(texts)
        rows = zip(texts, defaults or either, keys or either, strict=True)
        return [self._guess(text, default, key) for text, default, key in rows]

    def _guess(self, text: str, default: str | None, key: str | None) -> str:
        known = self._recall(key)
        if known is not None:
            return known
        speech = _NOT_SPEECH.sub(" ", text[:LONGEST])
        letters = [c for c in speech if c.isalpha()]
        if _foreign(letters):
            return UNKNOWN
        if len(letters) < LEAST_LETTERS:
            told = default or self.default
            if told or len(letters) < FEWEST_LETTERS:
                return told or self.languages[0]
            return self._identify(
                speech
            )  # right nineteen times in twenty: better than none, worse than a feed
        return self._remember(key, self._identify(speech))

    def _identify(self, speech: str) -> str:
        if len(self.languages) == 1:
            return self.languages[0]
        return str(self._identifier.classify(speech)[0])

    @cached_property
    def _identifier(self) -> Any:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  5 MB, only where it is needed

        identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
        identifier.set_languages(list(self.languages))
        return identifier

    def _recall(self, key: str | None) -> str | None:
        if key is None or key not in self._known:
            return None
        self._known.move_to_end(key)
        return self._known[key]

    def _remember(self, key: str | None, language: str) -> str:
        if key is not None:
            self._known[key] = language
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return language


def _foreign(letters: list[str]) -> bool:
    """Whether most letters are beyond the Latin script, which all languages we score are written in."""
    beyond = sum(c > "\u024f" for c in letters)
    return beyond > len(letters) / 2
