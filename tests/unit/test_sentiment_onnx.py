"""The accurate scorer is loaded and run by its real code, on a tiny model made here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from agents.sentiment.cascade import STEP, Cascade
from agents.sentiment.loading import load_scorer
from agents.sentiment.onnx_scorer import OnnxScorer
from agents.sentiment.scorer import Label, ScoringFailed
from agents.sentiment.settings import AccurateSettings, SentimentSettings
from streams.errors import BadConfiguration

onnx = pytest.importorskip("onnx", reason="the extra `test` installs onnx")
pytest.importorskip("onnxruntime", reason="the extra `onnx` installs onnxruntime")
tokenizers = pytest.importorskip("tokenizers", reason="the extra `onnx` installs tokenizers")

WORDS = ["[PAD]", "[UNK]", "surkea", "kiitos"]
# Scores of positive, negative, neutral for each word: an order of its own, told by config.json.
SCORES = np.array([[0, 0, 0], [0, 0, 2], [-3, 5, 0], [5, -3, 0]], np.float32)


def folder_with_model(folder: Path, labels: Sequence[str] = ("positive", "negative", "neutral")) -> Path:
    """A model that adds up the scores of the words, as an export would lay it out."""
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps({"id2label": dict(enumerate(labels))}))
    onnx.save(_model(), folder / "model.onnx")
    return folder


def _model() -> object:
    h, kind = onnx.helper, onnx.TensorProto
    nodes = [
        h.make_node("Gather", ["table", "input_ids"], ["each"]),
        h.make_node("Cast", ["attention_mask"], ["mask"], to=kind.FLOAT),
        h.make_node("Unsqueeze", ["mask", "last"], ["wide"]),
        h.make_node("Mul", ["each", "wide"], ["kept"]),
        h.make_node("ReduceSum", ["kept", "words"], ["logits"], keepdims=0),
    ]
    inputs = [
        h.make_tensor_value_info(name, kind.INT64, ["batch", "length"])
        for name in ("input_ids", "attention_mask")
    ]
    output = h.make_tensor_value_info("logits", kind.FLOAT, ["batch", 3])
    constants = [
        onnx.numpy_helper.from_array(SCORES, "table"),
        onnx.numpy_helper.from_array(np.array([2]), "last"),
        onnx.numpy_helper.from_array(np.array([1]), "words"),
    ]
    graph = h.make_graph(nodes, "tiny", inputs, [output], constants)
    return h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=9)


def test_the_order_of_labels_is_read_from_the_configuration(tmp_path: Path) -> None:
    """The model's second output is negative here, and config.json says so."""
    scorer = OnnxScorer(folder_with_model(tmp_path))
    assert scorer.labels(["surkea", "jokin", "kiitos"]) == ["neg", "neu", "pos"]
    chances = scorer.chances(["surkea juttu", "kiitos", ""])
    assert chances.sum(axis=1) == pytest.approx(1)
    assert scorer.negativity(["surkea", "kiitos"])[0] > 0.9


def test_batches_keep_the_order_and_padding_changes_nothing(tmp_path: Path) -> None:
    """Long and short texts together, more than one batch."""
    scorer = OnnxScorer(folder_with_model(tmp_path))
    texts = [("surkea " if n % 3 else "kiitos ") + "x " * (n % 40) for n in range(100)]
    alone = [scorer.negativity([text])[0] for text in texts]
    np.testing.assert_allclose(scorer.negativity(texts), alone, rtol=1e-5)


def test_odd_texts_do_not_break_it(tmp_path: Path) -> None:
    """Empty, NUL, lone surrogates, giants, none at all."""
    scorer = OnnxScorer(folder_with_model(tmp_path))
    assert len(scorer.negativity(["", "\x00", "\ud800", "😡", "a " * 100_000])) == 5
    assert scorer.negativity([]).shape == (0,)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_missing_or_spoilt_file_stops_the_start(tmp_path: Path, name: str) -> None:
    """The message names the file."""
    folder = folder_with_model(tmp_path)
    (folder / name).write_text("spoilt")
    with pytest.raises(BadConfiguration, match=name):
        OnnxScorer(folder)
    (folder / name).unlink()
    with pytest.raises(BadConfiguration, match=f"{name} is missing"):
        OnnxScorer(folder)


