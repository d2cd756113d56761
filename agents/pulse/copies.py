"""Near-identical texts of a day: the first one speaks, unless so many follow that it is a campaign.

Two texts are near-identical when they share a band of three min-hashes of their word pairs (locality-
sensitive hashing, Indyk and Motwani 1998): likely for variants of one template, unlikely for people who
complain of the same thing in their own words. Reposts are no copies; they are how a story spreads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import msgspec
import numpy as np
from numpy.typing import NDArray

from agents.pulse.sighting import Sighting, words_of
from streams.windows import DAY_MINUTES, HOUR_MINUTES

MIN_WORDS = 5  # shorter texts ("I agree!") are not copies of each other
CAMPAIGN = 5  # so many copies until the hour after the first, and not even the first speaks
TRACKED = 200_000  # groups a day and topic; beyond, texts are taken to be original
MASK = 0xFFFFFFFF
FEW = 4  # texts below which one by one is quicker than all at once
MIXERS = (
    (2654435761, 97),
    (2246822519, 7919),
    (3266489917, 104729),
    (668265263, 31),
    (374761393, 53),
    (1, 0),
)


@lru_cache(maxsize=1 << 14)
def _hashed(word: str) -> int:
    """A word as a number of 32 bits; most words of a stream are among few."""
    return crc32(word.encode(errors="surrogatepass"))


def copy_keys(text: str, slot: int) -> tuple[int, ...]:
    """The bands of a text that was published in `slot`: two of word pairs, for copies within a day, and
    two of single words, for variants of one template within the slot. None for a short text.

    >>> a = copy_keys("tämä firma on täysi huijaus älkää ostako sieltä mitään", 7)
    >>> a == copy_keys("Tämä firma on TÄYSI huijaus, älkää ostako sieltä mitään!! http://x.fi", 7)
    True
    """
    words = words_of(text)
    if len(words) < MIN_WORDS:
        return ()
    hashes = [_hashed(word) for word in words]
    pairs = {(a * 31 + b) & MASK for a, b in pairwise(hashes)}
    return _bands(pairs, 0) + _bands(set(hashes), slot)


def copy_keys_of(texts: Sequence[str], slots: Sequence[int]) -> list[tuple[int, ...]]:
    """The same for many texts at once, several times as fast.

    >>> copy_keys_of(["tämä firma on täysi huijaus", "lyhyt"], [7, 7]) == [
    ...     copy_keys("tämä firma on täysi huijaus", 7), ()]
    True
    """
    if len(texts) < FEW:
        return [copy_keys(text, slot) for text, slot in zip(texts, slots, strict=True)]
    words = [words_of(text) for text in texts]
    long = [place for place, found in enumerate(words) if len(found) >= MIN_WORDS]
    keys: list[tuple[int, ...]] = [()] * len(texts)
    if not long:
        return keys
    hashes = np.array([_hashed(word) for place in long for word in words[place]], np.uint64)
    ends = np.cumsum([len(words[place]) for place in long])
    starts = np.concatenate(([0], ends[:-1]))
    pairs = (hashes * np.uint64(31) + np.roll(hashes, -1)) & np.uint64(MASK)
    pairs[ends - 1] = pairs[starts]  # the last word of a text begins no pair
    lows = zip(_lowest(pairs, starts), _lowest(hashes, starts), strict=True)
    for place, (of_pairs, of_words) in zip(long, lows, strict=True):
        keys[place] = _named(of_pairs, 0) + _named(of_words, slots[place])
    return keys


def _lowest(items: NDArray[np.uint64], starts: NDArray[np.intp]) -> list[list[int]]:
    """The min-hashes of each text's items, which begin at `starts`."""
    mixed = [(items * np.uint64(m) + np.uint64(c)) & np.uint64(MASK) for m, c in MIXERS]
    found: list[list[int]] = np.stack([np.minimum.reduceat(each, starts) for each in mixed], 1).tolist()
    return found


