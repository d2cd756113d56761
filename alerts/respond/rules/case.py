"""One check: the draft, what it is checked against, and what a rule answers with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from alerts.organisation import LANGUAGES, Fact
from alerts.respond.channels import Channel, channel_named
from alerts.respond.rules.context import ReplyContext
from alerts.respond.rules.draft import Draft, Span
from alerts.respond.rules.evidence import Known
from alerts.respond.rules.finding import Severity
from alerts.respond.rules.lexicon import Words, words_of

_FEWEST_VOTES: Final = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that is broken, where, and how badly if not as the rule says itself."""

    rule: str
    span: Span | None = None
    severity: Severity | None = None
    tone: str = ""
    instead: str = ""


Hits = Iterator[Hit]


@dataclass(frozen=True)
class Case:
    """All that the rules read."""

    draft: Draft
    language: str
    context: ReplyContext
    facts: tuple[str, ...]

    @cached_property
    def words(self) -> Words:
        """The words of the draft's language."""
        return words_of(self.language)

    @cached_property
    def channel(self) -> Channel | None:
        """Whose form the draft takes; None where it is not said."""
        return channel_named(self.context.channel) if self.context.channel else None

    @cached_property
    def known(self) -> Known:
        """What is confirmed, quoted or configured, and may therefore be said."""
        context = self.context
        configured = (*context.names, *context.people, *context.top_words, context.info_url or "",
                      context.private_channel or "", context.signature or "")  # fmt: skip
        return Known(self.language, self.facts, context.thread, configured)

    @property
    def whole(self) -> bool:
        """Whether it must hold all that a first answer holds."""
        context = self.context
        praised = context.polarity == "positive" or context.situation == "praise"
        return not (context.part or context.kind == "closing" or praised)

    @cached_property
    def is_foreign(self) -> bool:
        """Whether the draft is in another of our languages, by the little words that it holds."""
        spoken = {token.text for token in self.draft.tokens if token.kind == "word"}
        votes: dict[str, int] = {name: len(spoken & words_of(name).function_words) for name in LANGUAGES}
        most = max(votes.values())
        return most >= _FEWEST_VOTES and most > 2 * votes[self.language]

    def room_for(self, graphemes: int) -> bool:
        """Whether the channel would take so much more; always where no channel is said."""
        return self.channel is None or self.channel.length(self.draft.text) + graphemes <= self.channel.limit

    def find(self, group: str) -> list[Span]:
        """Where a group of words stands and means what it says; looked for once a check."""
        if group not in self._found:
            self._found[group] = list(self.words.find(group, self.draft))
        return self._found[group]

    @cached_property
    def _found(self) -> dict[str, list[Span]]:
        return {}

    def confirmed(self, span: Span) -> bool:
        """Whether a confirmed fact says what the clause around `span` says."""
        clause = self.draft.clause(span.first)
        return self.known.supports(self.draft.tokens[clause.first : clause.last + 1])


def confirmed_facts(context: ReplyContext, language: str, now: datetime | None) -> tuple[str, ...]:
    """The statements that may be said: texts as they stand, facts that a named person confirmed."""
    found = []
    for fact in context.facts or ():
        if isinstance(fact, str):
            found.append(fact)
        elif fact.confirmed_by.strip() and _timely(fact, now):
            told = fact.statement if isinstance(fact.statement, str) else fact.text(language, "")
            found += [told] if told else []
    return tuple(found)


def _timely(fact: Fact, now: datetime | None) -> bool:
    if now is None:
        return True
    at, expires = fact.at, fact.expires
    zone = now.tzinfo
    begun = at is None or (at if at.tzinfo else at.replace(tzinfo=zone)) <= now + timedelta(minutes=1)
    return begun and (expires is None or now < (expires if expires.tzinfo else expires.replace(tzinfo=zone)))
