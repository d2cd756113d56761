"""Readiness: what is missing before the storm, each thing by its own check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.cli.app import main
from agents.cli.readiness import preparation
from agents.settings import load_settings
from alerts.languages import LANGUAGES
from alerts.organisation import Organisation
from alerts.readiness.checks import CHECKS, Preparation, assess
from alerts.respond.faq import FaqEntry
from alerts.respond.situations import SITUATIONS
from alerts.texts import Words
from tests.build import AT, minutes

ALL = frozenset((code, situation) for code in LANGUAGES for situation in SITUATIONS)
DAY = timedelta(days=1)
TODAY = AT.date()


def faq(language: str, reviewed: date = TODAY) -> FaqEntry:
    return FaqEntry.model_validate(
        {"questions": ["Milloin?"], "answer": "Nyt.", "language": language, "reviewed_at": reviewed}
    )


def organisation(**fields: Any) -> Organisation:
    values: dict[str, Any] = {
        "owner": "Aino",
        "roster": [{"name": "Aino", "receivers": ["p"], "languages": ["fi", "sv", "en"]}],
        "official_accounts": ["posti"],
        "community_size": 9000,
        "tone": {"address": "formal"},
        "signature": "Aino",
        "approver": "Bo",
        "looking_into": "Huolto",
        "feedback_channels": ["palaute@example.org"],
        "private_channel": "yksityisviesti",
        "updates_url": "https://example.org",
        "facts": [{"statement": "On.", "confirmed_by": "Aino"}],
        "moderation_rules": [{"id": "uhkailu", "text": "Ei uhkailua."}],
        "public_url": "https://vahti.example.org",
        **fields,
    }
    return Organisation.model_validate(values)


def prepared(us: dict[str, Any] | None = None, **fields: Any) -> Preparation:
    """Everything is there, but for what is given otherwise."""
    values: dict[str, Any] = {
        "organisation": organisation(**(us or {})),
        "languages": ("fi", "sv", "en"),
        "receivers": {"p": "pagerduty", "pääte": "console"},
        "now": AT,
        "pager_tests": {"p": AT - DAY},
        "last_drill": AT - DAY,
        "faq": [faq(code) for code in LANGUAGES for _ in range(5)],
        "playbooks": ALL,
        "own_playbooks": frozenset((code, "outage") for code in LANGUAGES),
        **fields,
    }
    return Preparation(**values)


def share(check: str, given: Preparation) -> float:
    return next(one.share for one in assess(given).checks if one.name == check)


def about(check: str, given: Preparation) -> str:
    return next(one.about for one in assess(given).checks if one.name == check)


def test_with_everything_there_the_score_is_a_hundred() -> None:
    found = assess(prepared())
    assert [one.name for one in found.checks if one.share < 1] == []
    assert found.score == 100


def test_with_nothing_there_it_is_nought() -> None:
    nothing = Preparation(Organisation(), ("fi",), {}, AT)
    assert assess(nothing).score == 0


def test_weights_add_up_to_a_hundred() -> None:
    assert sum(weight for _, weight, _ in CHECKS) == 100


@pytest.mark.parametrize(
    ("checks", "us", "fields"),
    [
        ("owner", {"owner": ""}, {}),
        ("roster languages", {"roster": []}, {}),
        ("languages", {"roster": [{"name": "A", "receivers": ["p"], "languages": ["fi"]}]}, {}),
        ("pager tested_pager", {}, {"receivers": {"pääte": "console"}}),
        ("tested_pager", {}, {"pager_tests": {}}),
        ("tested_pager", {}, {"pager_tests": {"p": AT - 31 * DAY}}),
        ("official_accounts", {"official_accounts": []}, {}),
        ("response_times", {"community_size": None}, {}),
        ("tone", {"signature": ""}, {}),
        ("tone", {"tone": {}}, {}),
        ("approver", {"approver": ""}, {}),
        ("feedback_channels", {"updates_url": ""}, {}),
        ("facts", {"facts": []}, {}),
        ("facts", {"facts": [{"statement": "On."}]}, {}),
        ("faq", {}, {"faq": [faq("fi")]}),
        ("faq", {}, {"faq": [faq(code, AT.date() - 200 * DAY) for code in LANGUAGES for _ in range(5)]}),
        ("playbooks", {}, {"playbooks": frozenset()}),
        ("playbooks", {}, {"own_playbooks": frozenset()}),
        ("moderation_rules", {"moderation_rules": []}, {}),
        ("public_url", {"public_url": None}, {}),
        ("drill", {}, {"last_drill": None}),
        ("drill", {}, {"last_drill": AT - 181 * DAY}),
        ("drill", {}, {"drill_misses": 2}),
    ],
)
def test_each_thing_is_missed_by_its_own_check_and_no_other(checks: str, us: Any, fields: Any) -> None:
    found = assess(prepared(us, **fields))
    assert [one.name for one in found.checks if one.share < 1] == checks.split()
    assert found.score < 100


def test_a_terminal_needs_no_test_but_wakes_nobody() -> None:
    given = prepared(receivers={"pääte": "console"})
    assert (share("pager", given), share("tested_pager", given)) == (0, 0)


def test_hours_without_anybody_and_people_without_a_receiver_are_told() -> None:
    roster = [{"name": "Bo", "on_duty": ["mon-fri 08:00-16:00"]}]
    assert about("roster", prepared({"roster": roster})) == "Bo, 128/168 h"
    assert 0 < share("roster", prepared({"roster": roster})) < 0.5


def test_an_expired_fact_halves_and_a_usable_one_still_counts() -> None:
    facts = [
        {"statement": "On.", "confirmed_by": "A"},
        {"statement": "Oli.", "confirmed_by": "A", "expires": AT - minutes(1)},
    ]
    assert share("facts", prepared({"facts": facts})) == 0.5


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_has_its_name_and_remedy(language: str) -> None:
    words = Words("alerts.readiness", "texts.yaml")
    told = [words(f"{name}.{part}", language) for name, _, _ in CHECKS for part in ("name", "remedy")]
    assert all(told)
    assert len(set(told)) == len(told)


class TestCommand:
    """The command on a new user's configuration."""

    @pytest.fixture
    def run(
        self, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
    ) -> Callable[..., tuple[int, str]]:
        file = tmp_path / "palovahti.yaml"
        assert main(["init", str(file)]) == 0
        capfdbinary.readouterr()

        def told(*words: str) -> tuple[int, str]:
            code = main([*words, "-c", str(file)])
            return code, capfdbinary.readouterr().out.decode()

        return told

    def test_it_needs_no_store_and_names_what_to_do_next(self, run: Callable[..., tuple[int, str]]) -> None:
        code, told = run("readiness")
        assert code == 0
        assert "organisation.owner" in told
        assert "█" in told

    def test_a_score_that_is_asked_for_and_not_reached_is_a_no(
        self, run: Callable[..., tuple[int, str]]
    ) -> None:
        assert run("readiness", "--at-least", "50")[0] == 1
        assert run("readiness", "--at-least", "1")[0] == 0

    def test_machines_get_the_same(self, run: Callable[..., tuple[int, str]]) -> None:
        _, told = run("readiness", "--json", "--say-in", "en")
        assert '"name": "owner"' in told
        assert "Agree who answers" in told

    def test_a_test_of_the_pager_is_remembered(
        self, run: Callable[..., tuple[int, str]], tmp_path: Path
    ) -> None:
        assert run("test-page")[0] == 0
        settings = load_settings(tmp_path / "palovahti.yaml", {})
        assert list(preparation(settings, AT).pager_tests) == ["console"]

    def test_a_test_that_cannot_be_remembered_was_sent_all_the_same(
        self, run: Callable[..., tuple[int, str]], tmp_path: Path
    ) -> None:
        (tmp_path / "var").write_text("a file where the folder should be", encoding="utf-8")
        code, told = run("test-page")
        assert code == 0
        assert "console: accepted" in told
