"""Fits the rule by which the watch says that a thread will outgrow a size, on the tune half of the cascades:

    python -m agents.bench.thread_fit ../shared/data/detection

What counts is not how likely each minute of a thread looks, but whether the highest score before half of a
large thread exceeds the highest of the small ones. So the weights are those of most precision over recalls
from .70 to .96, found by the cross-entropy method (Rubinstein and Kroese 2004), for several sizes at once,
and averaged over random parts of the half, so that no single cascade decides. Prints the constants of
`streams/statistics/forecast.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agents.bench import cascades
from agents.bench import data as public
from agents.bench.thread_rules import LEAST_EVENTS, minutes_of
from streams.statistics.cascade import TAUS, folded
from streams.statistics.forecast import growth_features

F64 = NDArray[np.float64]
SIZES = (350, 420, 500, 600, 720)
RECALLS = np.arange(0.70, 0.961, 0.02)
GROWN = 1.03  # a moment is looked at when there are so many times as many posts as at the last one
START = np.array([0.9, -0.8, 4.7, 0.2])
ROUNDS, DRAWN, KEPT, WIDTH = 25, 40, 8, 0.25
PARTS, PART = 20, 0.7  # random parts of the half that are fitted, and how large they are


@dataclass(frozen=True, slots=True)
class Moments:
    """Some minutes of some cascades: features for a size; where each cascade begins among them; which
    cascades are large, and which minutes come before half of a cascade."""

    features: F64
    starts: NDArray[np.intp]
    large: NDArray[np.bool_]
    early: NDArray[np.bool_]

    def highest(self, weights: F64) -> tuple[F64, F64]:
        """The highest score of each cascade, and the highest before half of it has come."""
        scores = self.features @ weights
        early = np.where(self.early, scores, scores.min())
        return np.maximum.reduceat(scores, self.starts), np.maximum.reduceat(early, self.starts)

    def precision(self, weights: F64, some: NDArray[np.intp]) -> float:
        """Mean over recalls of the best precision that recalls as much, for some of the cascades."""
        highest, before = (scores[some] for scores in self.highest(weights))
        large = self.large[some]
        tries = np.sort(highest)[::-1]
        hits = large.sum() - np.searchsorted(np.sort(before[large]), tries)
        best = np.maximum.accumulate((hits / np.arange(1, len(tries) + 1))[::-1])[::-1]
        reached = np.searchsorted(hits, RECALLS * large.sum())
        return float(np.mean(np.append(best, 0.0)[np.minimum(reached, len(best))]))


def moments(trees: Mapping[str, Sequence[float]], size: float) -> Moments:
    """Moments of all cascades for one size."""
    rows: list[tuple[float, ...]] = []
    starts, large, early = [], [], []
    for times in trees.values():
        starts.append(len(rows))
        large.append(len(times) >= size)
        for minute, features in _seen(times, size):
            rows.append(features)
            early.append(minute <= times[len(times) // 2] / 60)
    return Moments(np.array(rows), np.array(starts), np.array(large), np.array(early))


def _seen(times: Sequence[float], size: float) -> Iterator[tuple[int, tuple[float, ...]]]:
    """(minute, features) of a cascade, from the decayed sums that a thread keeps."""
    sums, last, told = [0.0] * len(TAUS), 0, 0.0
    for minute, count, seen in minutes_of([t for t in times if t < cascades.LONGEST_MINUTES * 60]):
        sums, _ = folded(sums, last, minute + 1, [(minute, count)])
        last = minute + 1
        if seen >= max(LEAST_EVENTS, GROWN * told + 1):
            told = seen
            yield last, growth_features(size, sums, last)


def fitted(sizes: Sequence[Moments], some: NDArray[np.intp], chance: np.random.Generator) -> F64:
    """The direction of most precision for some of the cascades, mean over sizes, by cross-entropy."""
    mean, spread = START / np.linalg.norm(START), np.eye(len(START)) * WIDTH**2
    for _ in range(ROUNDS):
        drawn = chance.multivariate_normal(mean, spread, DRAWN)
        drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
        worth = [np.mean([one.precision(weights, some) for one in sizes]) for weights in drawn]
        best = drawn[np.argsort(worth)[-KEPT:]]
        mean, spread = best.mean(axis=0), np.cov(best.T) + 1e-4 * np.eye(len(START))
    return np.asarray(mean / np.linalg.norm(mean))


def odds(scores: F64, large: NDArray[np.bool_]) -> tuple[float, float]:
    """Constant and slope that make log odds of scores (Platt 1999), by Newton's method."""
    design, found = np.column_stack([np.ones_like(scores), scores]), np.zeros(2)
    for _ in range(30):
        share = 1 / (1 + np.exp(-design @ found))
        curvature = (design * (share * (1 - share))[:, None]).T @ design
        found += np.linalg.solve(curvature, design.T @ (large - share))
    return float(found[0]), float(found[1])


def constants(data: Path) -> tuple[float, ...]:
    """The constant and weights of `streams.statistics.forecast.LARGE`."""
    tune = {n: t for n, t in sorted(public.trees(data).items()) if public.half_of(f"tree:{n}") == "tune"}
    sizes = [moments(tune, size) for size in SIZES]
    whole = sizes[SIZES.index(cascades.LARGE)]
    scale = whole.features.std(axis=0)
    alike = [replace(one, features=one.features / scale) for one in sizes]
    chance = np.random.default_rng(1)
    parts = [chance.choice(len(tune), int(PART * len(tune)), replace=False) for _ in range(PARTS)]
    weights = np.mean([fitted(alike, part, chance) for part in parts], axis=0) / scale
    highest, before = whole.highest(weights)
    constant, slope = odds(np.where(whole.large, before, highest), whole.large)
    return tuple(round(float(x), 2) for x in (constant, *(slope * weights)))


if __name__ == "__main__":
    sys.stdout.write(f"LARGE = {constants(Path(sys.argv[1]))}\n")
