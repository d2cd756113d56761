"""R24 as the organisation sets it: its form of address, words that it does not use, words that it prefers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

import yaml

from alerts.respond.rules.case import Case, Hit, Hits
from alerts.respond.rules.draft import Draft, Span
from alerts.respond.rules.patterns import Grammar

_INFORMAL: Final = {
    "fi": "sinä|sinun|sinua|sinut|sinulla|sinulle|sinulta|sinuun|sinusta|sä|sun|sua|sulle|sulla|viestisi"
    "|palautteesi|kokemuksesi|tietosi|tilauksesi|asiasi",
    "sv": "du|dig|dej|din|ditt|dina",
}
_FORMAL: Final = {
    "fi": "te|teidän|teidät|teitä|teille|teillä|teiltä|teihin|teissä|teistä",
    "sv": "ni|er|ert|era|eder",
}
_NOT_YOURS: Final = frozenset(
    ["minne", "sinne", "tänne", "tuonne", "jonne", "muuanne", "onne", "kunne", "jokunne", "punne"]
)
"""Finnish words in -nne that say where to, not whose."""
_NOUNS: Final = (
    "tilanne", "rakenne", "luonne", "käänne", "perinne", "liikenne", "asenne", "tunne", "jänne", "rinne",
    "suunne",
)  # fmt: skip
"""Finnish nouns in -nne, and the ends of their compounds."""


def tone(case: Case) -> Hits:
    """What the tone settings ask for; quoted words are other people's."""
    settings, language = case.context.tone, case.language
    for word in settings.forbidden.get(language, ()):  # type: ignore[call-overload]
        yield from (Hit("R24", span, "block", "forbidden") for span in _where(word, case.draft))
    for word, instead in settings.preferred.get(language, {}).items():  # type: ignore[call-overload]
        yield from (Hit("R24", span, "warn", "preferred", instead) for span in _where(word, case.draft))
    if settings.address is not None:
        wrong = _INFORMAL if settings.address == "formal" else _FORMAL
        spans = [*_where(wrong[language], case.draft)] if language in wrong else []
        if settings.address == "informal" and language == "fi":
            spans += _your_endings(case.draft)
        yield from (Hit("R24", span, "warn", settings.address) for span in sorted(spans, key=_place)[:1])


@cache
def tone_texts() -> dict[str, dict[str, Any]]:
    """Why and mend of each way to break the tone, by language."""
    text = resources.files(__package__).joinpath("tone.yaml").read_text(encoding="utf-8")
    texts: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return texts


def _where(pattern: str, draft: Draft) -> Iterator[Span]:
    return (draft.span_of(match) for match in _compiled(pattern.casefold()).finditer(draft.line))


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    return Grammar({}, {}).compiled([pattern])


def _your_endings(draft: Draft) -> list[Span]:
    """Finnish words with the ending of te: viestinne, tietonne."""
    return [
        Span(at, at)
        for at, token in enumerate(draft.tokens)
        if token.kind == "word" and len(token.text) > 5 and token.text.endswith("nne")
        and is_yours(token.text) and at not in draft.quoted
    ]  # fmt: skip


def is_yours(word: str) -> bool:
    """Whether a Finnish word in -nne says whose it is.

    >>> is_yours("viestinne"), is_yours("sinne"), is_yours("häiriötilanne")
    (True, False, False)
    """
    return word not in _NOT_YOURS and not word.endswith(_NOUNS)


def _place(span: Span) -> int:
    return span.first
