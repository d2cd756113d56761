"""The accurate scorer: the user's own transformer, exported to ONNX.

The folder is laid out as Hugging Face tools export it: `model.onnx`, `tokenizer.json` and `config.json`,
whose `id2label` says which output is which label. Nothing is downloaded. Needs the extra `onnx`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.sentiment.linear_scorer import LABELS
from agents.sentiment.scorer import Label, ScoringFailed
from streams.errors import BadConfiguration

F64 = NDArray[np.float64]

FILES = ("model.onnx", "tokenizer.json", "config.json")
BATCH = 32
LONGEST_TOKENS = 128
LONGEST_CHARACTERS = 2_000


class OnnxScorer:
    """Scores with a sequence-classification model of three labels (or two, without neutral)."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Loads and tries the model; BadConfiguration says what is wrong with the folder."""
        for name in FILES:
            if not (folder / name).is_file():
                raise BadConfiguration(
                    [f"{folder}: sentiment.accurate.folder: {name} is missing; it must hold {FILES}"]
                )
        self._order = _label_order(folder / "config.json")
        self._tokenizer = _tokenizer(folder / "tokenizer.json")
        self._session = _session(folder / "model.onnx", threads)
        self._inputs = [node.name for node in self._session.get_inputs()]
        self.version = f"onnx:{folder.name}"
        self._try(folder)

    def accuracy(self, language: str | None) -> None:
        """Not known: the model is the user's own."""

    def negativity(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> F64:  # noqa: ARG002
        """P(negative), 0-1, one a text; the model knows the language itself."""
        return self.chances(texts)[:, 0]

    def labels(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> list[Label]:  # noqa: ARG002
        """The likeliest label, one a text."""
        return [LABELS[place] for place in np.argmax(self.chances(texts), axis=1).tolist()]

    def chances(self, texts: Sequence[str]) -> F64:
        """P of neg, neu, pos: a row a text."""
        found = np.zeros((len(texts), len(LABELS)))
        for places in _by_length(texts):
            found[np.ix_(places, self._order)] = self._run([texts[place] for place in places])
        return found

    def _run(self, texts: Sequence[str]) -> F64:
        encodings = self._tokenizer.encode_batch([_clean(text) for text in texts])
        known = {
            "input_ids": [e.ids for e in encodings],
            "attention_mask": [e.attention_mask for e in encodings],
            "token_type_ids": [e.type_ids for e in encodings],
        }
        try:
            feed = {name: np.array(known[name], np.int64) for name in self._inputs}
            return _softmax(np.asarray(self._session.run(None, feed)[0], np.float64))
        except _failures() as error:
            # Its text could hold parts of the input; its kind cannot.
            raise ScoringFailed(f"the ONNX model failed ({type(error).__name__})") from error

    def _try(self, folder: Path) -> None:
        try:
            columns = self._run(["?"]).shape[1]
        except ScoringFailed as failure:
            raise BadConfiguration(
                [f"{folder}: sentiment.accurate.folder: {failure} on its first text"]
            ) from failure
        if columns != len(self._order):
            labels = len(self._order)
            raise BadConfiguration(
                [f"{folder}: sentiment.accurate.folder: config.json has {labels} labels, the model {columns}"]
            )


def _label_order(path: Path) -> list[int]:
    """For each output of the model the place of its label in LABELS."""
    try:
        names = json.loads(path.read_text(encoding="utf-8"))["id2label"]
        return [_place(str(names[key])) for key in sorted(names, key=int)]
    except (ValueError, KeyError, TypeError) as error:
        raise BadConfiguration(
            [f"{path}: id2label must name the outputs neg(ative), neu(tral) and pos(itive) ({error})"]
        ) from error


def _place(name: str) -> int:
    for place, label in enumerate(LABELS):
        if name.lower().startswith(label):
            return place
    raise ValueError(f"label {name!r}")


def _tokenizer(path: Path) -> Any:
    package = _package("tokenizers")
    try:
        tokenizer = package.Tokenizer.from_str(path.read_text(encoding="utf-8"))
    except Exception as error:
        raise BadConfiguration([f"{path}: not a tokenizer that can be read"]) from error
    tokenizer.enable_truncation(LONGEST_TOKENS)
    tokenizer.enable_padding()
    return tokenizer


def _session(path: Path, threads: int) -> Any:
    runtime = _package("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # never write texts or paths to the terminal
    try:
        return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except _runtime_failures() as error:
        raise BadConfiguration(
            [f"{path}: not an ONNX model that can be read ({type(error).__name__})"]
        ) from error


def _failures() -> tuple[type[Exception], ...]:
    """What a run of a model that does not suit can raise."""
    return (KeyError, ValueError, IndexError, *_runtime_failures())


def _runtime_failures() -> tuple[type[Exception], ...]:
    """What the runtime raises; its classes have no base of their own."""
    state = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    found = [
        value for value in vars(state).values() if isinstance(value, type) and issubclass(value, Exception)
    ]
    return tuple(found)


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise BadConfiguration(
            [f"sentiment.accurate: {name} is not installed; it comes with the extra: pip install '.[onnx]'"]
        ) from None


def _by_length(texts: Sequence[str]) -> Iterator[list[int]]:
    """Places of texts in batches of like length, so that little is padded."""
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    for start in range(0, len(order), BATCH):
        yield order[start : start + BATCH]


def _clean(text: str) -> str:
    """What the tokenizer can encode: no lone surrogates, and no novel."""
    return text[:LONGEST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def _softmax(scores: F64) -> F64:
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))
