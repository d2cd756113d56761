"""The linear model: int8 weights over hashed features, summed with a handful of NumPy passes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from agents.sentiment import features as f
from agents.sentiment.characters import LEAD, Characters

F32 = NDArray[np.float32]
Table = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Shape:
    """What is counted and how much; part of the model file."""

    bits: int = 20
    gram_flip: float = 0.3  # the grams of a negated word count this much of what they count otherwise,
    word_flip: float = -0.8  # and the whole word this much
    word: float = 3.0
    pair: float = 2.0
    negated: float = 3.0
    symbol: float = 1.0
    emoji: float = 4.0
    length_offset: float = 2.0  # words added before the root of their number divides the sum


class Sums:
    """The features of one batch, ready to be summed with any table of weights."""

    def __init__(self, laid: Characters, shape: Shape) -> None:
        self.laid = laid
        self.shape = shape
        self.words = f.words_of(laid)
        self.marks = f.marks_of(laid)
        self.grams = f.gram_buckets(laid, shape.bits)
        self.factors = self._factors(shape.gram_flip)
        self.norms = self._norms()

    @cached_property
    def word_terms(self) -> list[tuple[f.Index, F32]]:
        """Bucket and value of each word, pair, and word within reach of a negation."""
        words, shape = self.words, self.shape
        pairs = f.pair_hashes(words)
        return [
            (
                f.buckets(words.hashes, f.WORD_SALT, shape.bits),
                self._factors(shape.word_flip) * np.float32(shape.word),
            ),
            (f.buckets(pairs, f.PAIR_SALT, shape.bits), (pairs != 0) * np.float32(shape.pair)),
            (f.buckets(words.hashes, f.NEGATED_SALT, shape.bits), words.negated * np.float32(shape.negated)),
        ]

    @cached_property
    def mark_terms(self) -> tuple[f.Index, F32]:
        """Bucket and value of each symbol run and emoji."""
        shape, marks = self.shape, self.marks
        value = np.where(marks.emoji, np.float32(shape.emoji), np.float32(shape.symbol))
        return f.buckets(marks.hashes, f.SYMBOL_SALT, shape.bits), value

    def of(self, table: Table) -> F32:
        """One sum a text."""
        words = self._of_grams(table) * self.factors
        for index, value in self.word_terms:
            words += table[index] * value
        index, value = self.mark_terms
        marks = np.bincount(self.marks.text, table[index] * value, minlength=self.laid.texts)
        return (np.add.reduceat(words, self.words.opens) + marks.astype(np.float32)) * self.norms

    def _of_grams(self, table: Table) -> F32:
        total = np.zeros(self.laid.letters.size - LEAD, np.int32)
        for index, mask in self.grams:
            total += table[index] & mask
        return np.add.reduceat(total, self.words.starts - LEAD).astype(np.float32)

    def _factors(self, flip: float) -> F32:
        factors = np.where(self.words.negated, np.float32(flip), np.float32(1))
        return factors * self.words.active

    def _norms(self) -> F32:
        marks = np.bincount(self.marks.text, minlength=self.laid.texts)
        count = np.add.reduceat(self.words.active.astype(np.int32), self.words.opens) + marks
        # Not a power: a root is the same on every processor, and training must be.
        return np.asarray(1 / np.sqrt(count + self.shape.length_offset), np.float32)
