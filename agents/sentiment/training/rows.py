"""Labelled texts, read and cleaned."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agents.sentiment.scorer import Label
from streams.errors import BadConfiguration

TRAIN_FILE = "train.jsonl.gz"
EVALUATE_FILE = (
    "evaluate_only.jsonl.gz"  # licences allow measuring with it, not shipping weights learnt from it
)


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text; `negative` and `positive` are soft labels, 0-1."""

    dataset: str
    language: str
    text: str
    label: Label
    negative: float
    positive: float
    held_out: bool = False


def read(path: Path) -> list[Row]:
    """All rows of a data file, cleaned; BadConfiguration where it is missing or no such file."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return [_row(json.loads(line)) for line in lines]
    except FileNotFoundError:
        raise BadConfiguration(
            [f"{path}: there is no such file; --data names the folder that holds it"]
        ) from None
    except (OSError, ValueError, KeyError) as error:
        raise BadConfiguration([f"{path}: not a data file as its README describes ({error})"]) from error


def _row(fields: dict[str, Any]) -> Row:
    text = detokenised(fields["text"]) if fields["dataset"].startswith("xed") else fields["text"]
    negative, positive = soft_labels(fields["label"], fields.get("ann"))
    return Row(
        fields["dataset"],
        fields["lang"],
        text,
        fields["label"],
        negative,
        positive,
        fields["split"] != "train",
    )


def soft_labels(label: Label, votes: list[int] | None) -> tuple[float, float]:
    """How negative and how positive a text is.

    The majority's label, averaged with the share of votes where known.
    """
    negative, positive = float(label == "neg"), float(label == "pos")
    if not votes:
        return negative, positive
    return (negative + votes.count(-1) / len(votes)) / 2, (positive + votes.count(1) / len(votes)) / 2


_BEFORE_MARK = re.compile(r"\s+([.,!?;:%)\]}…])")
_AFTER_MARK = re.compile(r"([(\[{])\s+")
_APOSTROPHE = re.compile(r"\b(\w+)\s+(n't|'(?:s|m|re|ve|ll|d|t))\b", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


def detokenised(text: str) -> str:
    """The text as a person would have typed it.

    XED's annotated half is tokenised, its neutral half is not: a model would learn the blanks, not the mood.

    >>> detokenised("Well , I do n't like it .")
    "Well, I don't like it."
    """
    text = _APOSTROPHE.sub(r"\1\2", text)
    text = _AFTER_MARK.sub(r"\1", _BEFORE_MARK.sub(r"\1", text))
    return _SPACES.sub(" ", text).strip().strip('"').strip()


_LETTERS = re.compile(r"[^\W\d_]+")


def fingerprint(text: str) -> str:
    """What two copies of a text share: its letters in lower case."""
    return " ".join(_LETTERS.findall(text.lower()))


def without_copies(rows: Iterable[Row], held_out: Iterable[Row]) -> Iterator[Row]:
    """The rows of which no copy is held out, each once a data set and label."""
    seen = {fingerprint(row.text) for row in held_out} - {""}
    taken = set()
    for row in rows:
        print_ = fingerprint(row.text) or row.text
        key = (row.dataset, row.label, print_)
        if print_ not in seen and key not in taken:
            taken.add(key)
            yield row


_FOLDED = str.maketrans("äöåÄÖÅ", "aoaAOA")


def folded(row: Row) -> Row:
    """The row as typed on a keyboard without ä, ö, å."""
    return replace(row, text=row.text.translate(_FOLDED))
