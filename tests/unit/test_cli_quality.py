"""Quality, backtest, votes and why nothing fired, on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from agents.cli.app import main
from agents.cli.exits import Exit
from agents.settings import load_settings
from agents.station import stored
from alerts.organisation import Organisation
from alerts.store.sqlite import SqliteStore
from streams.records import Pulse
from tests.build import incident, pulse
from tests.storms import START, TOPICS, Plan, stream

Run = Callable[..., tuple[int, str, str]]
STORM = Plan(seed=3, edits=0.0)
CONFIG = f"""\
organisation: {{name: Oy Esimerkki Ab, language: en, timezone: UTC}}
topics: [{{name: {TOPICS[0]}, terms: [mielipide], budget: 2}}]
calendar:
  - {{topic: {TOPICS[0]}, start: "2026-03-04 08:00", end: "2026-03-04 20:00", factor: 4, note: joulukampanja}}
marked:
  - {{topic: {TOPICS[0]}, start: "2026-01-01 08:00", end: "2026-01-01 20:00", note: seen by eye}}
quality: {{days: 400}}
"""


def measured(hours: float, verdict: str) -> Pulse:
    return pulse(topic=TOPICS[0], at=START + timedelta(hours=hours), verdict=verdict)


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on a store with a storm's mentions, an incident without a vote, and some pulses."""
    config = tmp_path / "palovahti.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    store = SqliteStore(load_settings(config, {}).store.path)
    with store.transaction() as tx:
        tx.add_mentions([stored(a.scored, Organisation()) for a in stream(STORM) if a.scored])
        at = START + timedelta(hours=30)
        tx.put_incident(
            incident(id="inc-s", topic=TOPICS[0], onset_at=at, opened_at=at, updated_at=at, first_page_at=at)
        )
        tx.add_pulses([measured(0, "quiet"), measured(12, "too_few_people"), measured(38, "planned_peak")])
    store.close()

    def command(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--config", str(config)])
        out, err = capfd.readouterr()
        return code, out, err

    return command


def test_a_vote_shows_in_the_report(run: Run) -> None:
    """Without a vote there is no precision; one useful vote is a wide interval."""
    quarter = json.loads(run("quality", "--until", "2026-03-20", "--json")[1])["quarter"]["topics"][0]
    assert (quarter["pages"], quarter["unvoted"], quarter["precision"]) == (1, 1, None)
    assert run("incidents", "useful", "inc-s", "--by", "maija")[0] == Exit.DONE
    quarter = json.loads(run("quality", "--until", "2026-03-20", "--json")[1])["quarter"]["topics"][0]
    assert (quarter["useful"], quarter["budget"], quarter["missed"]) == (1, 2.0, 1)
    assert quarter["precision"]["low"] < 0.3
    code, out, _ = run("quality", "--until", "2026-03-20", "--language", "fi")
    assert code == Exit.DONE
    assert "# Hälytysten laatu 2026-03-13 – 2026-03-20" in out


def test_the_history_of_the_service_is_tried_at_each_budget(run: Run) -> None:
    run("incidents", "useful", "inc-s")
    asked = ("backtest", "--since", "2026-03-01", "--until", "2026-03-20", "--budgets", "4,1e-11")
    told = json.loads(run(*asked, "--json")[1])
    assert [one["budget"] for one in told["outcomes"]] == [None, 4.0, 1e-11]
    now, most, least = told["outcomes"]
    assert (now["known"], now["found"], most["found"], least["found"]) == (1, 1, 1, 0)
    assert least["missed"][0]["what"] == "inc-s"
    code, out, _ = run(*asked)
    assert code == Exit.DONE
    assert "as set" in out
    assert "█" in out


def test_nothing_to_try_is_said(run: Run) -> None:
    code, _, err = run("backtest", "--since", "2020-01-01", "--until", "2020-02-01")
    assert code == Exit.FOUND
    assert "holds no mention of that time" in err
    assert run("backtest", "--budgets", "many")[0] == Exit.USAGE


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (12, ["too few different people speak", "at least 5 different people within six hours"]),
        (
            38,
            [
                "the calendar expects a peak",
                "(joulukampanja): 4 times the usual",
                "Safety words page whatever",
            ],
        ),
    ],
)
def test_why_nothing_fired_names_floors_peaks_and_safety_words(run: Run, hours: int, said: list[str]) -> None:
    at = (START + timedelta(hours=hours)).isoformat()
    code, out, _ = run("explain", "--at", at, "--topic", TOPICS[0])
    assert code == Exit.DONE
    for words in said:
        assert words in " ".join(out.split())
