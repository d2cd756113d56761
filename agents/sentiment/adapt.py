"""Fits a model to an organisation's own labelled posts, and tells whether that helped.

Two steps, both guarded by cross-validation. *Recalibration* moves and stretches the log-odds (two numbers a
side), which repairs another share of negative posts. *Fine-tuning* adds small weights to the features that
the posts hold, under an L2 penalty that the cross-validation chooses.
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
Places = NDArray[np.intp]

LEAST_POSTS = 40
LEAST_NEGATIVE = 8
FOLDS = 5
PENALTIES = (None, 100.0, 30.0, 10.0)  # None: recalibrate only
NEAR = 0.02  # share of log loss that is not worth more freedom
ROUNDS = 30
CUTS = np.linspace(-1.5, 0.6, 8)  # log-odds from which a post is labelled negative or positive
USUAL_CUT = -0.3  # where three classes share the probability


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


Sides = tuple[_Side, _Side]


@dataclass(frozen=True, slots=True)
class _Trial:
    """What cross-validation found for one penalty; `cuts` is a reading of finished log-odds."""

    quality: Quality
    cuts: Reading


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
    best = _simplest_good(scored)
    after = scored[best].quality
    _refuse_if_worse(before, after)
    everything = np.arange(truth.size)
    changes = [_change(matrix, side, everything, best) for side in sides]
    share = float((truth == 0).mean())
    cuts = replace(scored[best].cuts, negative_share=share, accuracy=round(after.accuracy, 4))
    return Adapted(_changed(model, changes, cuts), before, after, best)


def _simplest_good(scored: dict[float | None, _Trial]) -> float | None:
    """The most careful penalty that comes within NEAR of the least log loss.

    PENALTIES are in order of care.
    """
    least = min(trial.quality.log_loss for trial in scored.values())
    return next(penalty for penalty in PENALTIES if scored[penalty].quality.log_loss <= least * (1 + NEAR))


def _check(posts: Sequence[Post]) -> None:
    if len(posts) < LEAST_POSTS:
        raise AdaptationRefused(
            f"{len(posts)} labelled posts are too few to learn from; {LEAST_POSTS} are needed"
        )
    negative = sum(post.label == "neg" for post in posts)
    if min(negative, len(posts) - negative) < LEAST_NEGATIVE:
        raise AdaptationRefused(
            f"{negative} of {len(posts)} posts are negative; "
            f"at least {LEAST_NEGATIVE} must be, and as many not"
        )


def _refuse_if_worse(before: Quality, after: Quality) -> None:
    if after.log_loss > before.log_loss or after.accuracy < before.accuracy:
        raise AdaptationRefused(
            f"cross-validation found it no better: accuracy {before.accuracy:.3f} -> {after.accuracy:.3f}, "
            f"log loss {before.log_loss:.3f} -> {after.log_loss:.3f}; label more posts, or check the labels"
        )


def _sides(model: Model, posts: Sequence[Post], truth: Places) -> Sides:
    sums = LinearScorer(model).sums([post.text for post in posts])
    readings = [model.readings.get(post.language or ANY, model.readings[ANY]) for post in posts]
    platts = [[r.negative for r in readings], [r.positive for r in readings]]
    odds = [
        np.array([p.slope * s + p.offset for p, s in zip(side, values, strict=True)])
        for side, values in zip(platts, sums, strict=True)
    ]
    return _Side(odds[0], (truth == 0).astype(float)), _Side(odds[1], (truth == 2).astype(float))


def _quality_before(model: Model, posts: Sequence[Post], truth: Places) -> Quality:
    scorer, texts = LinearScorer(model), [post.text for post in posts]
    languages = [post.language for post in posts]
    given = np.array([LABELS.index(label) for label in scorer.labels(texts, languages)])
    return _quality(truth, given, scorer.negativity(texts, languages))


def _cross_validated(matrix: Matrix, sides: Sides, truth: Places, penalty: float | None) -> _Trial:
    """Every post's log-odds by a change that has not seen it, and what they are worth."""
    folds = _folds(truth)
    odds = np.empty((2, truth.size))
    for fold in range(FOLDS):
        out, learnt = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        for side, row in zip(sides, odds, strict=True):
            row[out] = _apply(_change(matrix, side, learnt, penalty), matrix, side, out)
    given = np.empty(truth.size, np.intp)
    for fold in range(FOLDS):
        out, learnt = folds == fold, folds != fold
        given[out] = _cut(odds[:, learnt], truth[learnt]).choose(*odds[:, out])
    return _Trial(_quality(truth, given, logistic(odds[0])), _cut(odds, truth))


def _cut(odds: F64, truth: Places) -> Reading:
    """The cuts of greatest accuracy; near ones to USUAL_CUT are preferred.

    For a few posts favour many alike.
    """
    tries = [Reading(negative_cut=float(a), positive_cut=float(b)) for a in CUTS for b in CUTS]

    def worth(reading: Reading) -> float:
        distance = abs(reading.negative_cut - USUAL_CUT) + abs(reading.positive_cut - USUAL_CUT)
        return figures.accuracy(truth, reading.choose(*odds)) - 0.002 * distance

    return max(tries, key=worth)


def _folds(truth: Places) -> Places:
    """A fold a post, each with its share of every label.

    By rank, so that the same posts give the same folds.
    """
    folds = np.empty(truth.size, np.intp)
    for label in np.unique(truth):
        places = np.flatnonzero(truth == label)
        folds[places] = np.arange(places.size) % FOLDS
    return folds


def _change(matrix: Matrix, side: _Side, learnt: Places, penalty: float | None) -> _Change:
    read = fit_platt(side.odds[learnt], side.hits[learnt])
    if penalty is None:
        return _Change(read, np.empty(0, np.int32), np.empty(0))
    part, buckets = matrix.rows_alone(learnt)
    base = read.slope * side.odds[learnt] + read.offset
    task = Task(side.hits[learnt], np.ones(learnt.size), np.zeros(learnt.size, np.intp), penalty, base)
    fitted = fit(part, task, ROUNDS)
    return _Change(Platt(read.slope, read.offset + float(fitted.biases[0])), buckets, fitted.weights)


def _apply(change: _Change, matrix: Matrix, side: _Side, rows: Places) -> F64:
    weights = np.zeros(matrix.width)
    weights[change.buckets] = change.weights
    part, buckets = matrix.rows_alone(rows)
    return change.read.log_odds(side.odds[rows]) + part.times(weights[buckets])


def _quality(truth: Places, given: Places, negative: F64) -> Quality:
    hits = (truth == 0).astype(float)
    return Quality(
        accuracy=figures.accuracy(truth, given),
        macro_f1=figures.macro_f1(truth, given),
        negative_auc=figures.area(hits, negative),
        calibration_error=figures.calibration_error(hits, negative),
        log_loss=figures.log_loss(hits, negative),
    )


def _changed(model: Model, changes: Sequence[_Change], cuts: Reading) -> Model:
    """The model with the changes in its weights and in every language's reading."""
    negative, positive = changes
    readings = {
        language: replace(
            cuts, negative=_through(r.negative, negative.read), positive=_through(r.positive, positive.read)
        )
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
    """The table with the change's weights in steps of int8.

    Nothing can be added where sums no longer count.
    """
    if not change.buckets.size or step <= 0:
        return table
    total = table.astype(np.float64)
    total[change.buckets] += change.weights / step
    return np.rint(np.clip(total, -127, 127)).astype(np.int8)