def _bands(items: set[int], salt: int) -> tuple[int, int]:
    """Two bands of three min-hashes each (Broder 1997)."""
    return _named([min([(item * m + c) & MASK for item in items]) for m, c in MIXERS], salt)


def _named(low: list[int], salt: int) -> tuple[int, int]:
    return hash((salt, 0, *low[:3])), hash((salt, 1, *low[3:]))


class Group(msgspec.Struct, gc=False, eq=False):
    """Texts that share a band: the first of them, and how many came in each hour."""

    first: tuple[int, str]  # (minute, id)
    author: int | None  # of the first; None once its hour is closed
    more: dict[int, int] | None = None  # how many by hour, once there is a second: most never have one

    @property
    def hour(self) -> int:
        """Hour of the first."""
        return self.first[0] // HOUR_MINUTES

    @property
    def by_hour(self) -> dict[int, int]:
        """How many came in each hour."""
        return {self.hour: 1} if self.more is None else self.more

    @property
    def is_campaign(self) -> bool:
        """Whether many copies came soon after the first."""
        if self.more is None:
            return False
        last = self.hour + 1
        return sum(n for hour, n in self.more.items() if hour <= last) >= CAMPAIGN

    def count(self, hour: int) -> None:
        """One more came in this hour."""
        self.more = self.by_hour
        self.more[hour] = self.more.get(hour, 0) + 1


class Copies:
    """The groups of one topic, by day."""

    __slots__ = ("by_hour", "changed", "days", "dropped")

    def __init__(self) -> None:
        self.days: dict[int, dict[int, Group]] = {}
        self.by_hour: dict[int, dict[int, Group]] = {}  # by hour of the first, for closing and snapshots
        self.changed: set[int] = set()
        self.dropped: set[int] = set()

    def join(self, sighting: Sighting) -> Iterator[tuple[int, int]]:
        """Put a new mention among its copies; yields minute and author of those that may change."""
        groups = self.days.setdefault(sighting.minute // DAY_MINUTES, {})
        mine, hour = (sighting.minute, sighting.id), sighting.minute // HOUR_MINUTES
        for key in sighting.copies:
            group = groups.get(key)
            if group is None:
                if len(groups) < TRACKED:
                    groups[key] = group = Group(mine, sighting.author)
                    self._place(key, group, hour)
                continue
            group.count(hour)
            if group.author is not None:
                yield group.first[0], group.author
            if mine < group.first:
                self.by_hour[group.hour].pop(key)
                self.changed.add(group.hour)
                group.first, group.author = mine, sighting.author
            self._place(key, group, group.hour)

    def _place(self, key: int, group: Group, hour: int) -> None:
        self.by_hour.setdefault(hour, {})[key] = group
        self.changed.add(hour)

    def speaks(self, sighting: Sighting) -> bool:
        """Whether this mention is the first of its copies, and they are no campaign."""
        return self.is_original(sighting.minute, sighting.id, sighting.copies)

    def is_original(self, minute: int, mention_id: str, keys: Iterable[int]) -> bool:
        """The same of a mention by its time, id and bands; what is not remembered any more is original."""
        groups = self.days.get(minute // DAY_MINUTES, {})
        for key in keys:
            group = groups.get(key)
            if group is not None and (group.first != (minute, mention_id) or group.is_campaign):
                return False
        return True

    def close(self, hour: int) -> None:
        """Nothing of this hour changes any more; yesterday's groups are dropped."""
        for group in self.by_hour.get(hour, {}).values():
            group.author = None
            self.changed.add(hour)
        today = (hour + 1) * HOUR_MINUTES // DAY_MINUTES
        for day in [d for d in self.days if d < today]:
            del self.days[day]
            for old in range(day * 24, day * 24 + 24):
                if self.by_hour.pop(old, None) is not None:
                    self.changed.discard(old)
                    self.dropped.add(old)
