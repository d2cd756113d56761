"""Incidents on the command line: listed, shown, acted upon, exported, explained."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.cli.app import main
from agents.cli.exits import Exit
from agents.cli.incidents import as_csv
from agents.cli.trial import trial_notice
from agents.settings import load_settings
from alerts.notifiers.console import ConsoleSettings
from alerts.organisation import Organisation
from alerts.store.sqlite import SqliteStore
from streams.records import Pulse
from tests.build import AT, incident, minutes

Run = Callable[..., tuple[int, str, str]]
CONFIG = """\
organisation: {name: Oy Esimerkki Ab, language: en}
topics: [{name: Posti, terms: [Posti]}]
receivers: [{type: console, name: pääte}]
"""


def pulse(at_minute: int, verdict: str) -> Pulse:
    return Pulse(
        topic="Posti",
        at=AT + minutes(at_minute),
        mentions_per_hour=12,
        negative_per_hour=4,
        usual_per_hour=3,
        usual_low=1,
        usual_high=5,
        spread_per_hour=2,
        negative_share=0.33,
        score=0.4,
        threshold=1.5,
        verdict=verdict,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration and a store with three incidents and two pulses."""
    (tmp_path / "palovahti.yaml").write_text(CONFIG, encoding="utf-8")
    settings = load_settings(tmp_path / "palovahti.yaml", {})
    store = SqliteStore(settings.store.path)
    with store.transaction() as tx:
        tx.put_incident(incident(id="inc-aa1"))
        tx.put_incident(incident(id="inc-aa2", topic="=1+1", opened_at=AT + minutes(600)))
        tx.put_incident(incident(id="inc-b", state="resolved", resolved_at=AT, topic="[red]\x1b[31mX"))
        tx.add_pulses([pulse(0, "quiet"), pulse(30, "too_few_people")])
    store.close()
    return tmp_path


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command with the folder's configuration."""

    def ran(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--config", str(folder / "palovahti.yaml")])
        told = capfd.readouterr()
        return int(code), told.out, told.err

    return ran


def test_open_incidents_are_listed_and_closed_ones_when_asked_for(run: Run) -> None:
    code, out, _ = run("incidents", "list")
    assert code == Exit.DONE
    assert "inc-aa1" in out
    assert "inc-b" not in out
    assert "inc-b" in run("incidents", "list", "--all")[1]
    assert "inc-b" in run("incidents", "list", "--state", "resolved")[1]


def test_texts_of_strangers_do_not_act_on_the_terminal(run: Run) -> None:
    assert "[red][31mX" in run("incidents", "list", "--all")[1]


def test_a_list_for_machines_is_one_object_a_line(run: Run) -> None:
    _, out, _ = run("incidents", "list", "--json", "--topic", "Posti")
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["inc-aa1"]


def test_an_empty_list_says_so(run: Run) -> None:
    assert "No such incident." in run("incidents", "list", "--topic", "Kela")[1]


def test_one_incident_is_shown_with_its_history(run: Run) -> None:
    code, out, _ = run("incidents", "show", "inc-aa1")
    assert code == Exit.DONE
    assert "Posti" in out
    assert "History" in out
    shown = json.loads(run("incidents", "show", "inc-b", "--json")[1])
    assert sorted(shown) == ["audit", "deliveries", "incident"]


def test_the_beginning_of_an_id_is_enough_when_there_is_one_such(run: Run) -> None:
    assert run("incidents", "show", "inc-b")[0] == Exit.DONE
    code, _, err = run("incidents", "show", "inc-a")
    assert code == Exit.FOUND
    assert "may be inc-aa" in err
    assert run("incidents", "show", "nope")[0] == Exit.FOUND


@pytest.mark.parametrize(
    ("command", "state"), [("ack", "acknowledged"), ("resolve", "resolved"), ("false-alarm", "false_alarm")]
)
def test_people_act_on_an_incident_and_it_is_in_the_history(run: Run, command: str, state: str) -> None:
    code, out, _ = run("incidents", command, "inc-aa1", "--by", "Aino", "--note", "hoidan", "--json")
    assert (code, json.loads(out)["state"]) == (Exit.DONE, state)
    audit = json.loads(run("incidents", "show", "inc-aa1", "--json")[1])["audit"]
    assert (audit[-1]["by"], audit[-1]["detail"]) == ("Aino", "hoidan")


def test_a_step_that_cannot_be_taken_is_one_line_and_changes_nothing(run: Run) -> None:
    code, out, err = run("incidents", "ack", "inc-b")
    assert (code, out, len(err.splitlines())) == (Exit.FOUND, "", 1)
    assert json.loads(run("incidents", "show", "inc-b", "--json")[1])["incident"]["state"] == "resolved"


def test_an_export_is_oldest_first_and_can_be_limited(run: Run) -> None:
    ids = [json.loads(line)["incident"]["id"] for line in run("incidents", "export")[1].splitlines()]
    assert ids[-1] == "inc-aa2"
    until = (AT + minutes(300)).isoformat()
    assert "inc-aa2" not in run("incidents", "export", "--until", until)[1]
    assert run("incidents", "export", "--since", "eilen")[0] == Exit.FOUND


def test_a_table_holds_no_formula(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("incidents", "export", "--format", "csv")[1])))
    assert {row["topic"] for row in rows} >= {"Posti", "'=1+1"}
    assert as_csv([]).startswith("id,topic,")


