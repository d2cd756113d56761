"""Two scorers as one: the quick one for all texts, the accurate one for the doubtful.

Within a time budget.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from agents.sentiment.scorer import Label, Scorer, ScoringFailed

F64 = NDArray[np.float64]
Answer = TypeVar("Answer")
STEP = 32  # texts between two looks at the timer


class Cascade:
    """Scores with `quick`, and again with `accurate` where the first probability lies within `band`.

    `timer` gives seconds that only go forward; once `budget_seconds` of a call are spent, the quick answers
    stand. An accurate scorer that fails is not asked again: `failed` says so, and the quick one carries on.
    """

    def __init__(
        self,
        quick: Scorer,
        accurate: Scorer,
        *,
        band: tuple[float, float],
        budget_seconds: float,
        timer: Callable[[], float],
    ) -> None:
        self._quick, self._accurate = quick, accurate
        self._band, self._budget, self._timer = band, budget_seconds, timer
        self.failed: str | None = None

    @property
    def version(self) -> str:
        """Both models, the quick one first."""
        return f"{self._quick.version}>{self._accurate.version}"

    def accuracy(self, language: str | None) -> float | None:
        """That of the quick model: the accurate one only sees the doubtful, and was not measured here."""
        return self._quick.accuracy(language)

    def negativity(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> F64:
        """P(negative), 0-1, one a text."""
        chances = self._quick.negativity(texts, languages)
        for places in self._doubtful(chances):
            better = self._asked(self._accurate.negativity, [texts[place] for place in places])
            if better is not None:
                chances[places] = better
        return chances

    def labels(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> list[Label]:
        """The likeliest label, one a text; the accurate scorer's where the quick one was in doubt."""
        labels = self._quick.labels(texts, languages)
        for places in self._doubtful(self._quick.negativity(texts, languages)):
            better = self._asked(self._accurate.labels, [texts[place] for place in places])
            for place, label in zip(places, better or (), strict=False):
                labels[place] = label
        return labels

    def _doubtful(self, chances: F64) -> Iterator[list[int]]:
        """Places within the band, the most doubtful first, in steps; ends where the budget is spent."""
        low, high = self._band
        places = np.flatnonzero((chances >= low) & (chances <= high))
        nearest = places[np.argsort(np.abs(chances[places] - (low + high) / 2), kind="stable")]
        begun = self._timer()
        for start in range(0, nearest.size, STEP):
            if self.failed or self._timer() - begun > self._budget:
                return
            yield nearest[start : start + STEP].tolist()

    def _asked(self, question: Callable[[Sequence[str]], Answer], texts: list[str]) -> Answer | None:
        try:
            return question(texts)
        except ScoringFailed as failure:
            self.failed = str(failure)
            return None
