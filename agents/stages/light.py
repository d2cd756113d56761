"""Mentions decoded for the hot path: the fields that judging reads, in a fifth of the time.

A value that has nothing odd about it becomes a `Light`, which looks like a `Mention` to those who read it;
all others go the patient way of `streams.codec`, and end in the same mention.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, cast

import msgspec
from msgspec import Meta

from streams.bad_input import FUTURE_TOLERANCE, TEXT_LIMIT_BYTES
from streams.codec import decode_line, is_plain, looks_odd
from streams.records import Mention, Op

Reference = Annotated[str, Meta(max_length=512)]
Word = Annotated[str, Meta(max_length=64)]
Count = Annotated[int, Meta(ge=0, le=10**15)]
Time = Annotated[datetime, Meta(tz=True)]


class LightAuthor(msgspec.Struct, frozen=True):
    """See `streams.records.Author`."""

    id: Reference | None = None
    handle: Reference | None = None
    name: Reference | None = None
    followers: Count | None = None
    verified: bool | None = None
    bot: bool | None = None
    official: bool | None = None
    created_at: Time | None = None


class Light(msgspec.Struct):
    """See `streams.records.Mention`, whose properties it shares."""

    id: Annotated[str, Meta(min_length=1, max_length=512)]
    platform: Annotated[str, Meta(min_length=1, max_length=64)]
    text: str
    published_at: Time
    op: Op = "create"
    feed: Word | None = None
    channel: Word | None = None
    kind: Word | None = None
    url: str | None = None
    title: str | None = None
    language: Word | None = None
    conversation_id: Reference | None = None
    in_reply_to: Reference | None = None
    repost_of: Reference | None = None
    quote_of: Reference | None = None
    author: LightAuthor | None = None
    tags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    edited_at: Time | None = None
    observed_at: Time | None = None
    negativity: Annotated[float, Meta(ge=0, le=1)] | None = None
    version: Reference | None = None
    backfilled: bool = False

    event_at = Mention.event_at
    thread = Mention.thread
    spreads = Mention.spreads
    author_key = Mention.author_key


_decode = msgspec.json.Decoder(Light).decode


def light(value: bytes, now: datetime) -> Mention:
    """The mention in a value; `now` bounds how far in the future it may be.

    `BadRecord` where there is none.
    """
    return light_reader([value], now)(value)


def light_reader(values: Sequence[bytes], now: datetime) -> Callable[[bytes], Mention]:
    """What reads each of some values as `light` does: one look at all of them tells that none is odd."""
    latest, sure = now + FUTURE_TOLERANCE, not looks_odd(b"\n".join(values))

    def read(value: bytes) -> Mention:
        if len(value) <= TEXT_LIMIT_BYTES and (sure or not looks_odd(value)):
            try:
                mention = cast("Mention", _decode(value))
            except msgspec.MsgspecError:
                return decode_line(value, now)
            if is_plain(mention, latest):
                return mention
        return decode_line(value, now)

    return read
