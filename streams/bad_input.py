"""Why input was refused or repaired: the small fixed set of reasons under which it is counted and kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

Reason = Literal[
    # refused: the mention does not go on
    "malformed",  # not JSON, not an object, an unreadable row
    "too_large",  # a line or body beyond what is read at all
    "missing_field",  # no id, platform, text or published_at
    "bad_field",  # one of these that cannot be used
    "bad_time",  # published_at is no time
    "old_time",  # published_at before 2000: an epoch of 0, a broken clock
    "future_time",  # published_at more than five minutes ahead
    "duplicate_content",  # an id seen before, now with other content
    # repaired: the mention went on
    "too_long",  # text cut at 64 kB
    "encoding",  # not UTF-8
    "control_characters",  # NUL and its like, removed
    "lone_surrogate",  # half a character, replaced
    "bidi",  # marks that turn the reading direction, removed
    "html",  # markup turned into plain text
    "negative_count",  # a count below zero, now unknown
    "cyclic_reply",  # a reply to itself or to its own reply, cut
    "unknown_platform",  # a name not heard before, taken as it is
    "bad_optional",  # an optional field that cannot be used, left out
]
REASONS: tuple[Reason, ...] = get_args(Reason)

TEXT_LIMIT_BYTES = 65_536
LINE_LIMIT_BYTES = 16_777_216  # a million characters, every one escaped
RAW_LIMIT_CHARACTERS = 2_000
LIST_LIMIT = 1_000
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
FUTURE_TOLERANCE = timedelta(minutes=5)

# Names we have heard of. An unknown one is accepted and counted: more often a new channel than a mistake.
_PLATFORMS = """
    app_store appstore blog bluesky brandwatch chatwoot csv demo discord discourse disqus email facebook feed
    feedback forum freshdesk gdelt google_alerts google_play hackernews instagram intercom jodel jsonl
    linkedin mastodon meltwater messenger news pinterest podcast reddit
    retriever review rss snapchat suomi24
    survey talkwalker telegram test threads tiktok trustpilot twitch twitter vauva vk web webhook whatsapp x
    ylilauta youtube zendesk
"""
KNOWN_PLATFORMS = frozenset(_PLATFORMS.split())


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing that was put right in a mention."""

    reason: Reason
    detail: str = ""


def shown(value: object, limit: int = 80) -> str:
    """A hostile value as one short printable line, for a detail that people read."""
    text = ascii(value) if not isinstance(value, str) else ascii(value[: limit + 1])
    return text if len(text) <= limit else text[:limit] + "…"
