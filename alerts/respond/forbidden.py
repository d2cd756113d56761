"""What no playbook may say: a first set of rules, checked when the files are read."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from alerts.respond.bundled import bundled_yaml

_APOLOGY: Final = {
    "fi": re.compile(r"\banteeksi\b"),
    "sv": re.compile(r"\bursäkt|\bförlåt"),
    "en": re.compile(r"\bapolog|\bwe are sorry\b"),
}


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    rules = bundled_yaml("forbidden.yaml")
    return tuple(
        (re.compile(pattern), f"{rule} {entry['why']}")
        for rule, entry in ((f"({name})", entry) for name, entry in rules.items())
        for pattern in entry[language]
    )


def forbidden(text: str, language: str) -> list[str]:
    """Why `text` may not be said, one sentence a finding; empty when it may.

    >>> forbidden("Pahoittelemme, jos tämä harmitti.", "fi")
    ['(conditional_apology) an apology with a condition is none: say what for, or show concern']
    """
    folded = text.casefold()
    found = [why for pattern, why in _patterns(language) if pattern.search(folded)]
    if apologies(text, language) > 1:
        found.append("(apology) apologises more than once: one is enough")
    return found


def apologies(text: str, language: str) -> int:
    """How many apologies `text` makes; regret and concern are none."""
    return len(_APOLOGY[language].findall(text.casefold()))
