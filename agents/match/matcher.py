"""The Matcher: one pass over a batch of texts, whatever the number of topics.

    mentions ─► fold (a batch as one string) ─► beginnings of words ─► ending? ─► around it? ─► topics

Looked for are " posti", " poste", ...: a space and a stem. Whether a form of the word follows is one
look-up in a dictionary, since the tails of words repeat; few places need a closer look.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from agents.match.beginnings import Beginnings
from agents.match.folding import Folded, fold
from agents.match.lexicon import Accepted, Lexicon
from agents.match.terms import in_address, plain_name
from agents.match.topic import Topic
from streams.records import Mention

_CHUNK_CHARACTERS = 1 << 20
_LONGEST_TAIL = 80
_NOTHING: tuple[str, ...] = ()


class Matcher:
    """Finds the topics of mentions. Built once per configuration; not slower with more topics."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._names = tuple(topic.name for topic in topics)
        if len(set(self._names)) != len(self._names):
            raise ValueError("two topics have the same name")
        self._lexicon = Lexicon(topics)
        self._beginnings = Beginnings(self._lexicon.entries)

    def match(self, mentions: Sequence[Mention]) -> list[tuple[str, ...]]:
        """The names of each mention's topics, in configured order; most often an empty tuple."""
        if not self._names:
            return [_NOTHING] * len(mentions)
        texts = [_whole_text(mention) for mention in mentions]
        found = [_NOTHING] * len(mentions)
        for start, end in _chunks(texts):
            for post, owners in self._owners(fold(texts[start:end])).items():
                found[start + post] = self._named(owners)
        if self._lexicon.accounts:
            self._add_authors(mentions, found)
        return found

    def _owners(self, page: Folded) -> dict[int, set[int]]:
        """Owners found, by the place of the text in the batch."""
        found: dict[int, set[int]] = {}
        text, ends = page.text, page.ends
        for last, entry in self._beginnings.iter(text):
            stop = text.find(" ", last + 1, last + _LONGEST_TAIL)
            if stop < 0:
                stop = last + _LONGEST_TAIL  # no word: lets "posti-posti-posti..." take linear time
            accepted = entry.accepted(text[last + 1 : stop])
            if accepted:
                owners = _confirmed(page, last - entry.length + 1, stop, accepted)
                if owners:
                    found.setdefault(bisect_left(ends, stop), set()).update(owners)
        return found

    def _named(self, owners: set[int]) -> tuple[str, ...]:
        """The topics among the owners that no exclusion takes away."""
        return tuple(
            self._names[owner >> 1] for owner in sorted(owners) if not owner & 1 and owner | 1 not in owners
        )

    def _add_authors(self, mentions: Sequence[Mention], found: list[tuple[str, ...]]) -> None:
        """What an account posts itself concerns its topic."""
        accounts = self._lexicon.accounts
        for spot, mention in enumerate(mentions):
            if mention.author is not None and mention.author.handle:
                more = accounts.get(plain_name(mention.author.handle))
                if more:
                    names = {*found[spot], *(self._names[topic] for topic in more)}
                    found[spot] = tuple(name for name in self._names if name in names)


def _confirmed(page: Folded, before: int, stop: int, accepted: Accepted) -> Iterable[int]:
    """The owners of what stands at one place, after a look around it."""
    owners: list[int] = []
    if not in_address(page, before, stop):
        owners += accepted.sure
        for check in (*accepted.checks, *accepted.phrases_at(page, stop)):
            if check.holds(page, before, stop):
                owners += check.owners
    for check in accepted.signs:
        if check.holds(page, before, stop):
            owners += check.owners
    return owners


def _whole_text(mention: Mention) -> str:
    """All that is looked through: title, text, tags, accounts spoken to, links."""
    text = mention.text
    if mention.title:
        text = f"{mention.title}\n{text}"
    if mention.tags:
        text += "\n" + " ".join("#" + tag.lstrip("#") for tag in mention.tags)
    if mention.mentions:
        text += "\n" + " ".join("@" + name.lstrip("@") for name in mention.mentions)
    if mention.links:
        text += "\n" + " ".join(link if "://" in link else "https://" + link for link in mention.links)
    return text


def _chunks(texts: Sequence[str]) -> Iterable[tuple[int, int]]:
    """Runs of texts of about a million characters, so that memory stays bounded."""
    start = size = 0
    for spot, text in enumerate(texts):
        size += len(text)
        if size > _CHUNK_CHARACTERS:
            yield start, spot + 1
            start, size = spot + 1, 0
    if start < len(texts):
        yield start, len(texts)
