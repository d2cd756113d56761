"""How the bundled weights are made. Every number that shapes them stands in `Recipe`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from agents.sentiment.calibration import Reading
from agents.sentiment.figures import fitted_reading
from agents.sentiment.linear import Shape
from agents.sentiment.linear_scorer import LABELS, LinearScorer
from agents.sentiment.model import ANY, Model, quantised
from agents.sentiment.training.fit import Task, fit
from agents.sentiment.training.matrix import matrix_of
from agents.sentiment.training.rows import TRAIN_FILE, Row, folded, read, without_copies
from agents.sentiment.training.seeds import seed_rows


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is fitted to what."""

    name: str = "palovahti-linear-1"
    shape: Shape = field(default_factory=Shape)
    penalty: float = 5.0
    rounds: int = 120
    largest_weight: float = 1.5  # beyond it weights are cut when they become int8
    row_weights: dict[str, float] = field(  # of a data set; 1 where not named
        default_factory=lambda: {"seeds": 4.0, "finnsent": 2.0, "absabank": 1.5}
    )
    fold_every: int = 8  # every so many rows (and every seed) once more without ä, ö, å
    calibrate_on: dict[str, str] = field(
        default_factory=lambda: {"fi": "finnsent", "sv": "absabank", "en": "goemotions"}
    )


def train(folder: Path, recipe: Recipe, tick: Callable[[], None] = lambda: None) -> Model:
    """The model of the recipe, from the data of the folder; `tick` is called 2 * rounds times."""
    rows = read(folder / TRAIN_FILE)
    held_out = [row for row in rows if row.held_out]
    learnt = list(without_copies((row for row in rows if not row.held_out), held_out))
    folds = [folded(row) for row in learnt[:: recipe.fold_every] + seed_rows() if row.language != "en"]
    learnt += seed_rows() + folds
    return with_readings(_fitted(learnt, recipe, tick), held_out, recipe.calibrate_on)


def _fitted(rows: Sequence[Row], recipe: Recipe, tick: Callable[[], None]) -> Model:
    matrix = matrix_of([row.text for row in rows], recipe.shape)
    negative = fit(matrix, _task(rows, [row.negative for row in rows], recipe), recipe.rounds, tick)
    positive = fit(matrix, _task(rows, [row.positive for row in rows], recipe), recipe.rounds, tick)
    tables = [quantised(side.weights, recipe.largest_weight) for side in (negative, positive)]
    return Model(
        recipe.name, recipe.shape, tables[0][0], tables[1][0], (tables[0][1], tables[1][1]), {ANY: Reading()}
    )


def _task(rows: Sequence[Row], targets: Sequence[float], recipe: Recipe) -> Task:
    """Each data set has a bias of its own, so that its share of negatives does not colour its words."""
    datasets = sorted({row.dataset for row in rows})
    groups = np.array([datasets.index(row.dataset) for row in rows])
    weights = np.array([recipe.row_weights.get(row.dataset, 1.0) for row in rows])
    return Task(np.array(targets), weights, groups, recipe.penalty)


def with_readings(model: Model, rows: Sequence[Row], calibrate_on: dict[str, str]) -> Model:
    """The model with a reading a language, fitted to rows it has not learnt from."""
    chosen = {
        language: [r for r in rows if r.dataset == dataset] for language, dataset in calibrate_on.items()
    }
    chosen[ANY] = [row for part in chosen.values() for row in part]
    readings = {language: reading_for(model, part) for language, part in chosen.items()}
    return Model(model.name, model.shape, model.negative, model.positive, model.scales, readings)


def reading_for(model: Model, rows: Sequence[Row]) -> Reading:
    """The reading that fits the labels of the rows best."""
    sums = LinearScorer(model).sums([row.text for row in rows])
    return fitted_reading(*sums, np.array([LABELS.index(row.label) for row in rows]))
