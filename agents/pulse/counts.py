"""What a topic's rates are made of: one voice per author and quarter of an hour, copies collapsed.

Every number is a function of the *set* of mentions seen, never of their order: an author's most
negative mention of a slot speaks, and of near-identical texts the first of a day at most.
A mention that arrives late may take the place of another; the counts are moved accordingly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agents.pulse.copies import Copies
from agents.pulse.sighting import Sighting
from agents.pulse.sliding import Sliding
from agents.pulse.threads import Threads
from streams.windows import HOUR_MINUTES, slot_of

RAW, PEOPLE, NEGATIVE, SPREAD = range(4)  # the fields of a minute's bucket
KEPT_MINUTES = 8 * HOUR_MINUTES
VOICES_KEPT_MINUTES = 2 * HOUR_MINUTES  # beyond the closed hours


class Slot:
    """A quarter of an hour of one topic: who spoke, and which mentions were seen."""

    __slots__ = ("seen", "voices")

    def __init__(self) -> None:
        self.voices: dict[int, Sighting] = {}
        self.seen: set[str] = set()


class Counts:
    """Rolling counts of one topic and its threads."""

    __slots__ = ("changed", "copies", "dropped", "minutes", "sliding", "slots", "threads")

    def __init__(self) -> None:
        self.minutes: dict[int, list[int]] = {}
        self.sliding = Sliding()
        self.slots: dict[int, Slot] = {}
        self.copies = Copies()
        self.threads = Threads()
        self.changed: set[int] = set()  # slots since the last snapshot
        self.dropped: set[int] = set()

    def add(self, sighting: Sighting) -> bool:
        """Take in a mention; True if it changes anything: not seen before, or an edit that speaks now."""
        number = slot_of(sighting.minute)
        slot = self.slots.get(number)
        if slot is None:
            slot = self.slots[number] = Slot()
        self.changed.add(number)
        new = sighting.id not in slot.seen
        if new:
            slot.seen.add(sighting.id)
            self._bucket(sighting.minute)[RAW] += 1
        speaking = slot.voices.get(sighting.author)
        if speaking is None and not sighting.copies:
            slot.voices[sighting.author] = sighting
            self._count(sighting, counted=True)
            return True
        speaks = speaking is None or sighting.rank > speaking.rank
        if speaks:
            slot.voices[sighting.author] = sighting
            if speaking is not None:
                self._settle(speaking)
        for minute, author in self.copies.join(sighting) if new and sighting.copies else ():
            self._settle(self.slots[slot_of(minute)].voices[author])
        self._settle(sighting)
        return new or speaks

    def _speaks(self, s: Sighting) -> bool:
        slot = self.slots.get(slot_of(s.minute))
        return slot is not None and slot.voices.get(s.author) is s and (not s.copies or self.copies.speaks(s))

    def _settle(self, s: Sighting) -> None:
        """Bring the counts in line with whether this mention speaks."""
        speaks = self._speaks(s)
        if speaks == s.counted:
            return
        self.changed.add(slot_of(s.minute))
        self._count(s, counted=speaks)

    def leave_out(self, counted: Iterable[Sighting]) -> None:
        """Count as if these had not been posted; `put_back` them before anything else is taken in."""
        for s in counted:
            self._count(s, counted=False)

    def put_back(self, left_out: Iterable[Sighting]) -> None:
        """Count them again."""
        for s in left_out:
            self._count(s, counted=True)

    def _count(self, s: Sighting, *, counted: bool) -> None:
        s.counted = counted
        sign = 1 if counted else -1
        minute, negative = s.minute, sign * s.negative
        bucket = self._bucket(minute)
        bucket[PEOPLE] += sign
        bucket[NEGATIVE] += negative
        bucket[SPREAD] += sign * s.spreads
        self.threads.add(s.thread, minute, sign, negative)

    def _bucket(self, minute: int) -> list[int]:
        if minute < self.sliding.until:
            self.sliding.forget()
        bucket = self.minutes.get(minute)
        if bucket is None:
            bucket = self.minutes[minute] = [0, 0, 0, 0]
        return bucket

    def add_plain(self, minute: int, count: float, scale: int) -> None:
        """Take in a bare number of mentions, as a count series gives them; all are negative voices."""
        bucket = self._bucket(minute)
        bucket[RAW] += round(count)
        bucket[PEOPLE] += round(count)
        bucket[NEGATIVE] += round(count * scale)

    def forget(self, mention_id: str, minute: int) -> bool:
        """A deletion: the count stays, the text goes; whether there was any."""
        slot = self.slots.get(slot_of(minute))
        if slot is None or mention_id not in slot.seen:
            return False
        for voice in slot.voices.values():
            if voice.id == mention_id:
                voice.text = ""
        self.changed.add(slot_of(minute))
        return True

    def totals(self, start: int, end: int) -> list[int]:
        """Sums of raw mentions, voices, negative mass (thousandths) and spreading voices in [start, end)."""
        sums = [0, 0, 0, 0]
        for _, bucket in self.between(start, end):
            sums[0] += bucket[0]
            sums[1] += bucket[1]
            sums[2] += bucket[2]
            sums[3] += bucket[3]
        return sums

    def between(self, start: int, end: int) -> list[tuple[int, list[int]]]:
        """The minutes in [start, end) in which anything came, in order, with their counts."""
        minutes = self.minutes
        if end - start < len(minutes):
            return [(m, minutes[m]) for m in range(start, end) if m in minutes]
        return [(m, minutes[m]) for m in sorted(minutes) if start <= m < end]

    def window_sums(self, now: int, windows: Sequence[int]) -> list[list[int]]:
        """`totals` of the windows of so many minutes that end at minute `now`."""
        return self.sliding.sums(self.minutes, now, windows)

    def voices(self, start: int, end: int) -> Iterator[Sighting]:
        """The counted mentions in [start, end)."""
        for slot in range(slot_of(start), slot_of(end) + 1):
            held = self.slots.get(slot)
            for s in held.voices.values() if held else ():
                if s.counted and start <= s.minute < end:
                    yield s

    def held(self, start: int, end: int) -> Iterator[Sighting]:
        """Of each author and slot the mention that speaks, or would were it no copy, in [start, end)."""
        for slot in range(slot_of(start), slot_of(end) + 1):
            there = self.slots.get(slot)
            for s in there.voices.values() if there else ():
                if start <= s.minute < end:
                    yield s

    def close(self, hour: int) -> None:
        """Nothing of this hour will change: drop who spoke long ago, keep the counts for the windows."""
        oldest_slot = slot_of((hour + 1) * HOUR_MINUTES - VOICES_KEPT_MINUTES)
        for slot in [s for s in self.slots if s < oldest_slot]:
            del self.slots[slot]
            self.changed.discard(slot)
            self.dropped.add(slot)
        self.copies.close(hour)
        oldest = (hour + 1) * HOUR_MINUTES - KEPT_MINUTES
        for minute in [m for m in self.minutes if m < oldest]:
            del self.minutes[minute]
