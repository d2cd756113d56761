"""Behaviour on hand-written probes, none of which the model was made with.

A text *leans negative* where the log-odds of negative exceed those of positive. Sarcasm is counted, not
promised.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from agents.sentiment.linear_scorer import LinearScorer
from agents.sentiment.model import ANY, load
from agents.sentiment.training.rows import fingerprint
from agents.sentiment.training.seeds import seed_rows

PROBES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "sentiment_probes.yaml").read_text(encoding="utf-8")
)
MODEL = load()
SCORER = LinearScorer(MODEL)
LEAST = {
    "negation": 0.90,
    "emoji": 0.90,
    "spoken_finnish": 0.90,
    "folded": 0.85,
    "finland_swedish": 0.80,
    "code_switching": 0.80,
    "customer_service": 0.75,
}


def share_right(probes: list[list[str]]) -> float:
    """Share of probes that lean as they should."""
    reading = MODEL.readings[ANY]
    negative, positive = SCORER.sums([text for _, _, text in probes])
    leans = reading.negative.log_odds(negative) > reading.positive.log_odds(positive)
    return float(np.mean([lean == (mood == "neg") for lean, (_, mood, _) in zip(leans, probes, strict=True)]))


def share_ordered(pairs: list[list[str]]) -> float:
    """Share of pairs of which the first is the more negative."""
    languages = [language for language, _, _ in pairs]
    worse = SCORER.negativity([first for _, first, _ in pairs], languages)
    better = SCORER.negativity([second for _, _, second in pairs], languages)
    return float((worse > better).mean())


@pytest.mark.parametrize("kind", LEAST)
def test_probes_lean_as_people_would(kind: str) -> None:
    """At least the stated share of each kind."""
    assert share_right(PROBES[kind]) >= LEAST[kind]


def test_every_minimal_pair_is_in_order() -> None:
    """One word more or less decides, and always the right way."""
    assert share_ordered(PROBES["pairs"]) == 1


@pytest.mark.parametrize("kind", ["news", "thanks"])
def test_reports_and_thanks_are_less_negative_than_complaints(kind: str) -> None:
    """A neutral report of a bad event is no complaint; thanks after a complaint are thanks."""
    assert share_ordered(PROBES["calm"][kind]) == 1


def test_sarcasm_is_a_known_weakness() -> None:
    """Words alone do not show it; where this fails, docs/sentiment.md has good news to tell."""
    assert share_right(PROBES["sarcasm"]) < 0.7


def test_no_probe_is_a_training_row_of_ours() -> None:
    """Else it would test memory."""
    seeds = {fingerprint(row.text) for row in seed_rows()} - {""}
    texts = [text for kind in LEAST if kind != "emoji" for _, _, text in PROBES[kind]]
    texts += [text for pair in PROBES["pairs"] for text in pair[1:]]
    assert not {fingerprint(text) for text in texts} & seeds
