"""Each channel's own form: how long an answer may be, whether links work, where it belongs."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

import regex
from pydantic import Field

from alerts.neutral import plain
from alerts.respond.bundled import bundled_yaml
from streams.records import Record

URL: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_GRAPHEME: Final = regex.compile(r"\X")
_X_NARROW: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


class Channel(Record):
    """One channel's limits, as in channels.yaml."""

    name: str
    limit: int = Field(gt=0, description="graphemes")
    links: bool
    url_counts_as: int | None = None
    weighted: bool = False
    answer_on: str | None = None
    community: bool = Field(default=False, description="other people's place: nobody answers there unasked")
    aliases: tuple[str, ...] = ()

    def length(self, text: str) -> int:
        """How much of the limit `text` takes; never less than its graphemes."""
        letters = _GRAPHEME.findall(text)
        size = sum(map(_weight, letters)) if self.weighted else len(letters)
        if self.url_counts_as:
            size += sum(max(0, self.url_counts_as - len(url)) for url in URL.findall(text))
        return size

    def fits(self, text: str) -> bool:
        """Whether `text` may be posted there as it is."""
        return self.length(text) <= self.limit


@cache
def channels() -> dict[str, Channel]:
    """Every channel by name."""
    return {name: Channel(name=name, **form) for name, form in bundled_yaml("channels.yaml").items()}


@cache
def _by_alias() -> dict[str, Channel]:
    named = dict(channels())
    for channel in channels().values():
        named.update(dict.fromkeys(channel.aliases, channel))
    return named


def channel_named(name: str | None) -> Channel:
    """The channel of that name or alias; one we have not heard of gets a cautious form under its own name."""
    key = unicodedata.normalize("NFC", (name or "")[:64]).strip().casefold().replace(" ", "_")
    known = _by_alias().get(key)
    if known is not None:
        return known
    other = channels()["other"]
    return other if not key else other.model_copy(update={"name": plain(key, 40) or "other"})


def _weight(grapheme: str) -> int:
    """X counts most of Latin once and the rest, emoji included, twice; a cluster at least as one."""
    if regex.search(r"\p{Extended_Pictographic}", grapheme):
        return 2
    return max(1, sum(1 if any(a <= ord(c) <= b for a, b in _X_NARROW) else 2 for c in grapheme))
