"""The default scorer: the linear model with its readings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agents.sentiment.calibration import Reading
from agents.sentiment.characters import chunks, lay_out
from agents.sentiment.linear import Sums
from agents.sentiment.model import ANY, Model
from agents.sentiment.scorer import Label

F64 = NDArray[np.float64]
LABELS: tuple[Label, ...] = ("neg", "neu", "pos")


class LinearScorer:
    """Scores with one model.

    `languages`, where given, are ISO 639-1 codes, one a text; they choose the reading. None, or a language
    without a reading, is read as any language.
    """

    def __init__(self, model: Model, negative_share: float | None = None) -> None:
        self._model = model
        self._readings = {language: r.corrected(negative_share) for language, r in model.readings.items()}

    @property
    def version(self) -> str:
        """Name and version of the model."""
        return self._model.name

    def accuracy(self, language: str | None) -> float | None:
        """Share of right labels (0-1) in a language, measured when it was calibrated; None: not known."""
        return self._readings.get(language or ANY, self._readings[ANY]).accuracy

    def negativity(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> F64:
        """P(negative), 0-1, one a text."""
        sums = np.empty(len(texts))
        done = 0
        for run in chunks(texts):
            part = Sums(lay_out(run), self._model.shape).of(self._model.negative)
            sums[done : done + len(run)] = part
            done += len(run)
        return self._negative(sums * self._model.scales[0], languages)

    def labels(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> list[Label]:
        """neg, neu or pos, one a text."""
        negative, positive = self.sums(texts)
        chosen = np.empty(len(texts), np.intp)
        for reading, places in self._by_reading(len(texts), languages):
            chosen[places] = reading.choose(negative[places], positive[places])
        return [LABELS[place] for place in chosen.tolist()]

    def sums(self, texts: Sequence[str]) -> tuple[F64, F64]:
        """The model's log-odds of negative and of positive before any reading, one each a text."""
        parts = [(s.of(self._model.negative), s.of(self._model.positive)) for s in self._features(texts)]
        if not parts:
            return np.empty(0), np.empty(0)
        negative, positive = (np.concatenate(side).astype(np.float64) for side in zip(*parts, strict=True))
        return negative * self._model.scales[0], positive * self._model.scales[1]

    def _features(self, texts: Sequence[str]) -> list[Sums]:
        return [Sums(lay_out(run), self._model.shape) for run in chunks(texts)]

    def _negative(self, sums: F64, languages: Sequence[str | None] | None) -> F64:
        if languages is None:
            return self._readings[ANY].negative(sums)
        chances = np.empty(sums.size)
        for reading, places in self._by_reading(sums.size, languages):
            chances[places] = reading.negative(sums[places])
        return chances

    def _by_reading(
        self, size: int, languages: Sequence[str | None] | None
    ) -> list[tuple[Reading, NDArray[np.intp]]]:
        if languages is None:
            return [(self._readings[ANY], np.arange(size))]
        groups: dict[str, list[int]] = {}
        for place, language in enumerate(languages):
            groups.setdefault(language if language in self._readings and language else ANY, []).append(place)
        return [(self._readings[language], np.array(places)) for language, places in groups.items()]
