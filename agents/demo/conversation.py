"""Builds the mentions of conversations: first posts, replies, reposts, quotes."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from agents.demo.script import Script
from streams.records import Author, Engagement, Mention

TELLS_LANGUAGE = frozenset({"mastodon", "bluesky", "news"})
"""Platforms whose posts say their language; elsewhere it has to be guessed."""


class Said(NamedTuple):
    """What somebody wrote, when, and in which language."""

    text: str
    at: datetime
    author: Author | None
    language: str


class Conversations:
    """Gives each mention its id and the fields that a platform would give it."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._issued: Counter[str] = Counter()

    def post(
        self, platform: str, said: Said, *, title: str | None = None, rating: float | None = None
    ) -> Mention:
        """A first post, review or article."""
        place = self._script.platforms[platform]
        return Mention(
            id=self._next_id(platform),
            platform=platform,
            channel=place.channel,
            kind=place.kind,
            text=said.text,
            title=title,
            author=said.author,
            language=said.language if platform in TELLS_LANGUAGE else None,
            published_at=said.at,
            engagement=None if rating is None else Engagement(rating=rating),
        )

    def reply(self, to: Mention, root: Mention, said: Said) -> Mention:
        """An answer to a mention of the root's thread; the thread's title stays with its first post."""
        own = self.post(to.platform, said)
        kind = self._script.platforms[to.platform].reply
        return own.model_copy(update={"kind": kind, "in_reply_to": to.id, "conversation_id": root.thread})

    def repost(self, of: Mention, at: datetime, author: Author | None) -> Mention:
        """The same text carried on by somebody else."""
        own = self.post(of.platform, Said(of.text, at, author, of.language or "fi"))
        return own.model_copy(update={"kind": "repost", "repost_of": of.id})

    def quote(self, of: Mention, said: Said) -> Mention:
        """An own text above somebody else's."""
        own = self.post(of.platform, said)
        return own.model_copy(update={"kind": "quote", "quote_of": of.id})

    def _next_id(self, platform: str) -> str:
        self._issued[platform] += 1
        return f"{platform}:{self._issued[platform]}"
