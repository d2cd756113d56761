"""The bundled scorer: what it says, and that no text breaks it."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.sentiment import Scorer, load_scorer
from agents.sentiment.linear_scorer import LinearScorer
from agents.sentiment.model import ANY, BUNDLED, load, save
from agents.sentiment.settings import SentimentSettings
from streams.errors import BadConfiguration

SCORER = load_scorer()
COMPLAINT, NEWS, PRAISE = (
    "Aivan surkeaa palvelua!",
    "Kokous pidetään tiistaina.",
    "Kiitos, loistavaa palvelua!",
)
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=200)


def test_a_complaint_is_negative_and_praise_positive() -> None:
    """In each of the three languages."""
    texts = [
        COMPLAINT,
        NEWS,
        PRAISE,
        "Usel service",
        "Tack, bästa servicen!",
        "Awful service",
        "Thanks, great service!",
    ]
    languages = ["fi", "fi", "fi", "sv", "sv", "en", "en"]
    assert SCORER.labels(texts, languages) == ["neg", "neu", "pos", "neg", "pos", "neg", "pos"]


def test_negativity_needs_no_language() -> None:
    """Without one the texts are read as of any language, in the same order."""
    with_language = SCORER.negativity([COMPLAINT, NEWS, PRAISE], ["fi"] * 3)
    without = SCORER.negativity([COMPLAINT, NEWS, PRAISE])
    assert np.argsort(with_language).tolist() == np.argsort(without).tolist() == [2, 1, 0]


def test_an_unknown_language_is_read_as_any() -> None:
    """It scores all the same."""
    unknown = SCORER.negativity([COMPLAINT, COMPLAINT], ["und", None])
    assert unknown.tolist() == [SCORER.negativity([COMPLAINT])[0]] * 2


def test_languages_may_be_mixed_in_a_batch() -> None:
    """Each text keeps its place and its reading."""
    texts, languages = [COMPLAINT, "Usel service", NEWS], ["fi", "sv", "fi"]
    together = SCORER.negativity(texts, languages)
    alone = [
        SCORER.negativity([text], [language])[0] for text, language in zip(texts, languages, strict=True)
    ]
    np.testing.assert_allclose(together, alone, rtol=1e-4)
    assert SCORER.labels(texts, languages) == [
        SCORER.labels([text], [language])[0] for text, language in zip(texts, languages, strict=True)
    ]


@given(st.lists(ANY_TEXT, max_size=6))
@settings(max_examples=200)
def test_no_text_breaks_it(texts: list[str]) -> None:
    """One probability and one label a text, never certain."""
    chances = SCORER.negativity(texts)
    assert chances.shape == (len(texts),)
    assert ((chances > 0) & (chances < 1)).all()
    assert len(SCORER.labels(texts)) == len(texts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "😡",
        "👍🏽👩‍👩‍👧",
        "漢字かな",
        "مرحبا",
        "\x00",
        "\ud800",
        "\ufeff",
        "a" * 10_000,
        "ä " * 5_000,
        ":)" * 5_000,
    ],
)
def test_odd_texts_are_scored(text: str) -> None:
    """Empty, emoji only, other scripts, NUL, surrogates, 10 kB."""
    assert 0 < SCORER.negativity([text])[0] < 1
    assert SCORER.labels([text])[0] in {"neg", "neu", "pos"}


def test_a_text_scores_alike_alone_and_in_a_batch() -> None:
    """Batching is a matter of speed only."""
    texts = [COMPLAINT, "", NEWS, PRAISE] * 300
    together = SCORER.negativity(texts)
    np.testing.assert_allclose(together[:4], [SCORER.negativity([text])[0] for text in texts[:4]], rtol=1e-4)
    np.testing.assert_allclose(together[-4:], together[:4], rtol=1e-4)


def test_the_usual_share_of_negatives_moves_the_probabilities() -> None:
    """Where most posts are complaints, a doubtful one probably is too."""
    low, high = (load_scorer(SentimentSettings(negative_share=share)) for share in (0.05, 0.6))
    assert low.negativity([NEWS])[0] < SCORER.negativity([NEWS])[0] < high.negativity([NEWS])[0]


def test_the_model_loads_quickly_and_is_small() -> None:
    """Generous on a busy machine; the figures stand in docs/benchmarks/sentiment.md."""
    begun = time.process_time()
    load(BUNDLED)
    assert time.process_time() - begun < 0.1
    assert BUNDLED.stat().st_size < 2_500_000


def test_a_saved_model_is_the_same_model(tmp_path: Path) -> None:
    """Byte for byte when written again."""
    model = load(BUNDLED)
    first, second = tmp_path / "a.npz", tmp_path / "b.npz"
    save(model, first)
    save(load(first), second)
    assert first.read_bytes() == second.read_bytes()
    assert LinearScorer(load(first)).negativity([NEWS]) == LinearScorer(model).negativity([NEWS])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nonsense", b"text"])
def test_a_wrong_model_file_stops_the_start_with_a_reason(tmp_path: Path, content: bytes) -> None:
    """Path and remedy in one line."""
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    with pytest.raises(BadConfiguration, match="not a model of ours"):
        load_scorer(SentimentSettings(model=path))


def test_a_missing_model_file_is_named(tmp_path: Path) -> None:
    """Not a traceback of the file system."""
    with pytest.raises(BadConfiguration, match="no such file"):
        load_scorer(SentimentSettings(model=tmp_path / "none.npz"))


def test_the_version_names_the_model() -> None:
    """It stands in the audit of every decision."""
    scorer: Scorer = SCORER
    assert scorer.version == load(BUNDLED).name
    assert ANY in load(BUNDLED).readings


def test_the_measured_accuracy_of_each_language_can_be_shown() -> None:
    """The page tells it beside the figures; an unknown language has that of any."""
    scorer = LinearScorer(load(BUNDLED))
    assert {language: round(scorer.accuracy(language) or 0, 1) for language in ("fi", "sv", "en")} == {
        "fi": 0.8,
        "sv": 0.5,
        "en": 0.7,
    }
    assert scorer.accuracy("und") == scorer.accuracy(None)
