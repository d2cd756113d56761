"""One plain form for all spellings of a text, for a whole batch of texts at once.

Letters become small and lose their accents, except å, ä and ö: they tell Finnish words apart ("lähti" is not
"Lahti"; the other way round, a term with ä is looked for with a as well). Compatibility forms (full width,
mathematical, ligatures) become plain letters, soft hyphens and invisible marks vanish, an apostrophe inside
a word vanishes, a hyphen stays inside a word only, and everything else is a space. Positions in `text` and
`raw` are the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

SEPARATOR = "\x1e"  # between two texts of a batch; in a text it is a space
LAST = 0x1FFFF  # beyond it stand rare ideographs and private characters: spaces for us
SPACE = 0x20
HYPHEN, APOSTROPHE, DROP, RESHAPE = 0xFFF0, 0xFFF1, 0xFFF2, 0xFFF3  # marks that need a second look
HYPHENS = "-‐‑_﹣-"
APOSTROPHES = "'’ʼ`´′＇"
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff" + "".join(map(chr, range(0x202A, 0x202F)))
NORDIC = {"æ": "ä", "ø": "ö"}
KEPT = "åäö"
RESHAPING = "\u0308\u030a"  # the two dots and the ring that make ä, ö and å out of a and o

Codes = NDArray[np.uint32]
Marks = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Folded:
    """A batch of texts in one string: folded and as written, at the same positions.

    ends: where each text ends, ascending. Every text stands between spaces in `text`.
    """

    text: str
    raw: str
    ends: list[int]


def fold(texts: Sequence[str]) -> Folded:
    """The batch in its plain form; any text is accepted, lone surrogates and NUL too."""
    joined = SEPARATOR + SEPARATOR.join(texts) + SEPARATOR
    if joined.count(SEPARATOR) != len(texts) + 1:
        return fold([text.replace(SEPARATOR, " ") for text in texts])
    codes, plain = _plain(joined)
    marks = np.flatnonzero(plain >= HYPHEN)
    if (plain[marks] == RESHAPE).any():
        codes, plain = _plain(_reshaped(joined))
        marks = np.flatnonzero(plain >= HYPHEN)
    _settle(plain, marks)
    if (plain[marks] == DROP).any():
        keep = plain != DROP
        codes, plain = codes[keep], plain[keep]
    return Folded(
        text=plain.tobytes().decode("utf-16-le"),
        raw=codes.tobytes().decode("utf-32-le", "surrogatepass"),
        ends=np.flatnonzero(codes == ord(SEPARATOR))[1:].tolist(),
    )


def fold_one(text: str) -> str:
    """The plain form of one text, without the spaces around it."""
    return fold([text]).text.strip()


def _plain(joined: str) -> tuple[Codes, Marks]:
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    return codes, _table()[np.minimum(codes, LAST)]


def _settle(plain: Marks, marks: NDArray[np.intp]) -> None:
    """Decide in place what each hyphen and apostrophe is: within a word, or between words."""
    inside = (plain[marks - 1] != SPACE) & (plain[marks + 1] != SPACE)
    inside &= (plain[marks - 1] < HYPHEN) & (plain[marks + 1] < HYPHEN)
    kinds = plain[marks]
    settled = np.where(kinds == HYPHEN, np.where(inside, ord("-"), SPACE), kinds)
    settled = np.where(kinds == APOSTROPHE, np.where(inside, DROP, SPACE), settled)
    plain[marks] = np.where(kinds == RESHAPE, DROP, settled)


def _reshaped(joined: str) -> str:
    """Composed letters, and ligatures taken apart.

    Pair by pair: normalising a whole text takes quadratic time where somebody piles up thousands of marks.
    """
    composed = _TWO_PARTS.sub(lambda found: unicodedata.normalize("NFC", found[0]), joined)
    return _LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found[0].casefold()), composed)


_TWO_PARTS = re.compile("[aoAO]\u0308|[aA]\u030a")
_LIGATURE = re.compile("[ßẞœŒﬀ-ﬆĳĲ]")


@cache
def _table() -> Marks:
    """What each character becomes: a letter, a digit, a space or one of the marks."""
    table = np.full(LAST + 1, SPACE, np.uint16)
    for code in range(LAST):
        char = chr(code)
        if char.isascii():
            table[code] = ord(char.lower()) if char.isalnum() else SPACE
        else:
            table[code] = _image(char)
    for chars, mark in (
        (HYPHENS, HYPHEN),
        (APOSTROPHES, APOSTROPHE),
        (INVISIBLE, DROP),
        (RESHAPING, RESHAPE),
    ):
        for char in chars:
            table[ord(char)] = mark
    return table


def _image(char: str) -> int:
    """What a character beyond ASCII becomes."""
    category = unicodedata.category(char)
    if category in ("Mn", "Me"):
        return DROP
    if category in ("No", "Cs", "Cn", "Co", "Cc"):
        return SPACE
    if _LIGATURE.match(char):
        return RESHAPE
    plain = unicodedata.normalize("NFKC", char).lower()
    plain = plain[0] if len(plain) > 1 and unicodedata.category(plain[1]) == "Mn" else plain
    if len(plain) != 1 or not plain.isalnum():
        return SPACE
    plain = NORDIC.get(plain, plain)
    base = plain if plain in KEPT or plain >= "\u2000" else unicodedata.normalize("NFD", plain)[0]
    return ord(base) if ord(base) < HYPHEN else SPACE
