"""What a mention wants: to ask, to propose, to praise; and whether it speaks for us. By word forms, pure.

Word lists of Finnish, Swedish and English with their inflections (`words/`), plus the question mark. A post
may be several at once. Praise and support must not be negative: irony is what word lists hear last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

import yaml

from alerts.languages import LANGUAGES
from alerts.respond.lexicon import Lexicon, tokens

Kind = Literal["ask", "idea", "praise"]
KINDS: Final[tuple[Kind, ...]] = ("ask", "idea", "praise")
NEGATIVE_FROM: Final = 0.5
LONGEST: Final = 4000
_LINK: Final = re.compile(r"\S*(?:://|www\.)\S*")
_ASKED: Final = re.compile(r"[^\W\d_]\s*\?")


def kinds_of(text: str, language: str | None, negativity: float) -> frozenset[Kind]:
    """What a post wants; empty for most. A text of another language is read in all three.

    >>> sorted(kinds_of("Voisitteko lisätä tumman teeman?", "fi", 0.2))
    ['ask', 'idea']
    >>> sorted(kinds_of("Kiitos nopeasta avusta!", "fi", 0.1)), sorted(kinds_of("Kiitos vaan", "fi", 0.2))
    (['praise'], [])
    """
    shown = _LINK.sub(" ", text[:LONGEST])
    found = _groups(shown, language)
    if _ASKED.search(shown):
        found |= {"ask"}
    if negativity >= NEGATIVE_FROM:
        found -= {"praise"}
    return frozenset(kind for kind in KINDS if kind in found)


def speaks_for_us(text: str, language: str | None, negativity: float) -> bool:
    """Whether a post defends or praises us.

    >>> speaks_for_us("Mulla toimii ihan hyvin, antakaa heille aikaa", "fi", 0.3)
    True
    """
    found = _groups(_LINK.sub(" ", text[:LONGEST]), language)
    return negativity < NEGATIVE_FROM and bool(found & {"support", "praise"})


def _groups(text: str, language: str | None) -> set[str]:
    """The groups of which a form stands in the text and no exception does."""
    words = tokens(text.replace("’", "'"))
    found: set[str] = set()
    for code in (language,) if language in LANGUAGES else LANGUAGES:
        hits = {group for group, _ in _lexicon(str(code)).find(words)}
        found |= {group for group in hits if not group.startswith("not_") and f"not_{group}" not in hits}
    return found


@cache
def _lexicon(language: str) -> Lexicon:
    return Lexicon(_forms(language))


def _forms(language: str) -> dict[str, list[str]]:
    text = resources.files(__package__).joinpath("words", f"{language}.yaml").read_text(encoding="utf-8")
    forms: dict[str, Any] = yaml.safe_load(text)
    return {group: _listed(listed) for group, listed in forms.items()}


def _listed(listed: Iterable[object]) -> list[str]:
    return [str(form) for form in listed]
