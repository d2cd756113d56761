"""From mentions to arrivals: match, then score what matched.

    mentions ──► match ──► language where it is missing ──► score ──► arrivals ──► watch

Most of a firehose concerns no topic and is dropped for the price of matching.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from agents.match import Matcher, Topic
from agents.safety.reader import SafetyReader
from agents.sentiment.language import LONGEST, LanguageGuesser
from agents.sentiment.scorer import Scorer
from agents.watch.engine import Arrival
from streams.records import Mention, ScoredMention

ClockOf = Callable[[Mention], float]


def event_clock(mention: Mention) -> float:
    """Time flows as the mentions say: for recordings."""
    return mention.event_at.timestamp()


def judged_text(mention: Mention) -> str:
    """What its author wrote: title and text, but in a reply not the thread's title."""
    if mention.title and not mention.in_reply_to and mention.title not in mention.text:
        return f"{mention.title}. {mention.text}"
    return mention.text


def accuracy_of(scorer: Scorer, languages: Sequence[str]) -> dict[str, float]:
    """How often the scorer's labels are right (0-1), by language, where that was measured."""
    measured = {language: scorer.accuracy(language) for language in languages}
    return {language: share for language, share in measured.items() if share is not None}


class Pipeline:
    """Matches and scores batches; keeps no state that could depend on how the batches are cut."""

    def __init__(
        self,
        topics: Sequence[Topic],
        scorer: Scorer,
        languages: Sequence[str],
        clock_of: ClockOf = event_clock,
        safety: SafetyReader | None = None,
    ) -> None:
        self.matcher = Matcher(topics)
        self.scorer = scorer
        self.guesser = LanguageGuesser(languages)
        self.clock_of = clock_of
        self.safety = safety

    @property
    def accuracy(self) -> dict[str, float]:
        """How often the scorer's labels are right (0-1), by language, where that was measured."""
        return accuracy_of(self.scorer, self.guesser.languages)

    def arrivals(self, mentions: Sequence[Mention]) -> list[Arrival]:
        """One arrival a mention, in order."""
        judged = self.judged(mentions)
        return [Arrival(m, judged.get(i), self.clock_of(m)) for i, m in enumerate(mentions)]

    def judged(self, mentions: Sequence[Mention]) -> dict[int, ScoredMention]:
        """Those that concern a topic, by their place."""
        found = self.matcher.match(mentions)
        matched = [i for i, topics in enumerate(found) if topics]
        scored = self._scored([mentions[i] for i in matched], [found[i] for i in matched])
        return dict(zip(matched, scored, strict=True))

    def _scored(self, mentions: Sequence[Mention], topics: Sequence[tuple[str, ...]]) -> list[ScoredMention]:
        languages = self._languages(mentions)
        texts = [judged_text(m) for m in mentions]
        open_places = [i for i, m in enumerate(mentions) if m.negativity is None]
        given = [m.negativity for m in mentions]
        if open_places:
            values = self.scorer.negativity(
                [texts[i] for i in open_places], [languages[i] for i in open_places]
            )
            for i, value in zip(open_places, values.tolist(), strict=True):
                given[i] = value
        rows = zip(mentions, texts, topics, given, languages, strict=True)
        return [
            ScoredMention(m, names, n or 0.0, language, self._harm(m, text, language, names))
            for m, text, names, n, language in rows
        ]

    def _harm(
        self, mention: Mention, text: str, language: str, topics: Sequence[str]
    ) -> Mapping[str, tuple[str, ...]] | None:
        return self.safety.read(mention, text, language, topics) if self.safety else None

    def _languages(self, mentions: Sequence[Mention]) -> list[str]:
        languages = [m.language for m in mentions]
        missing = [i for i, language in enumerate(languages) if not language]
        if missing:
            texts = [mentions[i].text[:LONGEST] for i in missing]
            # Known by text, not by author or thread: copies cost nothing, and order changes no verdict.
            guessed = self.guesser.guess(texts, keys=texts)
            for i, language in zip(missing, guessed, strict=True):
                languages[i] = language
        return [language or "" for language in languages]