def test_an_incident_is_explained(run: Run) -> None:
    code, out, _ = run("explain", "inc-aa1")
    assert code == Exit.DONE
    assert "threshold" in out
    told = json.loads(run("explain", "inc-aa1", "--json")[1])
    assert told["incident"] == "inc-aa1"
    assert told["why"]


def test_why_nothing_fired_is_explained(run: Run) -> None:
    code, out, _ = run("explain", "--at", (AT + minutes(20)).isoformat(), "--topic", "Posti")
    assert code == Exit.DONE
    assert "too few different people speak" in out
    assert "Score 0.40, threshold 1.50" in out


@pytest.mark.parametrize(
    ("topic", "at", "said"),
    [("Possti", "2026-03-10T12:00Z", "did you mean Posti?"), ("Posti", "2020-01-01", "nothing is stored")],
)
def test_what_is_not_known_is_said_to_be_unknown(run: Run, topic: str, at: str, said: str) -> None:
    code, _, err = run("explain", "--at", at, "--topic", topic)
    assert code == Exit.FOUND
    assert said in err


def test_looking_makes_no_store(run: Run, folder: Path) -> None:
    store = load_settings(folder / "palovahti.yaml", {}).store.path
    store.rename(folder / "elsewhere.db")
    code, _, err = run("incidents", "list")
    assert code == Exit.FOUND
    assert "palovahti run" in err
    assert not store.exists()


def test_a_test_page_goes_to_every_receiver(run: Run) -> None:
    code, out, _ = run("test-page")
    assert code == Exit.DONE
    assert "KOKEILU" in out
    assert "pääte: accepted" in out
    code, out, err = run("test-page", "--json")
    assert json.loads(out) == {"receiver": "pääte", "type": "console", "ok": True, "error": None}
    assert "KOKEILU" in err


def test_an_unknown_receiver_is_a_mistake(run: Run) -> None:
    assert run("test-page", "--receiver", "paate")[0] == Exit.CONFIGURATION


def test_a_receiver_that_does_not_answer_is_told(run: Run, folder: Path) -> None:
    hook = "{type: webhook, name: hook, url: 'http://127.0.0.1:9/', allow_private: true, secret: {file: key}}"
    (folder / "key").write_text("whsec_" + "A" * 32)
    text = CONFIG.replace("[{type: console, name: pääte}]", f"[{hook}]")
    (folder / "palovahti.yaml").write_text(text, encoding="utf-8")
    code, out, err = run("test-page")
    assert (code, out) == (Exit.FOUND, "")
    assert err.startswith("hook: not accepted: ")
    assert "A" * 32 not in err


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_test_page_says_in_every_language_that_it_is_none(language: str) -> None:
    receiver = ConsoleSettings.model_validate({"name": "x", "language": language})
    notice = trial_notice(receiver, Organisation(name="{name}"), AT)
    assert notice.kind == "test"
    assert len(notice.lines) == 5
    assert "{name}" in notice.lines[1]
