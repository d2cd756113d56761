"""Logistic regression by L-BFGS, in arithmetic that gives the same bits on every machine.

No BLAS and no vector library: only element-wise IEEE operations, sequential sums (`bincount`) and NumPy's
fixed pairwise sums; `exp` is a polynomial of our own, because NumPy's depends on the processor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.sentiment.training.matrix import Matrix

F64 = NDArray[np.float64]
MEMORY = 8  # pairs of steps that L-BFGS remembers


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights a bucket and one bias a group (data set)."""

    weights: F64
    biases: F64
    loss: float


@dataclass(frozen=True, slots=True)
class Task:
    """What to fit: targets 0-1 (soft labels allowed), weight of each row, group of each row.

    Strength of the L2 penalty.
    """

    targets: F64
    row_weights: F64
    groups: NDArray[np.intp]
    penalty: float
    base: F64 | None = None  # log-odds a row to begin from; 0 where not given


def fit(matrix: Matrix, task: Task, rounds: int, tick: Callable[[], None] = lambda: None) -> Fitted:
    """The penalised logistic regression after `rounds` steps; `tick` is called after each."""
    groups = int(task.groups.max()) + 1
    width = matrix.width
    base = np.zeros(matrix.rows) if task.base is None else task.base

    def objective(point: F64) -> tuple[float, F64]:
        weights, biases = point[:width], point[width:]
        scores = matrix.times(weights) + biases[task.groups] + base
        residuals = (sigmoid(scores) - task.targets) * task.row_weights
        loss = float(np.sum((softplus(scores) - task.targets * scores) * task.row_weights))
        loss += task.penalty / 2 * dot(weights, weights)
        slope = np.empty_like(point)
        slope[:width] = matrix.transposed_times(residuals) + task.penalty * weights
        slope[width:] = np.bincount(task.groups, residuals, minlength=groups)
        return loss, slope

    point, loss = minimise(objective, np.zeros(width + groups), rounds, tick)
    return Fitted(point[:width], point[width:], loss)


def minimise(
    objective: Callable[[F64], tuple[float, F64]],
    point: F64,
    rounds: int,
    tick: Callable[[], None] = lambda: None,
) -> tuple[F64, float]:
    """The point that L-BFGS reaches in at most `rounds` steps, and its value."""
    value, slope = objective(point)
    steps: list[tuple[F64, F64, float]] = []
    for _ in range(rounds):
        direction = _direction(slope, steps)
        found = _line_search(objective, point, value, slope, direction, first=not steps)
        if found is None:
            break
        new_point, value, new_slope = found
        moved, bent = new_point - point, new_slope - slope
        curvature = dot(moved, bent)
        if curvature > 0:
            steps = [*steps[-MEMORY + 1 :], (moved, bent, 1 / curvature)]
        point, slope = new_point, new_slope
        tick()
    return point, value


def _direction(slope: F64, steps: list[tuple[F64, F64, float]]) -> F64:
    """Downhill, by the two-loop recursion (Nocedal 1980)."""
    direction = -slope
    shares = []
    for moved, bent, inverse in reversed(steps):
        share = inverse * dot(moved, direction)
        direction -= share * bent
        shares.append(share)
    if steps:
        moved, bent, inverse = steps[-1]
        direction *= 1 / (inverse * dot(bent, bent))
    for (moved, bent, inverse), share in zip(steps, reversed(shares), strict=True):
        direction += (share - inverse * dot(bent, direction)) * moved
    return direction


def _line_search(
    objective: Callable[[F64], tuple[float, F64]],
    point: F64,
    value: float,
    slope: F64,
    direction: F64,
    *,
    first: bool,
) -> tuple[F64, float, F64] | None:
    """The first of ever shorter steps that goes down enough (Armijo); None where none does."""
    downhill = dot(slope, direction)
    length = min(1.0, 1 / np.sqrt(dot(slope, slope))) if first else 1.0
    for _ in range(20):
        candidate = point + length * direction
        new_value, new_slope = objective(candidate)
        if new_value <= value + 1e-4 * length * downhill:
            return candidate, new_value, new_slope
        length /= 2
    return None


def dot(left: F64, right: F64) -> float:
    """The inner product by NumPy's pairwise sum: BLAS would differ between processors."""
    return float(np.sum(left * right))


def exp(power: F64) -> F64:
    """e to the power, of elementary operations only; relative error below 1e-13 for |power| < 700."""
    bounded = np.clip(power, -700.0, 700.0)
    halvings = np.rint(bounded * 1.4426950408889634)
    rest = (bounded - halvings * 0.693147180369123816490) - halvings * 1.90821492927058770002e-10
    series = np.ones_like(rest)
    for k in range(14, 0, -1):
        series = series * rest / k + 1.0
    return np.ldexp(series, halvings.astype(np.int32))


def sigmoid(scores: F64) -> F64:
    """1 / (1 + exp(-score))."""
    return 1.0 / (1.0 + exp(-scores))


def softplus(scores: F64) -> F64:
    """log(1 + exp(score)), to the accuracy that comparing losses needs."""
    return np.maximum(scores, 0.0) + np.log1p(exp(-np.abs(scores)))
