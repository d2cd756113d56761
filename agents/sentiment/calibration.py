"""From a model's sums to probabilities that hold, and from probabilities to labels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
ROUNDS = 50
DECIMALS = 5  # of fitted numbers: what lies beyond depends on the processor, and means nothing
LIKELY = 1 - 1e-6  # no text is certain


@dataclass(frozen=True, slots=True)
class Platt:
    """P = 1 / (1 + exp(-(slope * sum + offset))); two numbers a language (Platt 1999)."""

    slope: float = 1.0
    offset: float = 0.0

    def __call__(self, sums: F64) -> F64:
        return logistic(self.log_odds(sums))

    def log_odds(self, sums: F64) -> F64:
        """The log-odds that the sums are read as."""
        return self.slope * sums + self.offset


@dataclass(frozen=True, slots=True)
class Reading:
    """How sums are read in one language.

    `negative_share` is the share of negative texts (0-1) where the reading was fitted. A text is labelled
    by the side whose log-odds are further above its cut, neutral where neither reaches it.
    """

    negative: Platt = Platt()
    positive: Platt = Platt()
    negative_share: float = 0.2
    negative_cut: float = 0.0
    positive_cut: float = 0.0
    accuracy: float | None = None  # share of right labels (0-1) where the reading was fitted; None: not known

    def corrected(self, negative_share: float | None) -> Reading:
        """The same reading where another share of texts is negative (prior shift, Saerens et al. 2002)."""
        if negative_share is None:
            return self
        shift = logit(negative_share) - logit(self.negative_share)
        moved = Platt(self.negative.slope, self.negative.offset + shift)
        return replace(self, negative=moved, negative_share=negative_share)

    def choose(self, negative: F64, positive: F64) -> NDArray[np.intp]:
        """The label of each text from its sums: 0 negative, 1 neutral, 2 positive."""
        above_negative = self.negative.log_odds(negative) - self.negative_cut
        above_positive = self.positive.log_odds(positive) - self.positive_cut
        return np.asarray(np.argmax([above_negative, np.zeros(negative.size), above_positive], axis=0))


def logistic(scores: F64) -> F64:
    """1 / (1 + exp(-score)), never quite 0 or 1, for any finite score."""
    return np.clip(1.0 / (1.0 + np.exp(-np.clip(scores, -60.0, 60.0))), 1 - LIKELY, LIKELY)


def logit(share: float) -> float:
    """log(share / (1 - share)) for a share strictly between 0 and 1."""
    return math.log(share / (1 - share))


def fit_platt(sums: F64, hits: F64) -> Platt:
    """The slope and offset of greatest likelihood, by Newton's method.

    `hits` are 0-1, pulled in by one pseudo-observation as Platt does, so that separable data stay finite.
    The slope is never negative: a reading may find a model useless, not turn it round.
    """
    targets = _pulled_in(hits)
    mean, spread = float(sums.mean()), float(sums.std()) or 1.0
    scaled = (sums - mean) / spread
    slope, offset = 1.0, logit(float(targets.mean()))
    for _ in range(ROUNDS):
        step = _newton_step(scaled, targets, slope, offset)
        slope, offset = slope - step[0], offset - step[1]
        if abs(step[0]) + abs(step[1]) < 1e-10:
            break
    if not slope > 0:
        return Platt(0.0, round(logit(float(targets.mean())), DECIMALS))
    return Platt(round(slope / spread, DECIMALS), round(offset - slope * mean / spread, DECIMALS))


def _pulled_in(hits: F64) -> F64:
    ups, downs = float(hits.sum()), float(hits.size - hits.sum())
    return hits * ((ups + 1) / (ups + 2)) + (1 - hits) / (downs + 2)


def _newton_step(scaled: F64, targets: F64, slope: float, offset: float) -> tuple[float, float]:
    chance = logistic(slope * scaled + offset)
    miss, weight = chance - targets, chance * (1 - chance)
    a, b, c = (float(np.sum(weight * scaled**k)) for k in (2, 1, 0))
    a, c = a + 1e-6, c + 1e-6
    up, side = float(np.sum(miss * scaled)), float(np.sum(miss))
    determinant = a * c - b * b
    return (c * up - b * side) / determinant, (a * side - b * up) / determinant
