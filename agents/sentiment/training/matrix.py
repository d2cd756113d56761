"""Texts as a sparse matrix, built from the very arrays that the scorer sums over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.sentiment.characters import chunks, lay_out
from agents.sentiment.features import Index
from agents.sentiment.linear import Shape, Sums

F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows (texts) by buckets, as triples in row order.

    `row_starts` has one entry more than there are rows.
    """

    row_starts: NDArray[np.int64]
    buckets: NDArray[np.int32]
    values: NDArray[np.float32]
    width: int

    @property
    def rows(self) -> int:
        return self.row_starts.size - 1

    def times(self, weights: F64) -> F64:
        """One sum a row. Every row has at least one entry (see `matrix_of`)."""
        return np.add.reduceat(weights[self.buckets] * self.values, self.row_starts[:-1])

    def transposed_times(self, residuals: F64) -> F64:
        """One sum a bucket, added in row order, so that the result is the same on every machine."""
        spread = np.repeat(residuals, np.diff(self.row_starts))
        sums: F64 = np.bincount(self.buckets, spread * self.values, minlength=self.width).astype(np.float64)
        return sums

    def rows_alone(self, rows: NDArray[np.intp]) -> tuple[Matrix, NDArray[np.int32]]:
        """The matrix of some rows over only the buckets they hold, and which buckets those are."""
        counts = np.diff(self.row_starts)[rows]
        starts = np.concatenate(([0], np.cumsum(counts)))
        entries = np.arange(starts[-1]) + np.repeat(self.row_starts[rows] - starts[:-1], counts)
        held, columns = np.unique(self.buckets[entries], return_inverse=True)
        return Matrix(starts, columns.astype(np.int32), self.values[entries], held.size), held


def matrix_of(texts: Sequence[str], shape: Shape) -> Matrix:
    """The matrix of the texts; each row has one leading entry of value 0 so that none is empty."""
    parts = [_part(chunk, shape) for chunk in chunks(texts)]
    counts = np.concatenate([part[0] for part in parts])
    starts = np.concatenate(([0], np.cumsum(counts)))
    return Matrix(
        starts, np.concatenate([p[1] for p in parts]), np.concatenate([p[2] for p in parts]), 1 << shape.bits
    )


def _part(
    texts: Sequence[str], shape: Shape
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    sums = Sums(lay_out(texts), shape)
    rows, buckets, values = zip(*_entries(sums, len(texts)), strict=True)
    row, bucket, value = np.concatenate(rows), np.concatenate(buckets), np.concatenate(values)
    value = value * sums.norms[row]
    order = np.argsort(row, kind="stable")
    return (
        np.bincount(row, minlength=len(texts)).astype(np.int64),
        bucket[order].astype(np.int32),
        value[order].astype(np.float32),
    )


def _entries(sums: Sums, texts: int) -> Iterator[tuple[Index, Index, NDArray[np.float32]]]:
    """Text, bucket and value of every feature, kind by kind."""
    words = sums.words
    text_of_word = np.repeat(np.arange(texts), np.diff(np.append(words.opens, words.starts.size)))
    word_at = np.repeat(
        np.arange(words.starts.size), np.diff(np.append(words.starts, sums.laid.letters.size))
    )
    yield np.arange(texts), np.zeros(texts, np.intp), np.zeros(texts, np.float32)
    for index, mask in sums.grams:
        at = np.flatnonzero(mask)
        value = sums.factors[word_at[at]]
        keep = value != 0
        yield text_of_word[word_at[at]][keep], index[at][keep], value[keep]
    for index, value in sums.word_terms:
        at = np.flatnonzero(value)
        yield text_of_word[at], index[at], value[at]
    index, value = sums.mark_terms
    yield sums.marks.text, index, value
