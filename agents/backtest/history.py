"""The service's own history as arrivals: the matched mentions that the store still holds, in order of time.

What matched no topic is not stored, so the exposure (what everybody else does) rests on the topics alone.
Texts and authors that were deleted or are too old are gone: such a mention is nobody's, and no copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from agents.safety.reader import SafetyReader
from agents.watch.engine import Arrival
from alerts.store.store import Store, StoredMention
from streams.records import Author, Mention, ScoredMention

A_DAY = timedelta(days=1)
MOST = 1_000_000  # of a topic and day


def arrivals_of(
    store: Store, topics: Sequence[str], start: datetime, end: datetime, safety: SafetyReader | None = None
) -> Iterator[list[Arrival]]:
    """The matched mentions published in `[start, end)`, a day at a time."""
    while start < end:
        until = min(end, start + A_DAY)
        found: dict[str, StoredMention] = {}
        for topic in topics:
            found.update({one.id: one for one in store.mentions(topic, start, until, limit=MOST)})
        day = sorted(found.values(), key=lambda one: (one.published_at, one.id))
        yield [_arrival(one, topics, safety) for one in day]
        start = until


def _arrival(one: StoredMention, topics: Sequence[str], safety: SafetyReader | None) -> Arrival:
    mention = Mention(
        id=one.id,
        platform=one.platform,
        kind=one.kind,
        text=one.text,
        language=one.language,
        conversation_id=one.thread,
        author=Author(id=one.author, followers=one.followers, official=one.official) if one.author else None,
        published_at=one.published_at,
    )
    names = tuple(name for name in one.topics if name in topics)
    harm = safety.read(mention, one.text, one.language or "", names) if safety else None
    scored = ScoredMention(mention, names, one.negativity, one.language or "", harm)
    return Arrival(mention, scored, one.published_at.timestamp())


def watched_since(store: Store, topic: str, start: datetime, end: datetime) -> datetime | None:
    """When the store's measurements of a topic begin within `[start, end)`; None without any."""
    while start < end:
        until = min(end, start + 7 * A_DAY)
        pulses = store.pulses(topic, start, until)
        if pulses:
            return pulses[0].at
        start = until
    return None
