"""Adapting to an organisation's own posts helps, or is refused with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agents.sentiment.adapt import AdaptationRefused, Post, adapt
from agents.sentiment.linear_scorer import LinearScorer
from agents.sentiment.model import BUNDLED, load
from agents.sentiment.posts import read_posts
from streams.errors import BadConfiguration

MODEL = load(BUNDLED)
BAD = ["surkea palvelu", "taas rikki", "ei vastausta", "huono kokemus", "lasku oli väärin"]
GOOD = ["kiitos avusta", "hyvä palvelu", "toimii hienosti", "mukava henkilökunta"]
PLAIN = ["milloin auki", "uusi aikataulu", "tilasin eilen", "kokous tiistaina"]
PLACES = ["Turku", "Oulu", "Vaasa", "Kotka", "Lahti", "Espoo"]


def posts(negative: int, neutral: int, positive: int) -> list[Post]:
    """So many posts of each label, all different."""
    parts = [("neg", BAD, negative), ("neu", PLAIN, neutral), ("pos", GOOD, positive)]
    return [
        Post(f"{PLACES[n % 6]} {texts[n % len(texts)]} {n}", label, "fi")  # type: ignore[arg-type]
        for label, texts, count in parts
        for n in range(count)
    ]


def accuracy(scorer: LinearScorer, labelled: Sequence[Post]) -> float:
    given = scorer.labels([post.text for post in labelled], [post.language for post in labelled])
    return float(np.mean([post.label == label for post, label in zip(labelled, given, strict=True)]))


def test_another_share_of_negatives_is_learnt() -> None:
    """Two thirds complaints: probabilities rise to meet them."""
    labelled = posts(80, 20, 20)
    adapted = adapt(MODEL, labelled)
    assert adapted.after.log_loss < adapted.before.log_loss
    chances = LinearScorer(adapted.model).negativity([post.text for post in labelled], ["fi"] * len(labelled))
    assert chances.mean() == pytest.approx(80 / 120, abs=0.1)


def test_words_of_ones_own_are_learnt() -> None:
    """A product's nickname that is a complaint here and unknown elsewhere."""
    labelled = [Post(f"zorbix {n} {PLACES[n % 6]}", "neg", "fi") for n in range(60)]
    labelled += [Post(f"plainix {n} {PLACES[n % 6]}", "neu", "fi") for n in range(60)]
    adapted = adapt(MODEL, labelled)
    assert adapted.penalty is not None
    bad, plain = LinearScorer(adapted.model).negativity(["zorbix", "plainix"], ["fi", "fi"])
    assert bad > 0.7
    assert plain < 0.3


def test_the_old_model_is_left_alone() -> None:
    """Adapting gives a new one under a new name."""
    before = MODEL.negative.copy()
    adapted = adapt(MODEL, posts(60, 30, 30))
    assert np.array_equal(MODEL.negative, before)
    assert adapted.model.name != MODEL.name


def test_adapting_twice_gives_the_same_model() -> None:
    """No chance is involved."""
    first, second = (adapt(MODEL, posts(60, 30, 30)).model for _ in range(2))
    assert np.array_equal(first.negative, second.negative)
    assert first.readings == second.readings


def test_too_few_posts_are_refused() -> None:
    """With their number and the number needed."""
    with pytest.raises(AdaptationRefused, match="10 labelled posts are too few"):
        adapt(MODEL, posts(5, 3, 2))


def test_one_sided_posts_are_refused() -> None:
    """Nothing can be told apart where all are alike."""
    with pytest.raises(AdaptationRefused, match="0 of 60 posts are negative"):
        adapt(MODEL, posts(0, 30, 30))


def test_labels_by_chance_are_refused_or_do_no_harm() -> None:
    """Noise must not be learnt as if it were knowledge."""
    random = np.random.default_rng(3)
    shuffled = [replace(post, label=random.choice(["neg", "neu", "pos"])) for post in posts(30, 60, 30)]
    try:
        adapted = adapt(MODEL, shuffled)
    except AdaptationRefused:
        return
    assert adapted.after.accuracy >= adapted.before.accuracy


def test_posts_are_read_from_csv_and_json_lines(tmp_path: Path) -> None:
    """Semicolons, a byte order mark and words for labels as people write them."""
    table = tmp_path / "posts.csv"
    table.write_text('\ufefftext;label;language\n"hei; moi";negatiivinen;fi\nok;0;\n', encoding="utf-8")
    assert read_posts(table) == [Post("hei; moi", "neg", "fi"), Post("ok", "neu", None)]
    lines = tmp_path / "posts.jsonl"
    lines.write_text('{"text": "bra", "label": "pos", "language": "sv"}\n\n', encoding="utf-8")
    assert read_posts(lines) == [Post("bra", "pos", "sv")]


def test_unusable_lines_are_named(tmp_path: Path) -> None:
    """File, line and what is wrong."""
    table = tmp_path / "posts.csv"
    table.write_text("text,label\nhei,neg\nmoi,angry\n,neg\n", encoding="utf-8")
    with pytest.raises(BadConfiguration) as caught:
        read_posts(table)
    assert [mistake.split(":")[1] for mistake in caught.value.mistakes] == ["3", "4"]


def test_a_missing_file_and_a_picture_are_refused(tmp_path: Path) -> None:
    """One clear line each."""
    with pytest.raises(BadConfiguration, match="no such file"):
        read_posts(tmp_path / "none.csv")
    picture = tmp_path / "posts.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe\x00")
    with pytest.raises(BadConfiguration, match=r"posts\.csv"):
        read_posts(picture)
