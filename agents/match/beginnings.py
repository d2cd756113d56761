"""All entries of a lexicon in a text, by the beginnings of its words.

    word ─► is there a bit for its first letters? ─► entries that begin with them ─► does the text go on so?

A table of bits, which stays in the processor's cache, tells of nearly all words of a batch at once that
nothing begins so; the few others cost one look-up each. An automaton of a million nodes lies all over the
memory instead, and each letter of a text fetches one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

LONGEST: Final = 8  # letters behind the boundary by which an entry is known; a shorter one by all it has
SPARSE: Final = 32  # bits for each beginning
FACTOR: Final = np.uint32(2654435761)
SPACE, HYPHEN = 0x20, 0x2D

Entry = TypeVar("Entry")
Numbers = NDArray[np.uint32]


class Table(NamedTuple):
    """Bits, each told by the upper part of a number: the lower `shift` of its 32 bits are cut off."""

    bits: NDArray[np.uint8]
    shift: np.uint32

    def holds(self, numbers: Numbers) -> NDArray[np.bool_]:
        """Whether the bits of these numbers are set."""
        place = numbers >> self.shift
        held: NDArray[np.bool_] = (self.bits[place >> 3] >> (place & 7).astype(np.uint8)) & 1 == 1
        return held


class Beginnings(Generic[Entry]):
    """Finds entries by their texts, each a space or a hyphen and a stem."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._by_beginning: dict[str, list[tuple[str, Entry]]] = {}
        for text, entry in entries.items():
            self._by_beginning.setdefault(text[: LONGEST + 1], []).append((text, entry))
        self._tables: dict[int, Table] = {}
        for behind in range(LONGEST + 1):
            found = [text for text in self._by_beginning if len(text) == behind + 1]
            if found:
                self._tables[behind] = _table(found, behind)

    def iter(self, text: str) -> Iterator[tuple[int, Entry]]:
        """Every entry in a folded text, and the place of its last letter."""
        for length, places in self._places(text):
            for place in places:
                for wording, entry in self._by_beginning.get(text[place : place + length], ()):
                    if text.startswith(wording, place):
                        yield place + len(wording) - 1, entry

    def _places(self, text: str) -> Iterator[tuple[int, list[int]]]:
        """Where entries may begin, by the length by which they are known."""
        codes = np.frombuffer((text + " " * (LONGEST + 1)).encode("utf-16-le"), np.uint16)
        inside = codes[: len(text)]
        starts = np.flatnonzero(
            ((inside == SPACE) | (inside == HYPHEN)) & (codes[1 : len(text) + 1] != SPACE)
        )
        number = codes[starts].astype(np.uint32)
        for behind in range(LONGEST + 1):
            if behind:
                number = (number + codes[starts + behind]) * FACTOR
            if behind in self._tables:
                yield behind + 1, starts[self._tables[behind].holds(number)].tolist()


def _table(beginnings: Sequence[str], behind: int) -> Table:
    """A bit for each beginning of so many letters behind its boundary."""
    codes = np.frombuffer("".join(beginnings).encode("utf-16-le"), np.uint16).reshape(-1, behind + 1)
    number = codes[:, 0].astype(np.uint32)
    for column in codes.T[1:]:
        number = (number + column) * FACTOR
    size = min(max(13, (SPARSE * len(beginnings)).bit_length()), 26)
    bits = np.zeros(1 << size, bool)
    bits[number >> np.uint32(32 - size)] = True
    return Table(np.packbits(bits, bitorder="little"), np.uint32(32 - size))
