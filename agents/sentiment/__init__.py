"""How negative a text is, in Finnish, Swedish and English."""

from agents.sentiment.loading import load_scorer
from agents.sentiment.scorer import Label, Scorer
from agents.sentiment.settings import SentimentSettings

__all__ = ["Label", "Scorer", "SentimentSettings", "load_scorer"]
