"""What counts as a claim: numbers that name, date a source or tell the reader's story are none."""

from __future__ import annotations

import pytest

from alerts.respond.rules import ReplyContext, check


def rules_of(text: str, language: str = "en", **context: object) -> dict[str, str]:
    found = check(text, language, ReplyContext.model_validate({"part": True, **context})).findings
    return {one.rule: one.severity for one in found}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Threats come down under rule 5 of our house rules."),
        ("en", "Please use the 14 bus."),
        ("en", "Cash works at kiosks 3 and 4."),
        ("fi", "Bussit 50B kulkevat korvaavana."),
        ("fi", "Ilmoitus tehdään 33 artiklan mukaan."),
        ("sv", "Buss 9 kör i stället."),
    ],
)
def test_a_number_that_names_something_is_no_claim(language, text):
    assert "R03" not in rules_of(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The fault has hit 340 customers."),
        ("fi", "Vika koskee 340 asiakasta."),
        ("sv", "Felet gäller 340 kunder."),
    ],
)
def test_a_number_that_counts_is_one(language, text):
    assert rules_of(text, language)["R03"] == "block"


def test_a_calendar_date_needs_its_source_beside_it():
    assert "R03" not in rules_of("The minutes of 3 November are at https://example.org/minutes.")
    assert "R03" in rules_of("The outage began on 3 November.")


def test_the_readers_own_story_is_taken_from_them_only_while_the_thread_is_not_known():
    said = "You waited 50 minutes."
    assert "R03" not in rules_of(said)
    assert "R03" in rules_of(said, thread=["I waited for ages"])
    assert "R03" not in rules_of(said, thread=["I waited 50 minutes"])


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Where it began, we do not know."),
        ("en", "The cause is not yet known."),
        ("fi", "Mistä se sai alkunsa, sitä emme tiedä."),
    ],
)
def test_a_cause_that_is_asked_about_is_no_claim(language, text):
    assert "R03" not in rules_of(text, language)


def test_a_date_with_a_full_stop_ends_no_sentence():
    whole = "Hei, luimme viestinne bussista. Ymmärrämme harmin. Syytä emme tiedä. Selvitämme sitä. "
    assert rules_of(whole + "Kerromme lisää tässä ketjussa 24.11. klo 12.", "fi", part=False) == {}


def test_a_draft_in_another_language_is_told_that_and_nothing_else():
    draft = (
        "Hej! Du skriver att bussen körde förbi. Jag förstår att det var surt. "
        "Jag svarar här klockan 15 i dag."
    )
    assert rules_of(draft, "en", part=False) == {"R25": "block"}


@pytest.mark.parametrize(
    ("text", "rule", "broken"),
    [
        ("Why our letter never reached you we do not know.", "R16", False),
        ("We will never lose your data.", "R16", True),
        ("Why not try our award-winning podcasts?", "R18", True),
        ("Tonight I'm going through the costs.", "R32", False),
        ("We will fix it tonight, by 9 pm.", "R32", True),
        ("Such posts are hidden under rule 4 (https://example.org/rules).", "R20", False),
        ("Such posts are hidden.", "R20", True),
    ],
)
def test_the_build_of_the_clause_decides(text, rule, broken):
    assert (rule in rules_of(text)) is broken


def test_an_apology_that_is_none_is_told_once():
    assert rules_of("We are sorry if you were offended.", responsibility="unclear") == {"R12": "block"}
    assert rules_of("We apologise.", responsibility="unclear") == {"R14": "warn"}
