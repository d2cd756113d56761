"""What people asked, proposed and praised in a stretch of time, by topic; and what still waits for an answer.

Texts are strangers' words, cleaned and cut; authors are left out altogether.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import Field

from alerts.answering import waits
from alerts.feedback.kinds import KINDS, Kind, kinds_of
from alerts.neutral import plain
from alerts.organisation import Organisation
from alerts.respond.lexicon import tokens
from alerts.store.store import Store, StoredMention
from alerts.web.hostile import web_link
from streams.records import Record, Share, UtcTime

Period = Literal["daily", "weekly"]
SPANS: Final[dict[Period, timedelta]] = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}
AT_ONCE: Final = timedelta(hours=6)
MOST_AT_ONCE: Final = 20_000
SHOWN: Final = 25
LETTERS: Final = 280


class Voice(Record):
    """One thing that people said; near-identical posts are one, said `times`."""

    text: str = Field(description="a stranger's words, made harmless, at most 280 characters")
    language: str | None
    platform: str
    link: str | None
    first_at: UtcTime
    times: int = Field(ge=1)
    negativity: Share
    answered: bool = Field(description="one of our accounts wrote in its thread afterwards")


class TopicDigest(Record):
    """What was said about one topic."""

    topic: str
    mentions: int
    negative: int
    counts: dict[Kind, int] = Field(description="posts that ask, propose, praise")
    voices: dict[Kind, tuple[Voice, ...]] = Field(description="the most repeated first")
    open: int = Field(description="posts that ask or complain and were not answered")
    waiting: tuple[Voice, ...] = Field(description="those, the oldest first")


class Digest(Record):
    """Feedback of a day or a week."""

    schema_version: int = 1
    period: Period
    organisation: str
    start: UtcTime
    end: UtcTime
    replies_an_hour: int = Field(description="what those on duty now can answer")
    topics: tuple[TopicDigest, ...]

    @property
    def open(self) -> int:
        """Posts of all topics that wait for an answer."""
        return sum(one.open for one in self.topics)

    @property
    def hours_to_answer(self) -> float:
        """How long those on duty need to answer all that is open."""
        return self.open / self.replies_an_hour


def gather(
    store: Store, organisation: Organisation, topics: Iterable[str], period: Period, now: datetime
) -> Digest:
    """The digest of the day or week before `now`, from the matched mentions that are kept."""
    start = now - SPANS[period]
    return Digest(
        period=period,
        organisation=organisation.name,
        start=start,
        end=now,
        replies_an_hour=organisation.replies_an_hour(now),
        topics=tuple(digest_topic(topic, _mentions(store, topic, start, now)) for topic in topics),
    )


def digest_topic(topic: str, mentions: Sequence[StoredMention]) -> TopicDigest:
    """What these mentions of a topic say; deleted ones and our own are counted for nothing."""
    theirs = [one for one in mentions if not one.official and not one.deleted and one.text]
    last = _last_answers(mentions)
    wants = {one.id: kinds_of(one.text, one.language, one.negativity) for one in theirs}
    groups = {kind: [one for one in theirs if kind in wants[one.id]] for kind in KINDS}
    waiting = [
        one for one in theirs if (waits(one) or "ask" in wants[one.id]) and not _is_answered(one, last)
    ]
    return TopicDigest(
        topic=topic,
        mentions=len(theirs),
        negative=sum(map(waits, theirs)),
        counts={kind: len(group) for kind, group in groups.items()},
        voices={kind: _voices(group, last)[:SHOWN] for kind, group in groups.items()},
        open=len(waiting),
        waiting=tuple(sorted(_voices(waiting, last), key=lambda one: one.first_at))[:SHOWN],
    )


def open_questions(mentions: Sequence[StoredMention]) -> int:
    """How many of these posts ask or complain and have no answer yet: the reply load."""
    last = _last_answers(mentions)
    theirs = (one for one in mentions if not one.official and not _is_answered(one, last))
    return sum(waits(one) or "ask" in kinds_of(one.text, one.language, one.negativity) for one in theirs)


def _mentions(store: Store, topic: str, start: datetime, end: datetime) -> list[StoredMention]:
    """All of a topic in `[start, end)`, by time; taken in pieces."""
    found: list[StoredMention] = []
    while start < end:
        until = min(start + AT_ONCE, end)
        found += store.mentions(topic, start, until, limit=MOST_AT_ONCE)
        start = until
    return sorted(found, key=lambda one: (one.published_at, one.id))


def _last_answers(mentions: Iterable[StoredMention]) -> dict[str, datetime]:
    last: dict[str, datetime] = {}
    for one in mentions:
        if one.official:
            last[one.thread] = max(last.get(one.thread, one.published_at), one.published_at)
    return last


def _is_answered(post: StoredMention, last: dict[str, datetime]) -> bool:
    answered_at = last.get(post.thread)
    return answered_at is not None and answered_at >= post.published_at


def _voices(posts: Iterable[StoredMention], last: dict[str, datetime]) -> tuple[Voice, ...]:
    """Posts as they are shown, same words joined: the most repeated first, then the newest."""
    groups = defaultdict[str, list[StoredMention]](list)
    for post in posts:
        groups[" ".join(tokens(post.text)) or post.id].append(post)
    voices = [_voice(group, last) for group in groups.values()]
    return tuple(sorted(voices, key=lambda one: (-one.times, -one.first_at.timestamp(), one.text)))


def _voice(group: Sequence[StoredMention], last: dict[str, datetime]) -> Voice:
    first = group[0]
    return Voice(
        text=plain(first.text, LETTERS),
        language=first.language,
        platform=plain(first.platform, 30),
        link=web_link(first.url),
        first_at=min(one.published_at for one in group),
        times=len(group),
        negativity=max(one.negativity for one in group),
        answered=all(_is_answered(one, last) for one in group),
    )
