"""The probabilities from which a text is labelled negative or positive."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
SHARES = np.linspace(0.02, 0.98, 49)  # of texts below a cut


def best_cuts(negative: F64, positive: F64, is_negative: F64, is_positive: F64) -> tuple[float, float]:
    """The two cuts of greatest macro-F1 over negative, neutral and positive."""
    truth = np.where(is_negative > 0, 0, np.where(is_positive > 0, 2, 1))
    pairs = [(a, b) for a in _cuts(negative) for b in _cuts(positive)]
    scores = [macro_f1(truth, labelled(negative / a, positive / b)) for a, b in pairs]
    return pairs[int(np.argmax(scores))]


def _cuts(chances: F64) -> list[float]:
    return sorted({float(cut) for cut in np.quantile(chances, SHARES)})


def labelled(negative: F64, positive: F64) -> NDArray[np.intp]:
    """0 negative, 1 neutral, 2 positive, from probabilities as multiples of their cuts."""
    reached = np.maximum(negative, positive) >= 1
    return np.where(reached, np.where(negative >= positive, 0, 2), 1)


def macro_f1(truth: NDArray[np.intp], given: NDArray[np.intp], classes: tuple[int, ...] = (0, 1, 2)) -> float:
    """Mean F1 of the classes, 0-1."""
    return float(np.mean([_f1(truth == c, given == c) for c in classes]))


def _f1(truth: NDArray[np.bool_], given: NDArray[np.bool_]) -> float:
    both = int((truth & given).sum())
    return 2 * both / max(1, int(truth.sum()) + int(given.sum()))
