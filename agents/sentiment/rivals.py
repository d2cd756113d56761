"""Other people's scorers, for comparison only.

Each is used where its package is installed (extra `bench`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from agents.sentiment.training.rows import Row

# How negative each text is, on any scale; the language is that of all of them.
Rival = Callable[[Sequence[str], str], list[float]]


def rivals(learnt: Sequence[Row]) -> Iterator[tuple[str, Rival | None]]:
    """Name and scorer of each rival, None where it is not installed; fastText is trained on the rows."""
    yield "AFINN (en)", _afinn()
    yield "VADER (en)", _vader()
    yield "asent (sv, en)", _asent()
    yield "fastText, same rows", _fasttext(learnt)


def _module(name: str) -> Any | None:
    try:
        return import_module(name)
    except ImportError:
        return None


def _afinn() -> Rival | None:
    module = _module("afinn")
    if module is None:
        return None
    scorer = module.Afinn(language="en", emoticons=True)
    return lambda texts, _: [-float(scorer.score(text)) for text in texts]


def _vader() -> Rival | None:
    module = _module("vaderSentiment.vaderSentiment")
    if module is None:
        return None
    scorer = module.SentimentIntensityAnalyzer()
    return lambda texts, _: [-float(scorer.polarity_scores(text)["compound"]) for text in texts]


def _asent() -> Rival | None:
    spacy = _module("spacy")
    if spacy is None or _module("asent") is None:
        return None

    def score(texts: Sequence[str], language: str) -> list[float]:
        # A pipeline of another language, once made, would answer for all: asent registers globally.
        pipeline = _asent_pipeline(spacy, language if language == "sv" else "en")
        return [-float(document._.polarity.compound) for document in pipeline.pipe(texts)]

    return score


def _asent_pipeline(spacy: Any, language: str) -> Any:
    pipeline = spacy.blank(language)
    pipeline.add_pipe("sentencizer")
    pipeline.add_pipe(f"asent_{language}_v1")
    return pipeline


def _fasttext(rows: Sequence[Row]) -> Rival | None:
    module = _module("fasttext")
    if module is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.txt"
        lines = (f"__label__{row.label} {_one_line(row.text)}" for row in rows)
        path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
        model = module.train_supervised(
            str(path), dim=32, bucket=500_000, wordNgrams=2, minn=2, maxn=5, epoch=8, thread=1, verbose=0
        )
    return lambda texts, _: [_negative_share(model, text) for text in texts]


def _negative_share(model: Any, text: str) -> float:
    pairs = model.f.predict(_one_line(text) + "\n", 3, 0.0, "strict")
    return next((float(share) for share, label in pairs if label == "__label__neg"), 0.0)


def _one_line(text: str) -> str:
    return " ".join(text.lower().split())
