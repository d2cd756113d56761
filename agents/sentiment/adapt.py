"""Fits a model to an organisation's own labelled posts, and tells whether that helped.

Two steps, both guarded by cross-validation. *Recalibration* moves and stretches the log-odds (two numbers a side),
which repairs another share of negative posts. *Fine-tuning* adds small weights to the features that the posts hold,
under an L2 penalty that the cross-validation chooses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from agents.sentiment import figures
from agents.sentiment.calibration import Platt, Reading, fit_platt, logistic
from agents.sentiment.linear_scorer import LABELS, LinearScorer
from agents.sentiment.model import ANY, Model
from agents.sentiment.scorer import Label
from agents.sentiment.training.fit import Task, fit
from agents.sentiment.training.matrix import Matrix, matrix_of
from streams.errors import PalovahtiError

F64 = NDArray[np.float64]

LEAST_POSTS = 40
LEAST_NEGATIVE = 8
FOLDS = 5
PENALTIES = (None, 100.0, 30.0, 10.0)  # None: recalibrate only
ROUNDS = 30


class AdaptationRefused(PalovahtiError):
    """The model was left as it was; the message says why."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post that someone labelled."""

    text: str
    label: Label
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures on posts that were not learnt from; all 0-1, but `log_loss` in nats (less is better)."""

    accuracy: float
    macro_f1: float
    negative_auc: float
    calibration_error: float
    log_loss: float


@dataclass(frozen=True, slots=True)
class Adapted:
    """The new model with its figures before and after; `penalty` is None where it was only recalibrated."""

    model: Model
    before: Quality
    after: Quality
    penalty: float | None


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two questions (negative? positive?) over all posts."""

    odds: F64  # the model's log-odds, read in each post's language
    hits: F64


@dataclass(frozen=True, slots=True)
class _Change:
    """What is laid over the model on one side: `read` on its log-odds, then weights a bucket."""

    read: Platt
    buckets: NDArray[np.int32]
    weights: F64


def adapt(model: Model, posts: Sequence[Post]) -> Adapted:
    """The model fitted to the posts; AdaptationRefused where they are too few or it would get worse."""
    _check(posts)
    truth = np.array([LABELS.index(post.label) for post in posts])
    matrix = matrix_of([post.text for post in posts], model.shape)
    sides = _sides(model, posts, truth)
    before = _quality_before(model, posts, truth)
    scored = {penalty: _cross_validated(matrix, sides, truth, penalty) for penalty in PENALTIES}
    best = min(scored, key=lambda penalty: scored[penalty].log_loss)
    after = scored[best]
    _refuse_if_worse(before, after)
    everything = np.arange(truth.size)
    changes = [_change(matrix, side, everything, best) for side in sides]
    return Adapted(_changed(model, changes, float((truth == 0).mean())), before, after, best)


def _check(posts: Sequence[Post]) -> None:
    if len(posts) < LEAST_POSTS:
        raise AdaptationRefused(f"{len(posts)} labelled posts are too few to learn from; {LEAST_POSTS} are needed")
    negative = sum(post.label == "neg" for post in posts)
    if min(negative, len(posts) - negative) < LEAST_NEGATIVE:
        raise AdaptationRefused(
            f"{negative} of {len(posts)} posts are negative; at least {LEAST_NEGATIVE} must be, and as many not"
        )


def _refuse_if_worse(before: Quality, after: Quality) -> None:
    if after.log_loss > before.log_loss or after.accuracy < before.accuracy:
        raise AdaptationRefused(
            f"cross-validation found it no better: accuracy {before.accuracy:.3f} -> {after.accuracy:.3f}, "
            f"log loss {before.log_loss:.3f} -> {after.log_loss:.3f}; label more posts, or check the labels"
        )


def _sides(model: Model, posts: Sequence[Post], truth: NDArray[np.intp]) -> tuple[_Side, _Side]:
    sums = LinearScorer(model).sums([post.text for post in posts])
    readings = [model.readings.get(post.language or ANY, model.readings[ANY]) for post in posts]
    platts = [[r.negative for r in readings], [r.positive for r in readings]]
    odds = [
        np.array([p.slope * s + p.offset for p, s in zip(side, values, strict=True)])
        for side, values in zip(platts, sums, strict=True)
    ]
    return _Side(odds[0], (truth == 0).astype(float)), _Side(odds[1], (truth == 2).astype(float))


