"""How the sentiment of a made mention is read: perfectly, with coin-tossed mistakes, or as the shipped
scorer reads texts whose label is known.

What the shipped scorer gives negative and other texts was measured with the bundled weights on rows that it
has not learnt from; `shipped_scorer.json` holds quantiles of it, and `measured` renews them where the
labelled texts are at hand.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from agents.sentiment.linear_scorer import LinearScorer
from agents.sentiment.model import BUNDLED, load
from agents.sentiment.training.rows import EVALUATE_FILE, TRAIN_FILE, Row, read

TABLE = Path(__file__).parent / "shipped_scorer.json"
SOCIAL = frozenset({"finnsent", "absabank", "goemotions", "tweeteval", "sv_tweets"})  # posts, not subtitles
STEPS = 50


class Reader(Protocol):
    """Gives a mention's negativity, knowing whether it is negative."""

    @property
    def name(self) -> str:
        """How the tables call it."""

    def reads(self, negative: bool, chance: random.Random) -> float:
        """Negativity, 0-1."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Calls a mention negative or not; with what probability, if it is and if not."""

    name: str
    sensitivity: float = 1.0
    false_alarm: float = 0.0

    def reads(self, negative: bool, chance: random.Random) -> float:
        """1.0 where it is called negative."""
        return float(chance.random() < (self.sensitivity if negative else self.false_alarm))


@dataclass(frozen=True, slots=True)
class Chances:
    """What a scorer gives texts of one language: quantiles of its negativity by the true label, and how
    often it labels them negative."""

    name: str
    negative: tuple[float, ...]
    other: tuple[float, ...]
    sensitivity: float
    false_alarm: float
    rows: int

    def reads(self, negative: bool, chance: random.Random) -> float:
        """A negativity drawn from those that such texts get."""
        quantiles = self.negative if negative else self.other
        place = chance.random() * (len(quantiles) - 1)
        low = int(place)
        return quantiles[low] + (place - low) * (quantiles[low + 1] - quantiles[low])


ALL = Labels("all mentions", 1.0, 1.0)
CLASSIFIED = Labels("85/85 classifier", 0.85, 0.15)
TRUE = Labels("true negatives")


def measured(folder: Path) -> list[Chances]:
    """The bundled model on the held-out posts of a folder of labelled texts, by language."""
    rows = [row for row in read(folder / TRAIN_FILE) if row.held_out]
    rows += read(folder / EVALUATE_FILE) if (folder / EVALUATE_FILE).exists() else []
    scorer = LinearScorer(load(BUNDLED))
    posts = [row for row in rows if row.dataset in SOCIAL]
    return [
        _chances(language, scorer, [row for row in posts if row.language == language])
        for language in ("fi", "sv", "en")
    ]


def _chances(language: str, scorer: LinearScorer, rows: Sequence[Row]) -> Chances:
    given: dict[bool, list[float]] = {True: [], False: []}
    called: dict[bool, int] = {True: 0, False: 0}
    texts, languages = [row.text for row in rows], [language] * len(rows)
    labels = scorer.labels(texts, languages)
    for row, chance, label in zip(rows, scorer.negativity(texts, languages), labels, strict=True):
        given[row.label == "neg"].append(float(chance))
        called[row.label == "neg"] += label == "neg"
    return Chances(
        f"shipped scorer, {language}",
        quantiles(given[True]),
        quantiles(given[False]),
        round(called[True] / len(given[True]), 3),
        round(called[False] / len(given[False]), 3),
        len(rows),
    )


def quantiles(values: Sequence[float]) -> tuple[float, ...]:
    """Evenly spaced quantiles, lowest and highest value included.

    >>> quantiles([0.3, 0.1, 0.2])[::25]
    (0.1, 0.2, 0.3)
    """
    ordered = sorted(values)
    places = [step / STEPS * (len(ordered) - 1) for step in range(STEPS + 1)]
    return tuple(round(ordered[round(place)], 3) for place in places)


def shipped(table: Path = TABLE) -> list[Chances]:
    """What was measured last."""
    return [_from_line(line) for line in json.loads(table.read_text(encoding="utf-8"))]


def _from_line(line: dict[str, Any]) -> Chances:
    return Chances(**line | {"negative": tuple(line["negative"]), "other": tuple(line["other"])})


def write(found: Sequence[Chances], table: Path = TABLE) -> None:
    """Keep what was measured, one language a line."""
    lines = ",\n".join(json.dumps(asdict(one)) for one in found)
    table.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def confusion(found: Sequence[Chances]) -> Labels:
    """The scorer's confusion matrix, mean over languages, as a reader that gives labels only."""
    rates = (
        sum(one.sensitivity for one in found) / len(found),
        sum(one.false_alarm for one in found) / len(found),
    )
    return Labels("shipped scorer's labels", *(round(rate, 3) for rate in rates))


def readers(found: Sequence[Chances]) -> list[Reader]:
    """Every way of reading that is injected with, the poorest first."""
    return [ALL, confusion(found), *found, CLASSIFIED, TRUE]
