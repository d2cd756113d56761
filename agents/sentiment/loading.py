"""The scorer that the settings ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.sentiment.linear_scorer import LinearScorer
from agents.sentiment.model import BUNDLED, load
from agents.sentiment.scorer import Scorer
from streams.clock import elapsed_seconds

if TYPE_CHECKING:
    from agents.sentiment.settings import AccurateSettings, SentimentSettings


def load_scorer(settings: SentimentSettings | None = None) -> Scorer:
    """The scorer of the settings, ready to use (some 20 ms); the bundled model without any.

    BadConfiguration where its model cannot be read.
    """
    if settings is None:
        return LinearScorer(load(BUNDLED))
    quick = LinearScorer(load(settings.model or BUNDLED), settings.negative_share)
    return quick if settings.accurate is None else _with_accurate(quick, settings.accurate)


def _with_accurate(quick: Scorer, settings: AccurateSettings) -> Scorer:
    from agents.sentiment.cascade import Cascade  # noqa: PLC0415  only who asks for it pays for it
    from agents.sentiment.onnx_scorer import OnnxScorer  # noqa: PLC0415  the same

    accurate = OnnxScorer(settings.folder, settings.threads)
    return Cascade(
        quick, accurate, band=settings.band, budget_seconds=settings.budget_seconds, timer=elapsed_seconds
    )
