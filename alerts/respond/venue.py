"""Whether we were asked where the conversation is; unasked, we do not step into other people's place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from alerts.organisation import Organisation
from alerts.respond.channels import Channel
from alerts.respond.lexicon import tokens
from alerts.store.store import StoredMention

OURS: Final = frozenset({"own", "support"})
"""Channels whose conversations are always our own."""
_LETTERS: Final = 600


def is_unasked(venue: Channel, mentions: Sequence[StoredMention], organisation: Organisation) -> bool:
    """Whether the venue is other people's and nobody there spoke to us (van Noort & Willemsen 2012)."""
    ours = venue.name in OURS or venue.name in organisation.own_channels
    return venue.community and not ours and is_asked(mentions, organisation) is False


def is_asked(mentions: Sequence[StoredMention], organisation: Organisation) -> bool | None:
    """Whether somebody asked or addressed us, or we take part; None where our accounts are not configured."""
    if not organisation.official_accounts:
        return None
    handles = {f"@{name.lstrip('@').casefold()}" for name in organisation.official_accounts}
    name = " ".join(tokens(organisation.name))
    return any(
        mention.official or _addresses(mention.text[:_LETTERS].casefold(), handles, name)
        for mention in mentions
    )


def _addresses(text: str, handles: set[str], name: str) -> bool:
    """Our handle, or a question that names us."""
    words = text.split()
    if any(word.strip(".,:;!?()") in handles for word in words):
        return True
    return "?" in text and bool(name) and name in " ".join(tokens(text))
