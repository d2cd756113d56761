"""The hashed features of a batch of texts: grams inside words, words, pairs of words, symbols, emoji.

A gram of n characters that ends at position i has the hash `sum over k < n of MULTIPLIERS[k] * letter[i -
k]` (mod 2^32): each length costs one shifted multiplication and one addition over the whole batch. Its
bucket is the upper bits. A gram reaches at most one boundary beyond its word on either side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from agents.sentiment.characters import (
    BOUNDARY,
    CLAUSE,
    EMOJI,
    LEAD,
    SPACE,
    SYMBOL,
    U32,
    WORD,
    Characters,
    lay_out,
)
from agents.sentiment.negation import REACH_WORDS, breakers, negators

Index = NDArray[np.intp]
Bool = NDArray[np.bool_]

GRAM_LENGTHS = (2, 3, 4, 5)
# Odd 32-bit constants, drawn once; part of the model format.
MULTIPLIERS = tuple(np.uint32(m) for m in (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F, 0x165667B1))
STEP = np.uint32(0x2C1B3C6D)  # of the positional hash of whole words
WORD_SALT, PAIR_SALT, NEGATED_SALT, SYMBOL_SALT, EMOJI_SALT = (
    np.uint32(s) for s in (0x68E31DA4, 0xB5297A4D, 0x1B56C4E9, 0x7FEB352D, 0x846CA68B)
)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a batch. Each text opens with a word of its own that stands for the text (`opens`)."""

    starts: Index  # position of each word's first letter; a partition of all positions from LEAD on
    hashes: U32
    opens: Index  # which words open a text
    active: Bool  # neither a text's opening nor part of a link or an @account
    negated: Bool  # within reach of a negation
    negates: Bool


@dataclass(frozen=True, slots=True)
class Marks:
    """Symbols and emoji of a batch: hash and the text in which each stands."""

    hashes: U32
    text: Index
    emoji: Bool


def words_of(laid: Characters) -> Words:
    """The words of a batch with their negation."""
    inside = laid.kinds == WORD
    opening = laid.codes == 0
    starts = np.flatnonzero(opening | (inside & ~_shifted(inside)))
    opens = np.flatnonzero(laid.codes[starts] == 0)
    active = np.ones(starts.size, np.bool_)
    active[opens] = False
    hashes = _word_hashes(laid, inside, starts, active)
    _skip_accounts_and_links(laid, starts, active)
    kind = _kinds_of(hashes)
    kind[~active] = 0
    negates = kind == _NEGATES
    ends = (kind == _BREAKS) | _after_clause(laid, starts)
    ends[opens] = True
    return Words(starts, hashes, opens, active, _in_reach(negates, ends) & active, negates)


def gram_buckets(laid: Characters, bits: int) -> list[tuple[Index, NDArray[np.int8]]]:
    """For each gram length: the bucket at each position from LEAD on.

    And a mask of -1 (a gram ends here) or 0.
    """
    letters, size = laid.letters, laid.letters.size
    shift = np.uint32(32 - bits)
    lettered = letters != BOUNDARY
    at = [slice(LEAD - back, size - back) for back in range(LEAD + 1)]
    hashes = letters[at[0]] * MULTIPLIERS[0]
    inner = np.ones(size - LEAD, np.bool_)
    grams = []
    for length in GRAM_LENGTHS:
        back = length - 1
        hashes += letters[at[back]] * MULTIPLIERS[back]
        if length > 2:
            inner &= lettered[at[back - 1]]
        valid = inner if length > 2 else lettered[at[0]] | lettered[at[1]]
        index = (hashes >> shift).astype(np.intp)
        grams.append((index, -valid.view(np.int8)))
    return grams


def buckets(hashes: U32, salt: np.uint32, bits: int) -> Index:
    """Buckets of whole hashes (words, symbols), apart for each salt."""
    mixed = (hashes ^ salt) * MULTIPLIERS[0]
    return (mixed >> np.uint32(32 - bits)).astype(np.intp)


def pair_hashes(words: Words) -> U32:
    """For each word the hash of the pair it ends; 0 for a text's first word and what follows a link."""
    pairs = np.zeros_like(words.hashes)
    pairs[1:] = words.hashes[:-1] * MULTIPLIERS[1] + words.hashes[1:] * MULTIPLIERS[2]
    pairs[1:][~(words.active[1:] & words.active[:-1])] = 0
    return pairs


def marks_of(laid: Characters) -> Marks:
    """Each emoji, and each run of symbols such as "!!", "?!" or ":-(" by its first three characters."""
    symbols = (laid.kinds == SYMBOL) | (laid.kinds == CLAUSE)
    symbols[laid.codes <= 32] = False
    emoji = laid.kinds == EMOJI
    starts = np.flatnonzero(emoji | (symbols & ~_shifted(symbols)))
    is_emoji = emoji[starts]
    hashes = laid.codes[starts] * MULTIPLIERS[0]
    more = ~is_emoji
    for k in (1, 2):
        place = np.minimum(starts + k, symbols.size - 1)
        more &= symbols[place]
        hashes += np.where(more, laid.codes[place] * MULTIPLIERS[k], np.uint32(0))
    text = np.searchsorted(np.flatnonzero(laid.codes == 0), starts, "right") - 1
    return Marks(hashes, text, is_emoji)


