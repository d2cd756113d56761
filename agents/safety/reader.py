"""Reads the safety classes of matched mentions, for each of their topics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from agents.match.topic import Topic
from agents.safety import CLASSES, Own
from agents.safety.reading import classes_of
from streams.records import Author, Mention

IsOurs = Callable[[Author | None], bool]
NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class SafetyReader:
    """Knows which classes page in which topic, and whose posts say nothing of harm: our own, and reposts."""

    def __init__(self, topics: Sequence[Topic], classes: Sequence[str], is_ours: IsOurs) -> None:
        self._classes = {t.name: frozenset(classes).difference(t.safety.without) for t in topics}
        self._own: dict[str, Own] = {t.name: t.safety.own for t in topics}
        self._is_ours = is_ours

    def read(
        self, mention: Mention, text: str, language: str, topics: Sequence[str]
    ) -> Mapping[str, tuple[str, ...]]:
        """The classes that a mention asserts, by topic; topics without any are left out."""
        if mention.repost_of is not None or mention.kind == "repost" or self._is_ours(mention.author):
            return NOTHING
        found: dict[Own, tuple[str, ...]] = {}
        by_topic = {}
        for name in topics:
            own = self._own.get(name, ())
            if own not in found:
                found[own] = classes_of(text, language, own)
            wanted = self._classes.get(name, frozenset(CLASSES))
            by_topic[name] = tuple(c for c in found[own] if c in wanted)
        return {name: classes for name, classes in by_topic.items() if classes} or NOTHING
