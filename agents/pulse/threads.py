"""The threads of one topic: size, speed and forecast of each in constant memory."""

from __future__ import annotations

import msgspec

from streams.statistics.cascade import TAUS, expected_within_day, folded, reproduction
from streams.statistics.forecast import Forecast, final_size, outgrows
from streams.windows import DAY_MINUTES, HOUR_MINUTES

SCALE = 1000
IDLE_MINUTES = 2 * DAY_MINUTES
NOTHING = [0.0] * len(TAUS)


class Thread:
    """One conversation: recent minutes as they are, what is older as five decayed sums of voices."""

    __slots__ = ("began", "closed", "last", "minutes", "negative", "people", "sums")

    def __init__(self, minute: int) -> None:
        self.minutes: dict[int, list[int]] = {}  # minute -> [voices, negative thousandths]
        self.began = self.closed = self.last = minute
        self.sums: list[float] | None = None  # None while nothing is older than the open minutes
        self.people = self.negative = 0

    def add(self, minute: int, people: int, negative: int) -> None:
        """Count voices and negative mass (thousandths) up or down."""
        bucket = self.minutes.get(minute)
        if bucket is None:
            bucket = self.minutes[minute] = [0, 0]
        bucket[0] += people
        bucket[1] += negative
        self.people += people
        self.negative += negative
        self.last = max(self.last, minute)
        self.began = min(self.began, minute)
        if self.sums is None and minute < self.closed:
            self.closed = minute

    def close(self, until: int) -> None:
        """Fold what is older than `until` into the decayed sums."""
        if self.closed >= until:
            return  # as for most: no open minute is before `closed`
        old = sorted([m for m in self.minutes if m < until])
        if not old:
            return
        counts = [(m, self.minutes.pop(m)[0]) for m in old]
        self.sums, _ = folded(self.sums or NOTHING, self.closed, until, counts)
        self.closed = until

    def voices_open(self) -> int:
        """Voices in the open minutes."""
        return sum([bucket[0] for bucket in self.minutes.values()])

    def forecast(self, now: int) -> float:
        """Negative posts, those of the open minutes and those to come in 24 hours.

        What is to come takes the lower end of R's 90 % interval: a few quick posts are no storm yet, and a
        thread that subsides promises little. Its share of negative posts is taken to stay.
        """
        voices, negative, sums, pressure = self._folded(now)
        first = 1 if self.sums is None else 0  # the first post of a thread was caused by no other
        _, low, _ = reproduction(max(0, voices - first), pressure)
        grown = (voices + expected_within_day(sums, low)) / max(1, voices)
        return grown * negative / SCALE

    def final(self, now: int) -> Forecast:
        """Voices that the thread will have had after a week, and a 90 % interval."""
        return final_size(self.people, self._folded(now)[2], now - self.began)

    def outgrows(self, size: float, now: int) -> float:
        """Log odds that more voices than `size` will have spoken in it after a week."""
        return outgrows(size, self._folded(now)[2], now - self.began)

    def _folded(self, now: int) -> tuple[int, int, list[float], float]:
        """Voices and negative thousandths of the open minutes; sums at minute `now`, and the pressure."""
        counts = [(m, b) for m, b in sorted(self.minutes.items()) if m < now]
        sums, pressure = folded(
            self.sums or NOTHING, min(self.closed, now), now, ((m, b[0]) for m, b in counts)
        )
        return sum(b[0] for _, b in counts), sum(b[1] for _, b in counts), sums, pressure

    def dump(self) -> list[object]:
        """As a plain list."""
        return [self.minutes, self.began, self.closed, self.last, self.sums, self.people, self.negative]

    @classmethod
    def load(cls, parts: list[object]) -> Thread:
        """The inverse of `dump`."""
        thread = cls(0)
        (thread.minutes, thread.began, thread.closed, thread.last,
         thread.sums, thread.people, thread.negative) = parts  # type: ignore[assignment]  # fmt: skip
        return thread


class Threads:
    """All live threads of a topic; one in which nothing is open any more is held as the bytes that are
    stored of it, an eighth of its size, until somebody speaks in it again."""

    __slots__ = ("by_id", "dirty", "due", "gone")

    def __init__(self) -> None:
        self.by_id: dict[str, Thread | bytes] = {}
        self.due: dict[int, list[str]] = {}  # what was laid to rest, by the hour of its last voice
        self.dirty: set[str] = set()
        self.gone: set[str] = set()

    def add(self, thread_id: str, minute: int, people: int, negative: int) -> None:
        """Count in a thread, which is made at its first voice."""
        thread = self.by_id.get(thread_id)
        if thread is None:
            thread = self.by_id[thread_id] = Thread(minute)
        elif isinstance(thread, bytes):
            thread = self.by_id[thread_id] = _unpacked(thread)
        thread.add(minute, people, negative)
        self.dirty.add(thread_id)
        self.gone.discard(thread_id)

    def get(self, thread_id: str) -> Thread | None:
        """A thread, awake; None where none has a voice."""
        thread = self.by_id.get(thread_id)
        if isinstance(thread, bytes):
            thread = self.by_id[thread_id] = _unpacked(thread)
        return thread

    def closed(self, thread_id: str, until: int) -> Thread | None:
        """A thread with what is older than `until` folded; None where none has a voice."""
        thread = self.get(thread_id)
        if thread is not None:
            thread.close(until)
            self.dirty.add(thread_id)
        return thread

    def packed(self, thread_id: str) -> bytes:
        """What is stored of a thread that lives."""
        thread = self.by_id[thread_id]
        return thread if isinstance(thread, bytes) else _packed(thread)

    def rest(self, thread_id: str, stored: bytes) -> None:
        """Hold a thread as the bytes that are stored of it."""
        self.by_id[thread_id] = stored
        self.due.setdefault(_unpacked(stored).last // HOUR_MINUTES, []).append(thread_id)

    def expire(self, now: int) -> None:
        """Drop the threads that nobody touched for two days; lay those to rest whose minutes are all closed,
        which is so before `now`, the beginning of an hour."""
        for thread_id, thread in self.by_id.items():
            if not isinstance(thread, bytes) and thread.last < now:
                self.rest(thread_id, _packed(thread))
        oldest = now - IDLE_MINUTES
        for hour in [h for h in self.due if (h + 1) * HOUR_MINUTES <= oldest]:
            for thread_id in self.due.pop(hour):
                self._drop(thread_id, oldest)

    def _drop(self, thread_id: str, oldest: int) -> None:
        """Drop a thread unless somebody spoke in it since it was laid to rest."""
        thread = self.by_id.get(thread_id)
        if isinstance(thread, bytes) and _unpacked(thread).last < oldest:
            del self.by_id[thread_id]
            self.dirty.discard(thread_id)
            self.gone.add(thread_id)


def _packed(thread: Thread) -> bytes:
    return msgspec.msgpack.encode(thread.dump())


def _unpacked(stored: bytes) -> Thread:
    return Thread.load(msgspec.msgpack.decode(stored))
