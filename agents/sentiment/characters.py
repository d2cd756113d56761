"""Texts as arrays: one array of letters for a whole batch, so that every later step is a few NumPy passes.

A batch is laid out as `␣␣␣␣ ∅ text ␣ ∅ text ␣`, where ∅ (NUL) opens each text. Letters are lower-cased and
digits become 0; whatever is not part of a word becomes `BOUNDARY`. Nothing here can fail: lone surrogates,
NUL, other scripts and empty texts are all laid out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

U32 = NDArray[np.uint32]
U8 = NDArray[np.uint8]

BOUNDARY = 1
LEAD = 4  # boundaries before the first text, so that a gram may look back without an index check
MAX_CHARACTERS = 10_000  # of one text; what follows changes no verdict and costs time
CHUNK_CHARACTERS = 24_576  # of one layout: keeps every array within the processor's second-level cache

SPACE, WORD, SYMBOL, CLAUSE, EMOJI, APOSTROPHE = 0, 1, 2, 3, 4, 5
SIMPLE = 0x600  # below: Latin, Greek, Cyrillic, by table; from here on: by range
NUL = "\x00"


@dataclass(frozen=True, slots=True)
class Characters:
    """A batch as arrays of one length.

    `codes` (as written, lower case), `letters` (BOUNDARY outside words), `kinds`.
    """

    codes: U32
    letters: U32
    kinds: U8
    texts: int


def chunks(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in order, in runs of about CHUNK_CHARACTERS."""
    run: list[str] = []
    size = 0
    for text in texts:
        run.append(text[:MAX_CHARACTERS])
        size += len(run[-1])
        if size >= CHUNK_CHARACTERS:
            yield run
            run, size = [], 0
    if run:
        yield run


def lay_out(texts: Sequence[str]) -> Characters:
    """The texts as arrays; the longest may have MAX_CHARACTERS."""
    codes = _codes(_joined(texts))
    codes = _squeezed(codes)
    simple = np.minimum(codes, np.uint32(SIMPLE)).astype(np.intp)
    low, kinds = _LOWER.take(simple), _KINDS.take(simple)
    far = np.flatnonzero(simple == SIMPLE)
    if far.size:
        low[far], kinds[far] = _far(codes[far])
    _join_apostrophes(kinds)
    _mark_emoticon_mouths(low, kinds)
    letters = np.where(kinds == WORD, low, np.uint32(BOUNDARY))
    return Characters(low, letters, kinds, len(texts))


def _joined(texts: Sequence[str]) -> str:
    joined = f" {NUL}".join(texts)
    if joined.count(NUL) != len(texts) - 1:
        joined = f" {NUL}".join(text.replace(NUL, " ") for text in texts)
    if not joined.isascii() and not unicodedata.is_normalized("NFC", joined):
        joined = unicodedata.normalize("NFC", joined)
    return f"{' ' * LEAD}{NUL}{joined} "


def _codes(joined: str) -> U32:
    return np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)


def _squeezed(codes: U32) -> U32:
    """At most two of a kind in a row: "niiiiin" and "niin" are one word, "!!!!" is "!!"."""
    same = codes[1:] == codes[:-1]
    third = same[1:] & same[:-1]
    third[: LEAD + 1] = False
    if not third.any():
        return codes
    return codes[np.concatenate(([True, True], ~third))]


def _join_apostrophes(kinds: U8) -> None:
    """An apostrophe between letters belongs to the word ("don't"), any other is a symbol."""
    marks = np.flatnonzero(kinds == APOSTROPHE)
    if marks.size:
        inside = (kinds[marks - 1] == WORD) & (kinds[marks + 1] == WORD)
        kinds[marks] = np.where(inside, WORD, SYMBOL)


def _mark_emoticon_mouths(codes: U32, kinds: U8) -> None:
    """The letter in ":D", ":p" or ":-o" is part of the emoticon, not a word."""
    eyes = np.flatnonzero(_EYES.take(np.minimum(codes[:-3], 127)))
    if not eyes.size:
        return
    mouth = eyes + 1 + (codes[eyes + 1] == ord("-"))
    mouth = mouth[
        _MOUTHS.take(np.minimum(codes[mouth], 127)) & (kinds[np.minimum(mouth + 1, kinds.size - 1)] != WORD)
    ]
    kinds[mouth] = SYMBOL


def _far(codes: U32) -> tuple[U32, U8]:
    """Lower case and kind of characters from SIMPLE on, by range."""
    place = np.searchsorted(_RANGE_STARTS, codes, "right") - 1
    kinds = _RANGE_KINDS[place]
    low = np.where(codes == 0x2019, np.uint32(ord("'")), codes)
    return np.where(codes == 0x2026, np.uint32(ord(".")), low), kinds


def _lower(code: int) -> int:
    letter = chr(code)
    if letter.isdigit():
        return ord("0")
    lowered = letter.lower()
    return ord(lowered) if len(lowered) == 1 else code


def _kind(code: int) -> int:
    letter = chr(code)
    if letter in ".,!?;:()\n":
        return CLAUSE
    if letter in "'´`":
        return APOSTROPHE
    if letter.isalnum() or unicodedata.category(letter) == "Mn":
        return WORD
    return SPACE if letter.isspace() or not letter.isprintable() else SYMBOL


_LOWER = np.array([_lower(code) for code in range(SIMPLE + 1)], np.uint32)
_KINDS = np.array([_kind(code) for code in range(SIMPLE + 1)], np.uint8)
_EYES = np.array([chr(code) in ":;=" for code in range(128)])
_MOUTHS = np.array([chr(code) in "dposc" for code in range(128)])

_RANGES = (
    (SIMPLE, WORD),  # Arabic, Indic, Thai and all the others that have words
    (0x2000, SPACE),  # general punctuation, joiners, direction marks
    (0x2010, SYMBOL),
    (0x2018, APOSTROPHE),
    (0x201A, SYMBOL),
    (0x2026, CLAUSE),
    (0x2027, SPACE),
    (0x2030, SYMBOL),
    (0x203C, EMOJI),
    (0x203D, SYMBOL),
    (0x2049, EMOJI),
    (0x204A, SYMBOL),
    (0x2070, WORD),
    (0x20A0, SYMBOL),
    (0x2190, EMOJI),  # arrows, shapes, dingbats
    (0x2C00, WORD),
    (0x2E00, SYMBOL),
    (0x3000, SPACE),
    (0x3005, WORD),  # Chinese, Japanese, Korean
    (0xD800, SPACE),  # lone surrogates, private use
    (0xF900, WORD),
    (0xFE00, SPACE),  # variation selectors
    (0xFE10, SYMBOL),
    (0xFE70, WORD),
    (0xFEFF, SPACE),
    (0xFF01, SYMBOL),
    (0xFF10, WORD),
    (0xFFE0, SYMBOL),
    (0x10000, WORD),
    (0x1F000, EMOJI),
    (0x1F3FB, SPACE),  # skin tones
    (0x1F400, EMOJI),
    (0x1FB00, WORD),
    (0xE0000, SPACE),  # tags
)
_RANGE_STARTS = np.array([start for start, _ in _RANGES], np.uint32)
_RANGE_KINDS = np.array([kind for _, kind in _RANGES], np.uint8)
