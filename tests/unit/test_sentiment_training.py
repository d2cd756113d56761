"""The training recipe: cleaning, soft labels, seeds, and weights that come out the same every time."""

from __future__ import annotations

import doctest
import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from agents.cli import sentiment as commands
from agents.sentiment.characters import chunks, lay_out
from agents.sentiment.linear import Shape, Sums
from agents.sentiment.model import BUNDLED, load
from agents.sentiment.training import rows as rows_module
from agents.sentiment.training.fit import Task, exp, fit, sigmoid
from agents.sentiment.training.matrix import Matrix, matrix_of
from agents.sentiment.training.recipe import Recipe, train
from agents.sentiment.training.rows import (
    TRAIN_FILE,
    Row,
    detokenised,
    folded,
    read,
    soft_labels,
    without_copies,
)
from agents.sentiment.training.seeds import seed_rows
from streams.errors import BadConfiguration

SHARED = Path(__file__).parents[3] / "shared" / "data" / "sentiment"
SMALL = Recipe(shape=Shape(bits=12), rounds=5)


def data_folder(folder: Path) -> Path:
    """A small data set of each calibration kind, enough to train on."""
    moods = {"neg": "huono surkea", "neu": "kokous tiistaina", "pos": "kiitos hyvä"}
    lines = [
        {
            "dataset": dataset,
            "lang": language,
            "text": f"{words} {n}x{'y' * n}",
            "label": label,
            "split": split,
        }
        for dataset, language in (("finnsent", "fi"), ("absabank", "sv"), ("goemotions", "en"))
        for label, words in moods.items()
        for split, count in (("train", 12), ("val", 6))
        for n in range(count)
    ]
    with gzip.open(folder / TRAIN_FILE, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    return folder


def test_docstrings_show_what_happens() -> None:
    """The examples hold."""
    assert doctest.testmod(rows_module).failed == 0


@pytest.mark.parametrize(
    ("tokenised", "typed"),
    [
        ("No , wait !", "No, wait!"),
        ("( yes )", "(yes)"),
        ("I ca n't", "I can't"),
        ("He 's here", "He's here"),
        ('" Hei . "', "Hei."),
        ("jo kunnossa", "jo kunnossa"),
    ],
)
def test_tokenised_text_becomes_typed_text(tokenised: str, typed: str) -> None:
    """No blank before a mark gives the data set away."""
    assert detokenised(tokenised) == typed


def test_soft_labels_stand_between_majority_and_votes() -> None:
    """Two of three said negative: sure by majority, two thirds by votes."""
    assert soft_labels("neg", [-1, -1, 0]) == pytest.approx((5 / 6, 0))
    assert soft_labels("neu", [-1, 0, 1]) == pytest.approx((1 / 6, 1 / 6))
    assert soft_labels("pos", None) == (0, 1)


def test_copies_of_held_out_texts_are_not_learnt() -> None:
    """Case and punctuation do not make a new text; a copy within a data set counts once."""
    held = [Row("a", "fi", "Hei maailma!", "neu", 0, 0, held_out=True)]
    learnt = [Row("a", "fi", text, "neu", 0, 0) for text in ("hei, MAAILMA", "uusi", "Uusi.", "😡", "😡😡")]
    assert [row.text for row in without_copies(learnt, held)] == ["uusi", "😡", "😡😡"]


def test_folding_takes_the_dots_off() -> None:
    """As on a foreign keyboard."""
    assert folded(Row("a", "fi", "Äiti ölisee", "neu", 0, 0)).text == "Aiti olisee"


def test_seeds_cover_every_language_and_mood() -> None:
    """Negated words turn round; every soft label is a share."""
    rows = seed_rows()
    kinds = {(row.language, row.label) for row in rows}
    assert {(language, label) for language in ("fi", "sv", "en") for label in ("neg", "neu", "pos")} <= kinds
    assert all(0 <= row.negative <= 1 and 0 <= row.positive <= 1 and row.text for row in rows)
    moods = {row.text: row.label for row in rows}
    assert moods["surkea"] == "neg"
    assert any(row.label == "pos" and row.text.endswith(" surkea") for row in rows)


def test_the_matrix_sums_what_the_scorer_sums() -> None:
    """Training and scoring must mean the same features."""
    texts = ["En pidä tästä, mutta kiva 😡😡 :D", "", "https://a.b/c @joku", "x" * 20_000, "not good!!"]
    shape = Shape(bits=14)
    table = (np.arange(1 << 14) * 31 % 255 - 127).astype(np.int8)
    by_matrix = matrix_of(texts, shape).times(table.astype(float))
    by_scorer = np.concatenate([Sums(lay_out(run), shape).of(table) for run in chunks(texts)])
    np.testing.assert_allclose(by_matrix, by_scorer, rtol=1e-4, atol=1e-2)


def test_exp_is_exact_to_thirteen_digits() -> None:
    """Ours is a polynomial, NumPy's is the reference."""
    powers = np.linspace(-650, 650, 100_001)
    np.testing.assert_allclose(exp(powers), np.exp(powers), rtol=1e-13)


def test_fitting_recovers_weights_and_group_biases() -> None:
    """Two groups of different share, one informative column."""
    random = np.random.default_rng(1)
    column = random.normal(size=4000)
    groups = np.arange(4000) % 2
    targets = (random.random(4000) < sigmoid(1.5 * column + np.where(groups, 1.0, -1.0))).astype(float)
    matrix = Matrix(np.arange(4001), np.zeros(4000, np.int32), column.astype(np.float32), 1)
    fitted = fit(matrix, Task(targets, np.ones(4000), groups, 0.01), 50)
    assert fitted.weights[0] == pytest.approx(1.5, abs=0.15)
    assert fitted.biases.tolist() == pytest.approx([-1, 1], abs=0.15)


def test_the_same_data_give_the_same_model(tmp_path: Path) -> None:
    """Bit for bit; the progress bar hears of every step."""
    folder = data_folder(tmp_path)
    ticks: list[None] = []
    first, second = train(folder, SMALL, lambda: ticks.append(None)), train(folder, SMALL)
    assert np.array_equal(first.negative, second.negative)
    assert np.array_equal(first.positive, second.positive)
    assert first.readings == second.readings
    assert set(first.readings) == {"fi", "sv", "en", "any"}
    assert 0 < len(ticks) <= 2 * SMALL.rounds


def test_missing_and_spoilt_data_are_named(tmp_path: Path) -> None:
    """One line with the path, no traceback."""
    with pytest.raises(BadConfiguration, match="no such file"):
        read(tmp_path / TRAIN_FILE)
    (tmp_path / TRAIN_FILE).write_bytes(b"not gzip")
    with pytest.raises(BadConfiguration, match="not a data file"):
        read(tmp_path / TRAIN_FILE)


def test_adapt_writes_a_model_and_keeps_the_old_one(tmp_path: Path) -> None:
    """Twice to the same file: the first stays beside it."""
    posts = tmp_path / "posts.csv"
    texts = [("surkea huono", "neg"), ("kokous tiistaina", "neu"), ("kiitos hyvä", "pos"), ("zorbix", "neg")]
    lines = [f"{text} {n},{label},fi" for n in range(20) for text, label in texts]
    posts.write_text("text,label,language\n" + "\n".join(lines), encoding="utf-8")
    out = tmp_path / "model.npz"
    for _ in range(2):
        commands.adapt_model(posts, out=out, as_json=False)
    assert load(out).name == load(BUNDLED).name + "+adapted"
    assert (tmp_path / "model.npz.old").exists()


def test_bench_asks_for_what_to_measure() -> None:
    """`palovahti bench` alone shows its help."""
    assert "sentiment" in CliRunner().invoke(commands.bench, ["--help"]).output


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data/sentiment")
def test_training_gives_the_bundled_weights() -> None:
    """Bit for bit, from the data folder."""
    model, bundled = train(SHARED, Recipe()), load(BUNDLED)
    assert np.array_equal(model.negative, bundled.negative)
    assert np.array_equal(model.positive, bundled.positive)
    assert model.readings == bundled.readings