def _shifted(flags: Bool) -> Bool:
    """Each flag's left neighbour; nothing stands left of the first."""
    left = np.zeros_like(flags)
    left[1:] = flags[:-1]
    return left


def _word_hashes(laid: Characters, inside: Bool, starts: Index, active: Bool) -> U32:
    """A hash of each whole word, the same wherever it stands; 0 for a text's opening."""
    powers, inverses = _powers(1 << int(inside.size).bit_length())
    total = np.zeros(inside.size + 1, np.uint32)
    np.cumsum(
        np.where(inside, laid.letters, np.uint32(0)) * powers[: inside.size], out=total[1:], dtype=np.uint32
    )
    ends = starts.copy()
    ends[active] = np.flatnonzero(_shifted(inside) & ~inside)
    return (total[ends] - total[starts]) * inverses[starts]


@cache
def _powers(size: int) -> tuple[U32, U32]:
    step, inverse = int(STEP), pow(int(STEP), -1, 1 << 32)
    return _power_table(step, size), _power_table(inverse, size)


def _power_table(step: int, size: int) -> U32:
    table = np.full(size, step, np.uint32)
    table[0] = 1
    return np.multiply.accumulate(table, dtype=np.uint32)


def _skip_accounts_and_links(laid: Characters, starts: Index, active: Bool) -> None:
    """@accounts and the words of links say nothing about the mood."""
    active[laid.codes[starts - 1] == ord("@")] = False
    slashes = np.flatnonzero(
        (laid.codes[1:-1] == ord("/")) & (laid.codes[2:] == ord("/")) & (laid.codes[:-2] == ord(":"))
    )
    if not slashes.size:
        return
    blanks = np.flatnonzero(laid.kinds == SPACE)
    until = blanks[np.searchsorted(blanks, slashes)]
    change = np.zeros(starts.size + 1, np.int32)
    np.add.at(change, np.searchsorted(starts, slashes) - 1, 1)  # the scheme's word too
    np.add.at(change, np.searchsorted(starts, until), -1)
    active[np.cumsum(change[:-1]) > 0] = False


_NEGATES, _BREAKS = 1, 2


@cache
def _kind_table() -> tuple[NDArray[np.bool_], U32, NDArray[np.uint8]]:
    """Whether a hash's upper 12 bits may be a known word; the known hashes, sorted; what each does."""
    kinds = {int(h): _BREAKS for h in hashes_of(breakers())} | {
        int(h): _NEGATES for h in hashes_of(negators())
    }
    known = np.array(sorted(kinds), np.uint32)
    maybe = np.zeros(1 << 12, np.bool_)
    maybe[known >> np.uint32(20)] = True
    return maybe, known, np.array([kinds[int(h)] for h in known], np.uint8)


def hashes_of(words: Sequence[str]) -> U32:
    """The hash of each word as it has in a text; each must be one word."""
    laid = lay_out([" ".join(words)])
    inside = laid.kinds == WORD
    starts = np.flatnonzero((laid.codes == 0) | (inside & ~_shifted(inside)))
    active = laid.codes[starts] != 0
    hashes = _word_hashes(laid, inside, starts, active)
    return np.asarray(hashes[active])


def _kinds_of(hashes: U32) -> NDArray[np.uint8]:
    maybe, known, kinds = _kind_table()
    result = np.zeros(hashes.size, np.uint8)
    candidates = np.flatnonzero(maybe[hashes >> np.uint32(20)])
    place = np.minimum(np.searchsorted(known, hashes[candidates]), known.size - 1)
    found = known[place] == hashes[candidates]
    result[candidates[found]] = kinds[place[found]]
    return result


def _after_clause(laid: Characters, starts: Index) -> Bool:
    """Whether a clause ended between the word before and this one."""
    ended = np.zeros(starts.size + 1, np.bool_)
    ended[np.searchsorted(starts, np.flatnonzero(laid.kinds == CLAUSE), "right")] = True
    return ended[:-1]


def _in_reach(negates: Bool, ends: Bool) -> Bool:
    """Whether a negation stands at most REACH_WORDS before, in the same clause."""
    place = np.arange(negates.size)
    last_negation = np.maximum.accumulate(np.where(negates, place, -REACH_WORDS - 1))
    last_end = np.maximum.accumulate(np.where(ends, place, -1))
    before = np.concatenate(([-REACH_WORDS - 1], last_negation[:-1]))
    return (place - before <= REACH_WORDS) & (before >= last_end)
