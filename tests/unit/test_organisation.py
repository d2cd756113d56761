"""The organisation section checks itself and says how to mend it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from alerts.organisation import Fact, Organisation

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def test_the_defaults_are_a_whole_organisation():
    organisation = Organisation()
    assert organisation.language == "fi"
    assert organisation.zone.key == "Europe/Helsinki"
    assert organisation.link("inc-1") is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("timezone", "Europe/Helsinky", "did you mean Europe/Helsinki?"),
        ("timezone", "/etc/passwd", "Europe/Helsinki"),
        ("timezone", "qqqq", "Europe/Helsinki"),
        ("timezone", "", "Europe/Helsinki"),
        ("language", "de", "choose one of them"),
        ("language", ["fi"], "choose one of them"),
        ("public_url", "example.org", "is not a web address"),
        ("updates_url", "javascript:alert(1)", "is not a web address"),
        ("updates_url", "https://exa mple.org", "is not a web address"),
        ("signature", "Maija\nMatti", "one line"),
        ("next_update_minutes", 0, "greater than or equal to 5"),
        ("facts", [{"statement": " "}], "the statement is empty"),
        ("facts", [{"statement": {"de": "Ja."}}], "choose one of them"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(field, value, said):
    with pytest.raises(ValidationError) as error:
        Organisation.model_validate({field: value})
    assert said in str(error.value)


def test_an_unknown_key_is_a_mistake():
    with pytest.raises(ValidationError):
        Organisation.model_validate({"nmae": "Oy"})


def test_the_link_works_on_a_phone():
    organisation = Organisation(public_url="https://vahti.example.org/")
    assert organisation.link("inc-1/x") == "https://vahti.example.org/incidents/inc-1%2Fx"


def test_numeric_account_ids_are_read_as_text():
    assert Organisation.model_validate({"official_accounts": [12345, "@posti"]}).official_accounts == (
        "12345",
        "@posti",
    )


@pytest.mark.parametrize(
    ("fact", "usable"),
    [
        ({"confirmed_by": "Maija"}, True),
        ({"confirmed_by": "Maija", "topic": "Posti"}, True),
        ({"confirmed_by": "Maija", "topic": "Kela"}, False),
        ({"confirmed_by": " "}, False),
        ({}, False),
        ({"confirmed_by": "Maija", "expires": "2026-07-01T12:00:00Z"}, False),
        ({"confirmed_by": "Maija", "expires": "2026-07-01T12:00:01Z"}, True),
        ({"confirmed_by": "Maija", "at": "2026-07-01T12:00:01Z"}, False),
    ],
)
def test_only_confirmed_unexpired_facts_of_the_topic_may_be_said(fact, usable):
    organisation = Organisation.model_validate({"facts": [{"statement": "Vika on korjattu.", **fact}]})
    assert bool(organisation.facts_for("Posti", NOW)) is usable


def test_times_without_a_zone_are_the_organisations_own():
    fact = {"statement": "Vika on korjattu.", "confirmed_by": "Maija", "expires": "2026-07-01T15:00:00"}
    organisation = Organisation.model_validate({"facts": [fact]})
    assert organisation.facts[0].expires == NOW  # Helsinki is UTC+3 in July


def test_a_fact_is_never_said_in_another_language():
    plain = Fact(statement="Vika on korjattu.")
    assert plain.text("fi", "fi") == "Vika on korjattu."
    assert plain.text("sv", "fi") is None
    assert Fact(statement={"en": "It is fixed."}).text("en", "fi") == "It is fixed."
    assert Fact(statement={"en": "It is fixed."}).text("fi", "fi") is None
