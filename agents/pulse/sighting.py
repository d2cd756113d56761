"""A mention as the counters see it: when, who, where, how negative, and what it repeats."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b

import msgspec

from streams.records import Mention, ScoredMention
from streams.windows import minute_at

SCALE = 1000  # negative mass is counted in thousandths, in integers, so that sums commute exactly
TEXT_KEPT = 280
TOKEN = re.compile(r"[^\W\d_]{3,}")
NOISE = re.compile(r"https?://\S+|@\S+")


class Sighting(msgspec.Struct, gc=False, eq=False):
    """One mention in the counters of one topic. `negative` is in thousandths; `minute` since 1970.

    `safety`: the classes of harm that it asserts in this topic; `source`: who asserts them (posts without an
    author are one source a channel); `joined`: the minute in which the account was made, None where unknown.
    It refers to nothing that refers to it, so the garbage collector need not look at it.
    """

    id: str
    minute: int
    negative: int
    spreads: bool
    author: int
    known: bool
    copies: tuple[int, ...]
    thread: str
    platform: str
    language: str
    reach: int
    text: str
    counted: bool = False
    safety: tuple[str, ...] = ()
    source: int = 0
    joined: int | None = None

    @property
    def rank(self) -> tuple[int, int, str]:
        """Of one author's mentions in a slot, the one with the highest rank speaks: the most negative."""
        return (self.negative, -self.minute, self.id)

    def dump(self) -> list[object]:
        """As a plain list, in the order of the fields."""
        return list(msgspec.structs.astuple(self))


@lru_cache(maxsize=1 << 14)
def _known_pseudonym(key: str) -> int:
    return pseudonym(key)


def pseudonym(key: str) -> int:
    """An author as a number of 63 bits; the state never holds a name."""
    digest = blake2b(key.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def words_of(text: str) -> list[str]:
    """Words of at least three letters, folded; links and handles left out.

    >>> words_of("Katso https://a.fi @maija: Juna SEISOO taas!")
    ['katso', 'juna', 'seisoo', 'taas']
    """
    if "://" in text or "@" in text:
        text = NOISE.sub(" ", text)
    return TOKEN.findall(text.casefold())


def sight(
    scored: ScoredMention, copies: tuple[int, ...], topic: str = "", minute: int | None = None
) -> Sighting:
    """The sighting of a scored mention in a topic; `copies` are the bands of its text, `minute` its event
    time where that is known already."""
    mention = scored.mention
    key = mention.author_key
    author = mention.author
    safety = scored.safety.get(topic, ()) if scored.safety else ()
    known = not key.startswith("?")
    return Sighting(
        mention.id,
        minute_at(mention.event_at) if minute is None else minute,
        round(scored.negativity * SCALE),
        mention.spreads,
        _known_pseudonym(key) if known else pseudonym(key),
        known,
        copies,
        mention.thread,
        mention.platform,
        scored.language,
        (author.followers or 0) if author else 0,
        mention.text[:TEXT_KEPT],
        False,
        safety,
        pseudonym(_source(mention, key)) if safety else 0,
        minute_at(author.created_at) if author and author.created_at else None,
    )


def _source(mention: Mention, author_key: str) -> str:
    """Who says it: the author, or where none is named, the channel or feed as a whole."""
    if not author_key.startswith("?"):
        return author_key
    return f"?{mention.platform}:{mention.channel or mention.feed or ''}"
