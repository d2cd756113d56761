"""Labelled posts of an organisation, from a file of people's own making or from the pages."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from agents.sentiment.adapt import Post
from agents.sentiment.scorer import Label
from alerts.store.store import LabelledPost
from streams.errors import BadConfiguration

# What people write in the label column, in lower case.
_MEANINGS: dict[Label, str] = {
    "neg": "neg negative negatiivinen negativ negativt - -1",
    "neu": "neu neutral neutraali neutralt 0",
    "pos": "pos positive positiivinen positiv positivt + +1 1",
}
_LABELS: dict[str, Label] = {word: label for label, words in _MEANINGS.items() for word in words.split()}


def read_posts(path: Path) -> list[Post]:
    """The posts of a CSV file or of JSON lines; columns or names: text, label and, where known, language.

    BadConfiguration names each line that cannot be used, at most ten of them.
    """
    try:
        rows = list(_lines(path) if path.suffix in (".jsonl", ".json", ".ndjson") else _table(path))
    except FileNotFoundError:
        raise BadConfiguration([f"{path}: there is no such file"]) from None
    except (OSError, ValueError, csv.Error) as error:
        raise BadConfiguration([f"{path}: neither CSV nor JSON lines in UTF-8 ({error})"]) from error
    mistakes = [f"{path}:{line}: {_mistake(row)}" for line, row in rows if _mistake(row)]
    if mistakes:
        raise BadConfiguration(mistakes[:10])
    return [Post(row["text"], _LABELS[_word(row)], row.get("language") or None) for _, row in rows]


def labelled_posts(found: Iterable[LabelledPost]) -> list[Post]:
    """Posts as people labelled them on the pages."""
    return [Post(one.text, _LABELS[one.label], one.language) for one in found]


def _table(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        sample = file.read(4096)
        file.seek(0)
        delimiter = max(",;\t", key=sample.split("\n", 1)[0].count)
        reader = csv.DictReader(file, delimiter=delimiter)
        for row in reader:
            yield reader.line_num, row


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                row = json.loads(line)
                yield number, row if isinstance(row, dict) else {}


def _mistake(row: dict[str, Any]) -> str | None:
    if not isinstance(row.get("text"), str) or not row["text"].strip():
        return "no text; the columns are text, label and, where known, language"
    if _word(row) not in _LABELS:
        return f"label {_word(row)[:20]!r} is not one of neg, neu, pos"
    return None


def _word(row: dict[str, Any]) -> str:
    return str(row.get("label", "")).strip().lower()
