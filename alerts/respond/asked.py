"""What people ask in a thread: the FAQ's answer to it, and the questions that have none. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from alerts.neutral import plain
from alerts.respond.faq import Faq, FaqEntry, Match
from alerts.respond.faq_words import pieces, questions_in
from alerts.respond.recognise import people
from alerts.store.store import StoredMention

LEAST_PEOPLE: Final = 2
"""So many people must ask before a suggestion answers it: one post does not steer what we say."""
ALIKE: Final = 0.5
MOST_QUESTIONS: Final = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """An FAQ entry that a thread's people ask for, and how many of them."""

    entry: FaqEntry
    people: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question without an FAQ answer: one wording of it (a stranger's), and how often it was asked."""

    question: str
    language: str
    times: int
    topics: tuple[str, ...] = ()


def asked_most(
    mentions: Sequence[StoredMention], faq: Faq, language: str, topic: str | None, otherwise: str
) -> Asked | None:
    """The entry of `language` that most people ask for, at least two; `otherwise` is the language of posts
    that do not tell theirs.
    """
    if not faq.entries:
        return None
    askers: dict[int, set[str]] = {}
    meant: dict[tuple[str, str], Match | None] = {}
    for mention in people(mentions):
        spoken = mention.language or otherwise
        for question in questions_in(mention.text, spoken):
            if (question, spoken) not in meant:
                meant[question, spoken] = faq.match(question, spoken, topic)
            match = meant[question, spoken]
            if match and match.entry.language == language:
                place = faq.entries.index(match.entry)
                askers.setdefault(place, set()).add(mention.author or mention.id)
    ranked = sorted(askers, key=lambda place: (-len(askers[place]), place))
    if not ranked or len(askers[ranked[0]]) < LEAST_PEOPLE:
        return None
    return Asked(faq.entries[ranked[0]], len(askers[ranked[0]]))


def unanswered(
    mentions: Iterable[StoredMention], faq: Faq, least: int = 3, otherwise: str = "fi"
) -> list[Unanswered]:
    """Questions that were asked at least `least` times and have no FAQ answer, the most frequent first.

    Questions are alike when they share half of their pieces; each person counts once a question.
    """
    groups: list[_Group] = []
    for mention in mentions:
        if mention.official or mention.deleted:
            continue
        language = mention.language or otherwise
        for question in questions_in(mention.text, language):
            if len(groups) < MOST_QUESTIONS and not _answered(faq, question, language, mention.topics):
                _join(groups, question, language, mention)
    found = [group.told() for group in groups if len(group.askers) >= least]
    return sorted(found, key=lambda one: (-one.times, one.question))


def _answered(faq: Faq, question: str, language: str, topics: Sequence[str]) -> bool:
    return any(faq.match(question, language, topic) for topic in (*topics, None))


class _Group:
    """Wordings of one question."""

    def __init__(self, question: str, language: str) -> None:
        self.question, self.language = question, language
        self.pieces = frozenset(pieces(question, language))
        self.askers: set[str] = set()
        self.topics: set[str] = set()

    def told(self) -> Unanswered:
        return Unanswered(
            plain(self.question, 160), self.language, len(self.askers), tuple(sorted(self.topics))
        )


def _join(groups: list[_Group], question: str, language: str, mention: StoredMention) -> None:
    """Count the question with those like it, or begin a group."""
    own = frozenset(pieces(question, language))
    for group in groups:
        if group.language == language and _dice(own, group.pieces) >= ALIKE:
            break
    else:
        group = _Group(question, language)
        groups.append(group)
    group.askers.add(mention.author or mention.id)
    group.topics.update(mention.topics)


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))
