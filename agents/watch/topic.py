"""The state of one topic, and its measure at a tick."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.pulse.counts import NEGATIVE, Counts
from agents.pulse.sighting import SCALE, Sighting
from agents.watch.baseline import Baseline
from agents.watch.case import Case
from agents.watch.planned import Peak, factor_of_hour, peak_at, raised
from agents.watch.safety import SafetyReports
from agents.watch.scale import RARER, WINDOWS, LowVolume, Surprise, height, low_volume_days
from agents.watch.volume import Volume
from streams.statistics.maxima import NEVER, return_days
from streams.statistics.share import tested
from streams.windows import DAY_MINUTES, HOUR_MINUTES

BUSY = 0.5  # usual negative posts an hour from which the surprise channel speaks
THREAD_FLOOR = 5  # a thread with fewer voices in its open minutes has no forecast


@dataclass(frozen=True, slots=True)
class Measure:
    """What a topic looks like at a tick; counts are of the last 60 minutes, `negative` is capped mass."""

    minute: int
    raw: int
    voices: int
    negative: float
    spread: int
    usual: float
    low: float
    high: float
    score: float
    mass: float  # negative mass on which the score rests
    surprises: tuple[float, ...]
    fastest: float
    low_volume: bool
    planned: Peak | None = None  # expected by the calendar, and in `usual` and `score` already


def _height_of(sums: Sequence[int], times: float) -> float:
    """Height of a window where so many times the usual is expected."""
    return height(sums[NEGATIVE] / SCALE / times)


class TopicState:
    """Everything that is remembered of one topic."""

    __slots__ = (
        "baseline", "case", "closed", "counts", "low", "peaks", "pulse_at", "safety", "surprise",
        "touched_threads",
    )  # fmt: skip

    def __init__(self, hour: int) -> None:
        self.counts = Counts()
        self.baseline = Baseline()
        self.surprise = Surprise()
        self.low = LowVolume(hour * HOUR_MINUTES)
        self.closed = hour  # the first hour that is still open
        self.case: Case | None = None
        self.pulse_at = 0
        self.touched_threads: set[str] = set()  # by what this tick takes in
        self.safety = SafetyReports()
        self.peaks: Sequence[Peak] = ()  # as configured; not remembered

    @property
    def low_volume(self) -> bool:
        """Which channel speaks."""
        return not self.surprise.warm or self.baseline.level * HOUR_MINUTES < BUSY

    def take_in(self, sightings: Iterable[Sighting]) -> bool:
        """Count what a tick takes in; False if nothing of it was new."""
        new = [s for s in sightings if self.counts.add(s)]
        self.safety.take(new, self.counts.copies)
        self.touched_threads.update([s.thread for s in new])
        return bool(new)

    def close_until(self, hour: int, volume: Volume) -> None:
        """Learn all hours before `hour`."""
        for closing in range(self.closed, hour):
            self._close(closing, volume)
        if hour > self.closed:
            self.closed = hour
            self.counts.threads.expire(hour * HOUR_MINUTES)

    def _close(self, hour: int, volume: Volume) -> None:
        start, end = hour * HOUR_MINUTES, (hour + 1) * HOUR_MINUTES
        idle = not any(minute < end for minute in self.counts.minutes)
        raw, voices, negative, _ = (0, 0, 0, 0) if idle else self.counts.totals(start, end)
        expected = self.baseline.expect(hour, volume, volume.hours.get(hour, raw), raw)
        if self.peaks:
            expected = raised(expected, factor_of_hour(self.peaks, hour))
        if end > self.low.at:
            if idle:
                self.low.wait(end, expected.rate)
            else:
                self.low.close(end, *self._low_sums(end, expected.rate))
        frozen = self.case is not None and self.case.covers(hour)
        self.baseline.learn(hour, (raw, voices, negative / SCALE), expected, volume, frozen)
        if not idle:
            self.counts.close(hour)

    def damp(self, now: int, rate: float) -> None:
        """Halve the low-volume channel's evidence at minute `now`."""
        self.low.close(now, *self._low_sums(now, rate))
        self.low.damp()

    def forget_evidence(self, now: int) -> None:
        """Start the low-volume channel anew at minute `now`."""
        self.low.reset(now, self._low_sums(now, 0.0)[2])

    def _low_sums(self, until: int, rate: float) -> tuple[list[float], float, float]:
        counts = [(m, b[NEGATIVE] / SCALE) for m, b in self.counts.between(self.low.at, until)]
        return self.low.run(until, counts, rate, self.baseline.fano)

    def measure(self, now: int, volume: Volume, *, calendar: bool = True) -> Measure:
        """The measure of the windows that end at minute `now`; without the calendar, as on any other day."""
        sums = self.counts.window_sums(now, WINDOWS)
        raw, voices, negative, spread = sums[1]
        hour = (now - 1) // HOUR_MINUTES
        expected = self.baseline.expect(hour, volume, volume.last_hour(now), raw)
        peak = peak_at(self.peaks, now) if calendar and self.peaks else None
        times = peak.factor if peak else 1.0
        expected = raised(expected, times)
        level = self.baseline.level * expected.exposure
        rates = [
            level * w * self.baseline.factor((now - 1 - w // 2) // HOUR_MINUTES, volume) for w in WINDOWS[:2]
        ]
        surprises = tuple(_height_of(s, times) for s in sums)
        low_volume = self.low_volume
        fastest = self._fastest_thread(now, times)
        if low_volume:
            evidence, mass, _ = self._low_sums(now, rates[0] / WINDOWS[0])
            score = low_volume_days(evidence, self.baseline.level * DAY_MINUTES)
        else:
            mass = max(negative, sums[-1][NEGATIVE] / 2) / SCALE
            rarer = RARER if tested(self.baseline.share(volume)) else 0.0
            score = min(NEVER, return_days(self.surprise.combined(surprises, fastest)) + rarer)
        low, high = self.baseline.usual_range(rates[1])
        return Measure(
            now, raw, voices, negative / SCALE, spread, rates[1], low, high,
            score, mass, surprises, fastest, low_volume, peak,
        )  # fmt: skip

    def _fastest_thread(self, now: int, times: float) -> float:
        """How high the highest thread stands among those touched, with what is to come in it."""
        best = 0.0
        for thread_id in self.touched_threads:
            thread = self.counts.threads.closed(thread_id, self.closed * HOUR_MINUTES)
            if thread is None or thread.people < THREAD_FLOOR:
                continue
            if thread.voices_open() >= THREAD_FLOOR:
                best = max(best, height(thread.forecast(now) / times))
        return best