def _quality_before(model: Model, posts: Sequence[Post], truth: NDArray[np.intp]) -> Quality:
    scorer, texts = LinearScorer(model), [post.text for post in posts]
    languages = [post.language for post in posts]
    given = np.array([LABELS.index(label) for label in scorer.labels(texts, languages)])
    return _quality(truth, given, scorer.negativity(texts, languages))


def _cross_validated(
    matrix: Matrix, sides: tuple[_Side, _Side], truth: NDArray[np.intp], penalty: float | None
) -> Quality:
    chances = [np.empty(truth.size), np.empty(truth.size)]
    for fold in range(FOLDS):
        out = np.flatnonzero(_folds(truth) == fold)
        learnt = np.flatnonzero(_folds(truth) != fold)
        for side, chance in zip(sides, chances, strict=True):
            chance[out] = _apply(_change(matrix, side, learnt, penalty), matrix, side, out)
    return _quality(truth, Reading().choose(*chances), chances[0])


def _folds(truth: NDArray[np.intp]) -> NDArray[np.intp]:
    """A fold a post, each with its share of every label; by rank, so that the same posts give the same folds."""
    folds = np.empty(truth.size, np.intp)
    for label in np.unique(truth):
        places = np.flatnonzero(truth == label)
        folds[places] = np.arange(places.size) % FOLDS
    return folds


def _change(matrix: Matrix, side: _Side, learnt: NDArray[np.intp], penalty: float | None) -> _Change:
    read = fit_platt(side.odds[learnt], side.hits[learnt])
    if penalty is None:
        return _Change(read, np.empty(0, np.int32), np.empty(0))
    part, buckets = matrix.rows_alone(learnt)
    base = read.slope * side.odds[learnt] + read.offset
    task = Task(side.hits[learnt], np.ones(learnt.size), np.zeros(learnt.size, np.intp), penalty, base)
    fitted = fit(part, task, ROUNDS)
    return _Change(Platt(read.slope, read.offset + float(fitted.biases[0])), buckets, fitted.weights)


def _apply(change: _Change, matrix: Matrix, side: _Side, rows: NDArray[np.intp]) -> F64:
    weights = np.zeros(matrix.width)
    weights[change.buckets] = change.weights
    part, buckets = matrix.rows_alone(rows)
    return logistic(change.read.slope * side.odds[rows] + change.read.offset + part.times(weights[buckets]))


def _quality(truth: NDArray[np.intp], given: NDArray[np.intp], negative: F64) -> Quality:
    hits = (truth == 0).astype(float)
    return Quality(
        accuracy=float((truth == given).mean()),
        macro_f1=figures.macro_f1(truth, given),
        negative_auc=figures.area(hits, negative),
        calibration_error=figures.calibration_error(hits, negative),
        log_loss=figures.log_loss(hits, negative),
    )


def _changed(model: Model, changes: Sequence[_Change], negative_share: float) -> Model:
    """The model with the changes in its weights and in every language's reading."""
    negative, positive = changes
    readings = {
        language: Reading(_through(r.negative, negative.read), _through(r.positive, positive.read), negative_share)
        for language, r in model.readings.items()
    }
    slopes = readings[ANY].negative.slope, readings[ANY].positive.slope
    return replace(
        model,
        name=f"{model.name}+adapted",
        negative=_added(model.negative, negative, slopes[0] * model.scales[0]),
        positive=_added(model.positive, positive, slopes[1] * model.scales[1]),
        readings=readings,
    )


def _through(inner: Platt, outer: Platt) -> Platt:
    """First the one reading, then the other on its log-odds."""
    return Platt(outer.slope * inner.slope, outer.slope * inner.offset + outer.offset)


def _added(table: NDArray[np.int8], change: _Change, step: float) -> NDArray[np.int8]:
    """The table with the change's weights in steps of int8; nothing can be added where sums no longer count."""
    if not change.buckets.size or step <= 0:
        return table
    total = table.astype(np.float64)
    total[change.buckets] += change.weights / step
    return np.rint(np.clip(total, -127, 127)).astype(np.int8)
