"""Rows as every database gives them, and the records that they are."""

from __future__ import annotations

import json
from typing import Any, Final

from alerts.records import Notice
from alerts.store.kept import pseudonym, weight
from alerts.store.store import Delivery, StoredMention
from alerts.store.times import micros, when

DELIVERY: Final = "number, receiver, body, attempts, due_at, state, last_error, sent_at"
"""Columns of the outbox, as `delivery_of` takes them."""

MENTION: Final = (
    "id, topics, thread, platform, kind, author, followers, official, text, language, url, negativity, "
    "published_at, deleted"
)
"""Columns of the matched mentions, as `mention_of` takes them."""


def delivery_of(row: tuple[Any, ...]) -> Delivery:
    """The delivery of a row of the columns DELIVERY."""
    number, receiver, body, attempts, due_at, state, last_error, sent_at = row
    return Delivery(
        id=number,
        receiver=receiver,
        notice=Notice.model_validate_json(body),
        attempts=attempts,
        due_at=when(due_at),
        state=state,
        last_error=last_error,
        sent_at=None if sent_at is None else when(sent_at),
    )


def mention_of(row: tuple[Any, ...]) -> StoredMention:
    """The mention of a row of the columns MENTION; truth values may be 0 and 1."""
    fields = dict(zip(MENTION.split(", "), row, strict=True))
    fields["topics"] = tuple(json.loads(fields["topics"]))
    fields["published_at"] = when(fields["published_at"])
    fields["official"], fields["deleted"] = bool(fields["official"]), bool(fields["deleted"])
    return StoredMention(**fields)


def row_of(mention: StoredMention, key: bytes) -> tuple[object, ...]:
    """The row of a mention: the columns MENTION and the weight; `key` makes its author a pseudonym."""
    return (
        mention.id,
        json.dumps(mention.topics),
        mention.thread,
        mention.platform,
        mention.kind,
        pseudonym(mention.author, key) if mention.author else None,
        mention.followers,
        mention.official,
        mention.text,
        mention.language,
        mention.url,
        float(mention.negativity),
        micros(mention.published_at),
        mention.deleted,
        weight(mention.negativity, mention.followers),
    )