def test_labels_that_say_nothing_are_refused(tmp_path: Path) -> None:
    """LABEL_0 may be anything."""
    with pytest.raises(BadConfiguration, match="id2label"):
        OnnxScorer(folder_with_model(tmp_path, ("LABEL_0", "LABEL_1", "LABEL_2")))


def test_a_wrong_number_of_labels_is_refused(tmp_path: Path) -> None:
    """Two names for three outputs."""
    with pytest.raises(BadConfiguration, match="2 labels, the model 3"):
        OnnxScorer(folder_with_model(tmp_path, ("negative", "positive")))


def test_the_settings_join_both_scorers(tmp_path: Path) -> None:
    """Doubtful texts get the accurate answer, clear ones the quick one."""
    accurate = AccurateSettings(folder=folder_with_model(tmp_path), band=(0.0, 1.0), budget_seconds=60)
    both = load_scorer(SentimentSettings(accurate=accurate))
    assert both.negativity(["kiitos surkea surkea"])[0] == pytest.approx(
        OnnxScorer(tmp_path).negativity(["kiitos surkea surkea"])[0]
    )
    assert both.version.endswith(f">onnx:{tmp_path.name}")


class Fixed:
    """A scorer with one answer, which counts what it was asked and may fail."""

    version = "fixed"

    def __init__(self, chance: float, label: Label, *, fails: bool = False) -> None:
        self.chance, self.label, self.fails, self.asked = chance, label, fails, 0

    def negativity(self, texts: Sequence[str], languages: object = None) -> np.ndarray:  # noqa: ARG002
        self._count(texts)
        return np.full(len(texts), self.chance)

    def labels(self, texts: Sequence[str], languages: object = None) -> list[Label]:  # noqa: ARG002
        self._count(texts)
        return [self.label] * len(texts)

    def _count(self, texts: Sequence[str]) -> None:
        if self.fails:
            raise ScoringFailed("broken")
        self.asked += len(texts)


def cascade(accurate: Fixed, chance: float = 0.5, seconds: Sequence[float] = (0,)) -> Cascade:
    """A cascade whose timer shows the given seconds, then the last of them for ever."""
    left = list(seconds)

    def timer() -> float:
        return left.pop(0) if len(left) > 1 else left[0]

    return Cascade(Fixed(chance, "neu"), accurate, band=(0.3, 0.7), budget_seconds=1, timer=timer)


def test_only_doubtful_texts_are_asked_about() -> None:
    """Outside the band the quick answer stands."""
    accurate = Fixed(0.9, "neg")
    assert cascade(accurate, chance=0.1).negativity(["a"]).tolist() == [0.1]
    assert accurate.asked == 0
    assert cascade(accurate, chance=0.5).negativity(["a"]).tolist() == [0.9]
    assert cascade(accurate).labels(["a"]) == ["neg"]


def test_the_budget_ends_the_asking() -> None:
    """One step was done when the time was up; the rest keep the quick answer."""
    accurate = Fixed(0.9, "neg")
    chances = cascade(accurate, seconds=(0, 0, 2)).negativity(["a"] * 3 * STEP)
    assert accurate.asked == STEP
    assert sorted(set(chances.tolist())) == [0.5, 0.9]


def test_a_failing_scorer_falls_back_and_is_not_asked_again() -> None:
    """The stream goes on; the reason can be shown."""
    both = cascade(Fixed(0.9, "neg", fails=True))
    assert both.negativity(["a", "b"]).tolist() == [0.5, 0.5]
    assert both.labels(["a"]) == ["neu"]
    assert both.failed == "broken"
