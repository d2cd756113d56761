"""Consonant gradation: lakko - lakon, pankki - pankin, and the other way round: liike - liikkeen.

More pairs are made than a dictionary would allow; the surplus words do not exist, so nobody writes them.
"""

from __future__ import annotations

from collections.abc import Callable

VOWELS = "aeiouyäöå"

# What stands before the last vowel in the strong grade, longest first: what it becomes in the weak one.
_WEAKER = (
    ("kk", "k"), ("pp", "p"), ("tt", "t"),
    ("nk", "ng"), ("nt", "nn"), ("mp", "mm"), ("lt", "ll"), ("rt", "rr"), ("ht", "hd"),
    ("lp", "lv"), ("rp", "rv"), ("lk", "l"), ("rk", "r"),
    ("p", "v"), ("t", "d"), ("k", ""),
)  # fmt: skip
_STRONGER = (
    ("ng", "nk"), ("nn", "nt"), ("mm", "mp"), ("ll", "lt"), ("rr", "rt"), ("hd", "ht"),
    ("lv", "lp"), ("rv", "rp"), ("k", "kk"), ("p", "pp"), ("t", "tt"), ("d", "t"), ("v", "p"),
)  # fmt: skip
_SHORTEST = 5  # Alko has no genitive "Alon": names this short keep their single consonant


def weak(stem: str) -> str | None:
    """The weak grade of a stem that ends in consonant and vowel, where there is one."""
    return _changed(stem, _WEAKER, _weakens)


def strong(stem: str) -> str | None:
    """A strong grade that a stem may come from."""
    return _changed(stem, _STRONGER, lambda _old, before, _stem: before[-1] in VOWELS + "nlrm")


def _changed(
    stem: str, pairs: tuple[tuple[str, str], ...], may_change: Callable[[str, str, str], bool]
) -> str | None:
    if len(stem) < 3 or stem[-1] not in VOWELS or stem[-2] in VOWELS:
        return None
    body, vowel = stem[:-1], stem[-1]
    for old, new in pairs:
        if body.endswith(old):
            before = body[: -len(old)]
            return before + new + vowel if before and may_change(old, before, stem) else None
    return None


def _weakens(old: str, before: str, stem: str) -> bool:
    """A single consonant changes after a vowel only, and not in the shortest names."""
    if len(old) == 1 and before[-1] not in VOWELS:
        return False
    doubled = len(old) == 2 and old[0] == old[1]
    return doubled or old[0] in "nmlrh" or len(stem) >= _SHORTEST
