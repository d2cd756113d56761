"""`incidents report`, `digest` and `moderation` as a person types them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from alerts.store.sqlite import SqliteStore
from tests.build import AT, incident, minutes, stored_mention

CONFIG = """\
organisation:
  language: fi
  moderation_rules: [{id: uhkailu, text: Uhkaukset poistetaan.}]
topics: [{name: Posti, terms: [Posti]}]
"""
ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A command on a store with one incident; `said` is its standard input."""
    config = tmp_path / "palovahti.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    store = SqliteStore(tmp_path / "var" / "palovahti.db")
    asked = stored_mention(id="b", thread="b", published_at=AT + minutes(1), text="=1+1 voisitteko lisätä?")
    with store.transaction() as tx:
        tx.put_incident(incident())
        tx.add_mentions([stored_mention(id="a", published_at=AT), asked])
    store.close()

    def told(*words: str, said: str = "") -> tuple[int, str, str]:
        command = [sys.executable, "-m", "agents", *words, "-c", str(config)]
        done = subprocess.run(command, input=said.encode(), capture_output=True, cwd=ROOT, check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return told


def test_a_report_in_each_form_and_language(run: Run) -> None:
    assert run("incidents", "report", "inc-1")[1].startswith("# Jälkiraportti: Posti")
    assert run("incidents", "report", "inc-1", "--say-in", "sv")[1].startswith("# Efterrapport: Posti")
    assert run("incidents", "report", "inc-1", "--format", "html")[1].startswith("<!doctype html>")
    assert json.loads(run("incidents", "report", "inc-1", "--format", "json")[1])["posts"] == 2


def test_all_forms_into_a_folder(run: Run, tmp_path: Path) -> None:
    assert run("incidents", "report", "inc", "--to", str(tmp_path / "out"))[0] == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["inc-1.html", "inc-1.json", "inc-1.md", "inc-1.svg"]


def test_a_report_on_nothing_is_refused(run: Run) -> None:
    code, out, err = run("incidents", "report", "inc-9")
    assert (code, out) == (1, "")
    assert "there is no incident inc-9" in err


def test_the_digest_of_a_week_and_of_a_day(run: Run) -> None:
    until = ("--until", (AT + minutes(10)).isoformat())
    assert "### Ehdotuksia" in run("digest", *until)[1]
    assert "### Odottaa vastausta" in run("digest", "--daily", *until)[1]
    table = run("digest", "--format", "csv", *until)[1]
    assert "'=1+1 voisitteko" in table
    assert json.loads(run("digest", "--format", "json", *until)[1])["period"] == "weekly"
    assert run("digest", "--daily", "--weekly")[0] == 2


def test_what_was_hidden_is_kept_listed_and_verified(run: Run) -> None:
    assert run("moderation", "add", "x:1", "--rule", "uhkailu", "--by", "Maija", said="Uhkaus")[0] == 0
    assert json.loads(run("moderation", "list", "--json")[1])["post"] == "x:1"
    assert run("moderation", "verify", "x:1", said="Uhkaus\n")[0] == 0
    assert run("moderation", "verify", "x:1", said="Muu")[0] == 1
    code, _, err = run("moderation", "add", "x:1", "--rule", "kritiikki", said="Huono palvelu")
    assert code == 1
    assert "criticism is never hidden" in err
