"""Which language a reader gets, and the page's words in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from alerts.organisation import LANGUAGES
from alerts.page import forms
from alerts.page.words import locale

NAMES: Final[Mapping[str, str]] = {"fi": "Suomi", "sv": "Svenska", "en": "English"}
_RANGE: Final = re.compile(r"^\s*([a-z]{2,3})(?:-[a-z0-9-]+)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*$")


def choose_language(asked: str | None, remembered: str | None, accept: str, otherwise: str) -> str:
    """The reader's language: as asked, else as remembered, else as the browser prefers, else `otherwise`.

    >>> choose_language(None, None, "sv-FI,sv;q=0.9,en;q=0.5", "fi")
    'sv'
    """
    for wish in (asked, remembered, *_preferences(accept)):
        if wish in LANGUAGES:
            return str(wish)
    return otherwise


def _preferences(accept: str) -> list[str]:
    """Languages of an Accept-Language header, the dearest first; nonsense is passed over."""
    found: list[tuple[float, str]] = []
    for part in accept.lower()[:500].split(","):
        match = _RANGE.match(part)
        if match and (quality := float(match[2] or 1)) > 0:
            found.append((-quality, match[1]))
    return [language for _, language in sorted(found, key=lambda pair: pair[0])]


@cache
def catalog(language: str) -> Mapping[str, str]:
    """Every text of the pages in `language`, by dotted key."""
    source = resources.files("alerts.web") / "texts" / f"{language}.yaml"
    return dict(_flat(yaml.safe_load(source.read_text(encoding="utf-8"))))


def _flat(tree: Mapping[Any, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in tree.items():
        name = f"{prefix}{key}"
        pairs += _flat(value, f"{name}.") if isinstance(value, dict) else [(name, str(value))]
    return pairs


class Texts:
    """The pages' words and plurals in one language; call it with a key."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = locale(language)
        self._catalog = catalog(language)

    def __call__(self, key: str, **values: object) -> str:
        """The text of `key` with its places filled; a missing key is our mistake and raises."""
        return self._catalog[key].format_map(values)

    def known(self, key: str, otherwise: str) -> str:
        """The text of `key` where there is one, else `otherwise`: for words that come from elsewhere."""
        return self._catalog.get(key, otherwise)

    def language_name(self, code: str) -> str:
        """A language by its name in this one; an unknown code stays a code."""
        return str(self.locale.languages.get(code, code))

    def count(self, key: str, n: int) -> str:
        """The text of `key.one` or `key.other` for `n` things, with the number written out."""
        form = "one" if self.locale.plural_form(n) == "one" else "other"
        return self(f"{key}.{form}", n=forms.whole(n, self.language))
