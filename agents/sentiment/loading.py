"""The scorer that the settings ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.sentiment.linear_scorer import LinearScorer
from agents.sentiment.model import BUNDLED, load
from agents.sentiment.scorer import Scorer

if TYPE_CHECKING:
    from agents.sentiment.settings import SentimentSettings


def load_scorer(settings: SentimentSettings | None = None) -> Scorer:
    """The scorer of the settings, ready to use (some 20 ms); the bundled model without any.

    BadConfiguration where its model cannot be read.
    """
    if settings is None:
        return LinearScorer(load(BUNDLED))
    return LinearScorer(load(settings.model or BUNDLED), settings.negative_share)
