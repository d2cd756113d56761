"""How negative a text is, in Finnish, Swedish and English.

The settings stand in `agents.sentiment.settings`: importing them costs more memory than the model does.
"""

from agents.sentiment.loading import load_scorer
from agents.sentiment.scorer import Label, Scorer

__all__ = ["Label", "Scorer", "load_scorer"]
