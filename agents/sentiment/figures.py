"""How good given probabilities and labels are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from agents.sentiment.calibration import DECIMALS, Reading, fit_platt

F64 = NDArray[np.float64]
Places = NDArray[np.intp]
CUTS = np.linspace(0.02, 0.98, 33)  # shares of texts below a cut that are tried


def area(hits: F64, scores: F64) -> float:
    """Area under the ROC curve, 0-1; ties count half. 0.5 where only one class is there."""
    positives = int(hits.sum())
    negatives = hits.size - positives
    if not positives or not negatives:
        return 0.5
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[hits > 0].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(hits: F64, scores: F64) -> float:
    """Mean precision at each hit, from the highest score down, 0-1."""
    found = hits[np.argsort(-scores, kind="stable")]
    precision = np.cumsum(found) / np.arange(1, found.size + 1)
    return float((precision * found).sum() / max(1.0, float(found.sum())))


def macro_f1(truth: Places, given: Places) -> float:
    """Mean F1 of the classes that occur in truth, 0-1."""
    return float(np.mean([f1(truth == c, given == c) for c in np.unique(truth)]))


def f1(truth: NDArray[np.bool_], given: NDArray[np.bool_]) -> float:
    """F1 of one class, 0-1; 0 where it neither occurs nor is given."""
    both = int((truth & given).sum())
    return 2 * both / max(1, int(truth.sum()) + int(given.sum()))


def log_loss(hits: F64, chances: F64) -> float:
    """Mean surprise in nats at the hits; chances lie strictly between 0 and 1."""
    return float(-np.mean(hits * np.log(chances) + (1 - hits) * np.log(1 - chances)))


def calibration_error(hits: F64, chances: F64, bins: int = 10) -> float:
    """Expected calibration error, 0-1: mean distance of promised and found share over equally wide bins."""
    place = np.minimum((chances * bins).astype(int), bins - 1)
    promised = np.bincount(place, chances, minlength=bins)
    found = np.bincount(place, hits, minlength=bins)
    return float(np.abs(promised - found).sum() / chances.size)


def accuracy(truth: Places, given: Places) -> float:
    """Share of labels that are right, 0-1."""
    return float((truth == given).mean())


def with_best_labels(reading: Reading, truth: Places, negative: F64, positive: F64) -> Reading:
    """The reading with the cuts of greatest macro-F1 at these sums."""
    tries = [
        replace(reading, negative_cut=round(float(a), DECIMALS), positive_cut=round(float(b), DECIMALS))
        for a in np.quantile(reading.negative.log_odds(negative), CUTS)
        for b in np.quantile(reading.positive.log_odds(positive), CUTS)
    ]
    scores = [macro_f1(truth, one.choose(negative, positive)) for one in tries]
    return tries[int(np.argmax(scores))]


def fitted_reading(negative: F64, positive: F64, truth: Places) -> Reading:
    """The reading that fits sums best to labels (0 negative, 1 neutral, 2 positive)."""
    hits = [(truth == label).astype(float) for label in range(3)]
    reading = Reading(fit_platt(negative, hits[0]), fit_platt(positive, hits[2]), float(hits[0].mean()))
    reading = with_best_labels(reading, truth, negative, positive)
    return replace(reading, accuracy=round(accuracy(truth, reading.choose(negative, positive)), 4))
