"""The clock of the first public answer: when it starts, and which posts of ours stop it. Pure.

It starts at the first negative post that nobody of ours has answered, not at the page: the public does not
wait from when we knew. It stops when one of our accounts answers there, or posts about the matter on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alerts.incidents import Incident
from alerts.store.store import StoredMention

NEGATIVE_FROM: Final = 0.5
"""A post at least so negative waits for an answer."""


@dataclass(frozen=True, slots=True)
class AnswerClock:
    """When people began to wait, and when they got their answer; None: not yet, or not known."""

    waiting_since: datetime | None = None
    answered_at: datetime | None = None


def clock_at_opening(mentions: Sequence[StoredMention], thread: str | None) -> AnswerClock:
    """How it stands when an incident opens, from its mentions until then.

    One thread is answered by any post of ours in it after its first negative one. A topic as a whole waits as
    long as one of its threads does: an everyday answer elsewhere settles only its own thread.
    """
    first = min((one.published_at for one in mentions if waits(one)), default=None)
    if first is None:
        return AnswerClock()
    answers = [one.published_at for one in mentions if one.official and one.published_at >= first]
    waiting = open_posts(mentions)
    if thread is None and waiting:
        return AnswerClock(waiting[0].published_at)
    return AnswerClock(first, min(answers, default=None))


def answers(incident: Incident, post: StoredMention, before: Iterable[StoredMention]) -> bool:
    """Whether a post of ours answers a live incident in public; `before`: its thread since the onset.

    In the incident's thread; of a topic as a whole, where somebody complained, or as a post of our own that
    names the matter: one of the words that carry the incident.
    """
    if not post.official or incident.answered_at is not None or post.published_at < incident.onset_at:
        return False
    if incident.thread is not None:
        return post.thread == incident.thread
    own = post.thread == post.id and incident.topic in post.topics
    return any(waits(one) for one in before) or (own and _names_the_matter(incident, post))


def waits(mention: StoredMention) -> bool:
    """Whether a post asks for an answer of ours by its negativity."""
    return not mention.official and mention.negativity >= NEGATIVE_FROM


def open_posts(mentions: Iterable[StoredMention]) -> list[StoredMention]:
    """The negative posts after which nobody of ours wrote in their thread, the oldest first."""
    listed = list(mentions)
    last: dict[str, datetime] = {}
    for one in listed:
        if one.official:
            last[one.thread] = max(last.get(one.thread, one.published_at), one.published_at)
    waiting = [one for one in listed if waits(one) and not _is_before(one, last.get(one.thread))]
    return sorted(waiting, key=lambda one: (one.published_at, one.id))


def _is_before(post: StoredMention, answered_at: datetime | None) -> bool:
    return answered_at is not None and post.published_at <= answered_at


def _names_the_matter(incident: Incident, post: StoredMention) -> bool:
    said = post.text.casefold()
    return any(word.casefold() in said for word in incident.evidence.top_words if len(word) > 2)
