"""The words of a page in Finnish, Swedish and English, looked up by name."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, Final

import yaml
from babel import Locale

from alerts.incidents import Suggestion
from alerts.organisation import LANGUAGES

_LOCALES: Final = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}


def language_of(language: str) -> str:
    """`language` when it is one of ours; English for a reader of another."""
    return language if language in LANGUAGES else "en"


@cache
def locale(language: str) -> Locale:
    """How Finland writes numbers and dates in `language` (English: as in Britain)."""
    return Locale.parse(_LOCALES[language_of(language)])


@cache
def table() -> dict[str, Any]:
    """The whole word list, as written in words.yaml."""
    text = resources.files(__package__).joinpath("words.yaml").read_text(encoding="utf-8")
    words: dict[str, Any] = yaml.safe_load(text)
    return words


def say(name: str, language: str, **slots: object) -> str:
    """The words under `name` ("page.title"), with their slots filled; KeyError for a name that is not there.

    >>> say("state.open", "fi")
    'avoin'
    """
    entry: Any = table()
    for part in name.split("."):
        entry = entry[part]
    text: str = entry[language_of(language)]
    return text.format(**slots) if slots else text


def say_or_plain(group: str, key: str, language: str) -> str:
    """As `say`, but an unknown key is shown with blanks for underscores: a new code never breaks a page."""
    if key in table()[group]:
        return say(f"{group}.{key}", language)
    return key.replace("_", " ")


def counted(name: str, number: float, shown: str, language: str) -> str:
    """`shown` with its noun in the form that `number` takes: "1 post", "2 posts"."""
    form = "one" if str(locale(language).plural_form(number)) == "one" else "other"
    return say(f"count.{name}.{form}", language, n=shown)


def watch_reason(suggestion: Suggestion, language: str) -> str:
    """Why not to answer yet, in the reader's language; without a code, the suggestion's own words."""
    if suggestion.reason in table()["watch"]:
        return say(f"watch.{suggestion.reason}", language)
    return suggestion.why
