"""`faq check`, and facts in a file of their own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agents.cli.app import main
from agents.settings import load_settings
from alerts.store.sqlite import SqliteStore
from streams.errors import BadConfiguration
from tests.build import stored_mention

CONFIG = """
organisation: {name: Posti, faq: faq.yaml, facts_file: facts.yaml, timezone: Europe/Helsinki}
topics: [{name: Posti, terms: [Posti]}]
"""
FRESH = datetime.now(UTC).date().isoformat()
FAQ = """
- questions: ["Missä pakettini on?"]
  answer: Paketin kulun näkee seurannasta.
  language: fi
  reviewed_at: %s
"""
FACTS = "- {statement: Lajittelulinja on poikki., confirmed_by: Maija, at: 2026-03-10 09:30}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "palovahti.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "faq.yaml").write_text(FAQ % FRESH, encoding="utf-8")
    (tmp_path / "facts.yaml").write_text(FACTS, encoding="utf-8")
    return tmp_path


def check(folder: Path, *options: str) -> int:
    return main(["faq", "check", "--config", str(folder / "palovahti.yaml"), *options])


def test_a_fresh_faq_without_open_questions_is_in_order(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert check(folder) == 0
    assert capfd.readouterr().out == "1 answers\n"


def test_an_old_answer_is_named_for_review(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "faq.yaml").write_text(FAQ % "2020-01-01", encoding="utf-8")
    assert check(folder) == 1
    assert "review [fi] Missä pakettini on? (last 2020-01-01)" in capfd.readouterr().out


def test_what_people_ask_without_an_answer_is_counted_from_the_store(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store = SqliteStore(folder / "var" / "palovahti.db")
    asked = ["Milloin uusi myymälä avataan?", "Koska myymälä avataan?", "Milloin se myymälä avataan?"]
    asked += ["Missä pakettini on?"] * 4
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    with store.transaction() as tx:
        tx.add_mentions(
            stored_mention(id=f"x:{n}", author=f"a{n}", text=text, published_at=hour_ago)
            for n, text in enumerate(asked)
        )
    store.close()
    assert check(folder, "--json") == 1
    (found,) = json.loads(capfd.readouterr().out)["unanswered"]
    assert (found["people"], "myymälä" in found["question"], found["topics"]) == (3, True, ["Posti"])
    assert check(folder, "--least", "4") == 0


def test_a_mistake_in_the_faq_stops_with_the_code_of_the_configuration(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "faq.yaml").write_text("- {questions: [], answer: A}", encoding="utf-8")
    assert check(folder) == 3
    assert "faq.yaml" in capfd.readouterr().err


def test_facts_of_the_file_stand_before_those_of_the_configuration_in_our_time(folder: Path) -> None:
    (fact,) = load_settings(folder / "palovahti.yaml", {}).organisation.facts
    assert fact.statement == "Lajittelulinja on poikki."
    assert fact.at is not None
    assert fact.at.utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("- {statment: A}", "statment"),
        ("- {statement: ''}", "empty"),
        ("- : :", "cannot be read"),
        ("7", "list of facts"),
        (None, "cannot be read"),
    ],
)
def test_a_mistake_in_the_facts_file_is_named(folder: Path, text: str | None, word: str) -> None:
    path = folder / "facts.yaml"
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    with pytest.raises(BadConfiguration, match=word) as refused:
        load_settings(folder / "palovahti.yaml", {})
    assert "facts_file" in str(refused.value)


def test_an_empty_facts_file_holds_no_fact(folder: Path) -> None:
    (folder / "facts.yaml").write_text("facts:\n", encoding="utf-8")
    assert load_settings(folder / "palovahti.yaml", {}).organisation.facts == ()


def test_a_faq_that_is_not_there_stops_the_start(folder: Path) -> None:
    (folder / "faq.yaml").unlink()
    with pytest.raises(BadConfiguration, match="no file"):
        load_settings(folder / "palovahti.yaml", {})
