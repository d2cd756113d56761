"""Who writes: a few who write much and thousands who seldom do, each with a language and a following."""

from __future__ import annotations

import math
from functools import lru_cache

from agents.demo.dice import Dice
from agents.demo.script import Script
from streams.records import Author

FIRST = (
    *("sumuinen", "hiljainen", "vikkela", "pohjoinen", "punainen", "vanha", "uninen", "vihrea", "tuulinen"),
    *("kulkeva", "syksyinen", "iloinen", "laiska", "kirjava", "norea", "kaukainen", "pieni", "karhea"),
    *("sininen", "utelias", "valoisa", "hamara", "reipas", "nuori"),
)
SECOND = (
    *("lokki", "kanto", "saapas", "tuuma", "villasukka", "kuikka", "ruuvi", "mustikka", "harava", "lyhty"),
    *("karahka", "puolukka", "siima", "rasti", "kivi", "pulla", "ahven", "patikka", "hilla", "kuura"),
    *("marja", "tarmo", "vene", "kaisla", "tuohi", "laine"),
)
SHARES = ("fi",) * 14 + ("sv",) * 3 + ("en",) * 3
STRANGERS = 50_000
"""People from here on write only when a story reaches them."""


class People:
    """The people of the script's platforms."""

    def __init__(self, script: Script) -> None:
        self._script = script

    def regular(self, platform: str, language: str, dice: Dice) -> Author | None:
        """Somebody of that language who writes there anyway; None where no author is named."""
        people = self._script.platforms[platform].people
        if not people:
            return None
        return person(platform, of_language(dice.tail(people), language))

    def drawn_in(self, platform: str, language: str, voices: int, dice: Dice) -> Author | None:
        """Somebody whom a story has reached, mostly no regular."""
        if dice.falls(0.15):
            return self.regular(platform, language, dice)
        return person(platform, of_language(STRANGERS + dice.below(voices), language))

    def official(self) -> Author:
        """The company's own account."""
        return Author(handle=self._script.official, official=True)

    def throwaway(self, number: int) -> Author:
        """An account that was made last week."""
        return Author(handle=f"totuus{number * 7919 % 100_000:05d}", followers=number % 4)


def of_language(number: int, language: str) -> int:
    """The nearest number from there on whose owner speaks the language."""
    while SHARES[number * 7 % len(SHARES)] != language:
        number += 1
    return number


@lru_cache(maxsize=50_000)
def person(platform: str, number: int) -> Author:
    """Person `number` of a platform, always the same one."""
    dice = Dice("person", platform, number)
    handle = f"{dice.pick(FIRST)}{dice.pick(SECOND)}{number}"
    follows = platform in ("mastodon", "bluesky")
    return Author(handle=handle, followers=int(math.exp(4.4 + 1.5 * dice.around_zero())) if follows else None)
