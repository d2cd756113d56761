"""The scorer that the settings ask for."""

from __future__ import annotations

from agents.sentiment.linear_scorer import LinearScorer
from agents.sentiment.model import BUNDLED, load
from agents.sentiment.scorer import Scorer
from agents.sentiment.settings import SentimentSettings


def load_scorer(settings: SentimentSettings | None = None) -> Scorer:
    """The scorer of the settings, ready to use (some 20 ms).

    BadConfiguration where its model cannot be read.
    """
    settings = settings or SentimentSettings()
    return LinearScorer(load(settings.model or BUNDLED), settings.negative_share)
