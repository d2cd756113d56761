"""`palovahti reply check`: its exit codes, files, and what programs read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
GOOD = (
    "Hei, luimme viestinne bussilinjan perumisesta. Ymmärrämme, että se harmittaa. Emme vielä tiedä syytä. "
    "Selvitämme sitä nyt. Kerromme lisää klo 14 tässä ketjussa."
)


def ran(draft: str | bytes, *words: str) -> tuple[int, str, str]:
    given = draft if isinstance(draft, bytes) else draft.encode()
    command = [sys.executable, "-m", "agents", "reply", "check", *words]
    done = subprocess.run(command, input=given, capture_output=True, cwd=ROOT, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_a_clean_draft_ends_with_zero():
    assert ran(GOOD, "--lang", "fi") == (0, "no findings\n", "")


def test_warnings_end_with_one():
    code, out, _ = ran(GOOD.replace(" klo 14", " pian"), "--lang", "fi")
    assert (code, out[:8]) == (1, "R06 warn")


def test_a_block_ends_with_three_and_the_object_keeps_its_schema():
    code, out, err = ran(f"\ufeff{GOOD} Emme kommentoi.", "--lang", "fi", "--json")
    found = json.loads(out)
    schema = json.loads((ROOT / "docs" / "schemas" / "reply_report.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema)
    assert (code, err, found["verdict"]) == (3, "", "blocked")
    assert [one["text"] for one in found["findings"]] == ["Emme kommentoi"]


def test_facts_of_a_file_confirm_and_unconfirmed_ones_do_not(tmp_path):
    said = GOOD + " Myöhässä on 12 bussia."
    path = tmp_path / "facts.yaml"
    path.write_text("- Myöhässä on 12 bussia.\n", encoding="utf-8")
    assert ran(said, "--lang", "fi", "--facts", str(path))[0] == 0
    path.write_text("organisation: {facts: [{statement: Myöhässä on 12 bussia.}]}", encoding="utf-8")
    assert ran(said, "--lang", "fi", "--facts", str(path))[0] == 3
    assert ran(said, "--lang", "fi")[0] == 3


def test_a_context_file_tells_the_history_and_options_win_over_it(tmp_path):
    path = tmp_path / "context.json"
    path.write_text(json.dumps({"channel": "tiktok", "severity": 2}), encoding="utf-8")
    assert ran(GOOD, "--lang", "fi", "--context", str(path))[0] == 3
    assert ran(GOOD, "--lang", "fi", "--context", str(path), "--channel", "facebook")[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--lang", "de"),
        ("--lang", "fi", "--situation", "flood"),
        ("--lang", "fi", "--context", "/nowhere.json"),
        ("--lang", "fi", "--facts", "/nowhere.yaml"),
        ("--lang", "fi", "--facts", str(ROOT / "pyproject.toml")),
        ("--lang", "fi", "--no-such-option"),
    ],
)
def test_a_wrong_use_ends_with_two_and_one_line(words):
    code, out, err = ran(GOOD, *words)
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_a_context_with_a_misspelt_key_is_a_wrong_use(tmp_path):
    path = tmp_path / "context.json"
    path.write_text('{"ordr": 1}', encoding="utf-8")
    code, _, err = ran(GOOD, "--lang", "fi", "--context", str(path))
    assert code == 2
    assert "ordr" in err


@pytest.mark.parametrize("draft", [b"", b" \n", b"\xff\xfe\x00"])
def test_no_draft_is_a_wrong_use_and_broken_bytes_are_read(draft):
    assert ran(draft, "--lang", "fi")[0] == (3 if b"\xff" in draft else 2)


def test_help_tells_the_exit_codes():
    code, out, _ = ran("", "--help")
    assert code == 0
    assert "3 at least one finding" in " ".join(out.split())
