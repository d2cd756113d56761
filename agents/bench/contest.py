"""The peers on the same storms in the same backgrounds, each at the threshold that keeps the budget on the
tune half.

They get the sum of the negativity of all posts in each five minutes, as the reader reads it. A page is the
first bin at or above the threshold; false pages are counted with a day of silence after each. Earlier false
pages do not silence them when a storm comes, which is to their advantage.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.bench.injections import Injection, Outcome
from agents.bench.mentions import background
from agents.bench.peers import BIN_MINUTES, PEERS, Peer
from agents.bench.places import Background, Storm, storms
from agents.bench.readers import Reader
from agents.bench.robust_peers import RIVER, ROBUST_PEERS, river_peers
from agents.watch.engine import Arrival
from agents.watch.policy import DAYS_A_MONTH

BIN_S = BIN_MINUTES * 60
SILENCE_BINS = 288
F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Faced:
    """A storm as a peer scored it: (time, score) where the score was higher than all before."""

    storm: Storm
    records: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """A peer on one background: scores of the bins from the first injection on, whether nothing was known to
    happen in them, and the storms."""

    peer: str
    place: str
    scores: F64
    clean: NDArray[np.bool_]
    storms: tuple[Faced, ...]

    @property
    def months(self) -> float:
        """Clean topic-months."""
        return float(self.clean.sum()) * BIN_MINUTES / 1440 / DAYS_A_MONTH

    def false_pages(self, threshold: float) -> int:
        """Pages in clean bins, a day apart at least."""
        pages, silent_until = 0, -1
        for place in np.flatnonzero(self.scores >= threshold):
            if place >= silent_until:
                pages += bool(self.clean[place])
                silent_until = int(place) + SILENCE_BINS
        return pages

    def outcome(self, threshold: float) -> Outcome:
        """What the threshold brings."""
        faced = [_judged(self.place, one, threshold) for one in self.storms]
        return Outcome(self.place, faced, self.false_pages(threshold), self.months)


def _judged(place: str, faced: Faced, threshold: float) -> Injection:
    storm = faced.storm
    page = next((time for time, score in faced.records if score >= threshold), None)
    if page is None or page >= storm.half:
        return Injection(place, storm.shape, storm.size, None, None)
    seen = bisect_left(storm.times, page)
    return Injection(place, storm.shape, storm.size, storm.half - page, seen, storm.peak - page)


def every_peer() -> dict[str, Callable[[], Peer]]:
    """All that are at hand."""
    return {**PEERS, **ROBUST_PEERS, **river_peers()}


def missing() -> list[str]:
    """Those whose library is not installed."""
    return [name for name in RIVER if name not in every_peer()]


def binned(arrivals: Iterable[Arrival], first: int, last: int) -> F64:
    """Sums of negativity in the bins from `first` to before `last`, numbered since 1970."""
    sums = np.zeros(max(0, last - first))
    for one in arrivals:
        place = int(one.clock_s // BIN_S) - first
        if one.scored is not None and 0 <= place < len(sums):
            sums[place] += one.scored.negativity
    return sums


def run(
    place: Background, shapes: Mapping[str, Sequence[float]], reader: Reader, every: float
) -> list[Trial]:
    """Every peer through one background and its storms."""
    first, last = int(place.times[0] // BIN_S), int(place.times[-1] // BIN_S) + 1
    counts = binned(background(place.times, reader, place.name), first, last)
    together = [_with_storm(counts, first, storm, reader) for storm in storms(place, shapes, every)]
    return [_trial(name, make(), place, counts, together) for name, make in every_peer().items()]


def _with_storm(counts: F64, first: int, storm: Storm, reader: Reader) -> tuple[Storm, F64]:
    """A storm, and the counts of its bins until half of it has come, the background's included."""
    begin, end = int(storm.at // BIN_S), int(storm.half // BIN_S) + 1
    return storm, counts[begin - first : end - first] + binned(storm.first_half(reader), begin, end)


def _trial(
    name: str, peer: Peer, place: Background, counts: F64, together: Sequence[tuple[Storm, F64]]
) -> Trial:
    first, start = int(place.times[0] // BIN_S), int(place.start // BIN_S)
    waiting = list(reversed(together))
    faced: list[Faced] = []
    scores = []
    for number, count in enumerate(counts.tolist(), first):
        while waiting and int(waiting[-1][0].at // BIN_S) == number:
            faced.append(_face(deepcopy(peer), *waiting.pop()))
        scores.append(peer.score(number, count))
    clean = [place.clean(n * BIN_S, n * BIN_S + 1) for n in range(start, first + len(counts))]
    return Trial(name, place.name, np.array(scores[start - first :]), np.array(clean), tuple(faced))


def _face(peer: Peer, storm: Storm, counts: F64) -> Faced:
    """What a copy of the peer makes of the storm."""
    begin = int(storm.at // BIN_S)
    records: list[tuple[float, float]] = []
    for number, count in enumerate(counts.tolist(), begin):
        score = peer.score(number, count)
        if not records or score > records[-1][1]:
            records.append(((number + 1) * BIN_S, score))
    return Faced(storm, tuple(records))


def tuned(trials: Sequence[Trial], budget: float) -> float:
    """The lowest threshold at which false pages a topic-month are within the budget."""
    months = sum(trial.months for trial in trials)
    tries = np.unique(np.concatenate([_maxima(trial.scores) for trial in trials]))
    for threshold in tries:
        if sum(trial.false_pages(threshold) for trial in trials) <= budget * months:
            return float(threshold)
    return float(np.nextafter(tries[-1], np.inf))


def _maxima(scores: F64, block: int = 72) -> F64:
    """Maxima of six hours each."""
    return np.array([scores[at : at + block].max() for at in range(0, len(scores), block)])
