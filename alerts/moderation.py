"""The moderation ledger: what was hidden, by which published rule, by whom, and what it was. Pure.

Moderation is not conversation: nothing here is ever suggested, and only a rule that stands published in
`organisation.moderation_rules` hides a post. The post itself is not kept, only the hash of its text, so that
it can be proven later what was hidden, and nothing else be learnt.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, get_args

from pydantic import Field

from alerts.neutral import plain
from alerts.organisation import Organisation
from alerts.records import LedgerEntry
from streams.errors import PalovahtiError
from streams.records import Record, UtcTime

LEDGER: Final = "moderation"
Measure = Literal["hidden", "deleted", "restored"]
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)
LONGEST_POST: Final = 400
LONGEST_NOTE: Final = 300


class NotModerated(PalovahtiError):
    """An entry that the ledger does not take; the message says what is missing."""


class Moderated(Record):
    """One entry of the ledger."""

    id: str
    at: UtcTime
    by: str
    post: str = Field(description="id or address of the post")
    measure: Measure
    rule: str = Field(description="id of the published rule")
    snapshot: str = Field(description="SHA-256 of the post's text (UTF-8, composed form), in hex")
    note: str = ""


class ModerationList(Record):
    """Entries of the ledger, the newest first."""

    entries: tuple[Moderated, ...]


def moderate(
    organisation: Organisation,
    *,
    post: str,
    text: str,
    measure: str,
    rule: str,
    by: str,
    at: datetime,
    identity: str,
    note: str = "",
) -> LedgerEntry:
    """The entry that a person's measure makes; NotModerated where it may not be, or something is missing."""
    post, by = plain(post, LONGEST_POST), plain(by, 60)
    known = [one.id for one in organisation.moderation_rules]
    if measure not in MEASURES:
        raise NotModerated(f"{measure[:40]!r} is no measure: {', '.join(MEASURES)}")
    if rule not in known:
        told = (
            f"published rules are {', '.join(known)}"
            if known
            else "publish one in organisation.moderation_rules"
        )
        raise NotModerated(f"no published rule {plain(rule, 40)!r}: {told}; criticism is never hidden")
    if not post or not by:
        raise NotModerated("name the post and who acts")
    if not text.strip():
        raise NotModerated("the text of the post is missing: its hash proves later what was hidden")
    body = {
        "measure": measure,
        "rule": rule,
        "snapshot": snapshot_of(text),
        "note": plain(note, LONGEST_NOTE),
    }
    return LedgerEntry(ledger=LEDGER, id=identity, at=at, by=by, about=post, body=dict(body))


def snapshot_of(text: str) -> str:
    """What proves a text without keeping it.

    >>> snapshot_of("Törkeää")[:12] == snapshot_of("To\\u0308rkea\\u0308a\\u0308")[:12]
    True
    """
    composed = unicodedata.normalize("NFC", text.strip())
    return hashlib.sha256(composed.encode("utf-8", "replace")).hexdigest()


def moderated(entries: Sequence[LedgerEntry]) -> ModerationList:
    """The entries as they are shown."""
    return ModerationList(entries=tuple(_moderated(one) for one in entries))


def _moderated(entry: LedgerEntry) -> Moderated:
    fields = {name: entry.body.get(name, "") for name in ("measure", "rule", "snapshot", "note")}
    common = {"id": entry.id, "at": entry.at, "by": entry.by, "post": entry.about}
    return Moderated.model_validate({**common, **fields})
