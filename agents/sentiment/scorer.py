"""The Scorer protocol: how negative texts are, in batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from streams.errors import PalovahtiError

Label = Literal["neg", "neu", "pos"]


class ScoringFailed(PalovahtiError):
    """A scorer that runs foreign code could not score; the quick one never raises it."""


class Scorer(Protocol):
    """Gives each text the probability that it is negative.

    `languages` (ISO 639-1, one a text, None where not known) make the probabilities hold for each language;
    without them the texts are read as of any language.
    """

    @property
    def version(self) -> str:
        """Name and version of the model, for the audit."""
        ...

    def accuracy(self, language: str | None) -> float | None:
        """Share of right labels (0-1) in a language, as measured; None: not known."""
        ...

    def negativity(
        self, texts: Sequence[str], languages: Sequence[str | None] | None = None
    ) -> NDArray[np.float64]:
        """P(negative), 0-1, one a text, in order. Never raises for any text."""
        ...

    def labels(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> list[Label]:
        """The likeliest of neg, neu and pos, one a text, in order."""
        ...
