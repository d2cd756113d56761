"""Which situation a thread is about, from the words that people use in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from alerts.respond.lexicon import situation_lexicons, tokens
from alerts.respond.situations import SITUATIONS, UNCLEAR, WEIGHTS
from alerts.store.store import StoredMention

# Bounds of the work: a hundred mentions tell the situation, and what matters stands at their start.
MOST_MENTIONS: Final = 100
MOST_LETTERS: Final = 600
_LEAST_SHARE: Final = 0.1
_FRIENDLY: Final = 0.35  # praise is counted only where the scorer heard no complaint


@dataclass(frozen=True, slots=True)
class Recognition:
    """The likeliest situation, the words that told it (most frequent first), and what else they fit."""

    situation: str
    words: tuple[str, ...]
    alternatives: tuple[str, ...]


def people(mentions: Sequence[StoredMention]) -> list[StoredMention]:
    """The mentions that speak to us: not our own, not deleted; the first hundred."""
    return [one for one in mentions if not one.official and not one.deleted and one.text][:MOST_MENTIONS]


def recognise(mentions: Sequence[StoredMention], top_words: Sequence[str]) -> Recognition:
    """The situation that most mentions speak of; `unclear` when under a tenth of them hit any."""
    votes: dict[str, float] = defaultdict(float)
    words: dict[str, Counter[str]] = defaultdict(Counter)
    heard = people(mentions)
    for mention in heard:
        _vote(votes, words, tokens(mention.text[:MOST_LETTERS]), mention.language, mention.negativity)
    _vote(votes, words, [token for top in top_words[:20] for token in tokens(top[:80])], None, None)
    return _winner(votes, words, len(heard))


def _vote(
    votes: dict[str, float],
    words: dict[str, Counter[str]],
    text: list[str],
    language: str | None,
    negativity: float | None,
) -> None:
    """One text: a vote for each situation it hits, half a vote more for a second word."""
    hits: dict[str, set[str]] = defaultdict(set)
    for situation, found in _hits(text, language):
        hits[situation].add(found)
    _lend_weight(hits)
    for situation, found_words in hits.items():
        if situation == "praise" and negativity is not None and negativity > _FRIENDLY:
            continue
        votes[situation] += WEIGHTS[situation] * (1.0 if len(found_words) == 1 else 1.5)
        words[situation].update(sorted(found_words))


def _lend_weight(hits: dict[str, set[str]]) -> None:
    """Words of a group "situation+" join the situation's own where there are any, and tell nothing alone."""
    for group in [name for name in hits if name.endswith("+")]:
        beside = hits.pop(group)
        if group[:-1] in hits:
            hits[group[:-1]] |= beside


def _hits(text: list[str], language: str | None) -> Iterable[tuple[str, str]]:
    lexicons = situation_lexicons()
    chosen = [lexicons[language]] if language in lexicons else list(lexicons.values())
    return [hit for lexicon in chosen for hit in lexicon.find(text)]


def _winner(votes: dict[str, float], words: dict[str, Counter[str]], heard: int) -> Recognition:
    ranked = sorted(votes, key=lambda name: (-votes[name], SITUATIONS.index(name)))
    ranked = [name for name in ranked if votes[name] >= max(1.0, _LEAST_SHARE * heard)]
    if not ranked:
        return Recognition(UNCLEAR, (), ())
    told = sorted(words[ranked[0]].items(), key=lambda one: (-one[1], one[0]))
    return Recognition(ranked[0], tuple(word for word, _ in told[:8]), tuple(ranked[1:4]))
