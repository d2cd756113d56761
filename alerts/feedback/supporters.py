"""Accounts that spoke for us unasked, to be thanked. Never staged: what many write alike is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import Field

from alerts.answering import waits
from alerts.feedback.kinds import speaks_for_us
from alerts.neutral import plain
from alerts.respond.lexicon import tokens
from alerts.store.store import StoredMention
from alerts.web.hostile import web_link
from alerts.web.views import author_tag
from streams.records import Record, UtcTime

MOST: Final = 10
SHORTEST: Final = 3
"""Words from which two people do not write the same by chance."""


class Supporter(Record):
    """Somebody who answered for us in a thread of complaints."""

    tag: str = Field(description="tells the writers of one incident apart, and no more than that")
    text: str = Field(description="their words, made harmless")
    platform: str
    link: str | None
    at: UtcTime
    posts: int = Field(ge=1)


def supporters(mentions: Sequence[StoredMention], salt: str) -> tuple[Supporter, ...]:
    """Those who wrote in our favour after somebody complained in the same thread, the busiest first.

    Not our own accounts, nobody who also complained, nobody without a name, and no text that several accounts
    wrote alike: praise in one voice is a campaign, and thanking it would make it ours.
    """
    complained: dict[str, datetime] = {}
    for one in mentions:
        if waits(one):
            complained[one.thread] = min(complained.get(one.thread, one.published_at), one.published_at)
    critics = {one.author for one in mentions if waits(one)}
    copies = _said_by_several(mentions)
    found: dict[str, list[StoredMention]] = {}
    for one in mentions:
        began = complained.get(one.thread)
        if began is None or one.published_at < began or one.author is None or one.author in critics:
            continue
        if not _is_ours_or_gone(one) and _words(one) not in copies and _speaks(one):
            found.setdefault(one.author, []).append(one)
    told = [_supporter(author, posts, salt) for author, posts in found.items()]
    return tuple(sorted(told, key=lambda one: (-one.posts, one.at, one.tag))[:MOST])


def _is_ours_or_gone(post: StoredMention) -> bool:
    return post.official or post.deleted or not post.text


def _speaks(post: StoredMention) -> bool:
    return speaks_for_us(post.text, post.language, post.negativity)


def _words(post: StoredMention) -> str:
    return " ".join(tokens(post.text))


def _said_by_several(mentions: Sequence[StoredMention]) -> set[str]:
    """Texts of some length that two or more accounts wrote alike."""
    voices = {(_words(one), one.author) for one in mentions if not one.official}
    counts = Counter(text for text, _ in voices if len(text.split()) >= SHORTEST)
    return {text for text, count in counts.items() if count > 1}


def _supporter(author: str, posts: Sequence[StoredMention], salt: str) -> Supporter:
    first = min(posts, key=lambda one: one.published_at)
    return Supporter(
        tag=author_tag(author, salt),
        text=plain(first.text, 280),
        platform=plain(first.platform, 30),
        link=web_link(first.url),
        at=first.published_at,
        posts=len(posts),
    )
