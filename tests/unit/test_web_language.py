"""Every word of the pages stands in the catalog, in all three languages, and is used."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import alerts.web
from alerts.incidents import TRANSITIONS
from alerts.organisation import LANGUAGES
from alerts.web.actions import KINDS
from alerts.web.language import Texts, catalog, choose_language

WEB = Path(next(iter(alerts.web.__path__)))
SOURCE = "\n".join(path.read_text() for path in [*WEB.glob("*.py"), *WEB.glob("templates/*.html")])
ASKED = re.compile(r"""(?:\bt|texts|\.known|\.count)\(\s*f?["']([a-z_.]+)""")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_catalog_has_every_key_with_the_same_places_and_no_empty_text(language: str) -> None:
    ours, model = catalog(language), catalog("fi")
    assert ours.keys() == model.keys()
    assert {key: places(text) for key, text in ours.items()} == {k: places(v) for k, v in model.items()}
    assert [key for key, text in ours.items() if not text.strip()] == []


def test_every_text_that_is_asked_for_is_there() -> None:
    keys, groups = catalog("fi").keys(), {key.rpartition(".")[0] + "." for key in catalog("fi")}
    asked = set(ASKED.findall(SOURCE))
    assert len(asked) > 100
    counted = {key.removesuffix(".one") for key in keys if key.endswith(".one")}
    missing = {one for one in asked if one not in keys and one not in counted and one not in groups}
    assert missing <= {"act.snooze_", "error.", "posts.label_", "severity.", "state."}


def test_every_text_is_used() -> None:
    asked = set(ASKED.findall(SOURCE))
    prefixes = tuple(one for one in asked if one.endswith((".", "_")))
    counted = {f"{one}.{form}" for one in asked for form in ("one", "other")}
    states = {"owner.answer_due", "owner.answer_late", "owner.answered"}
    unused = [
        key for key in catalog("fi") if key not in asked | counted | states and not key.startswith(prefixes)
    ]
    assert unused == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_can_happen_to_an_incident_has_words(language: str) -> None:
    texts = catalog(language)
    events = {event for _, event in TRANSITIONS} | {"undo", "refused", "composing_failed"}
    assert {f"timeline.what.{event}" for event in events} <= texts.keys()
    assert {f"done.{kind}" for kind in KINDS} <= texts.keys()
    assert {f"act.{kind}" for kind in set(KINDS)} <= texts.keys()


def test_one_and_many_are_told_apart() -> None:
    assert Texts("fi").count("list.live_count", 1) == "1 tapaus käynnissä"
    assert Texts("en").count("list.live_count", 2) == "2 live incidents"


@pytest.mark.parametrize(
    ("asked", "remembered", "accept", "chosen"),
    [
        ("sv", "en", "fi", "sv"),
        (None, "en", "fi", "en"),
        (None, None, "de,en-GB;q=0.4,sv;q=0.6", "sv"),
        (None, None, "sv;q=0, en;q=0.1", "en"),
        (None, None, "ja", "fi"),
        ("xx", "yy", "", "fi"),
    ],
)
def test_the_reader_comes_before_the_organisation(
    asked: str | None, remembered: str | None, accept: str, chosen: str
) -> None:
    assert choose_language(asked, remembered, accept, "fi") == chosen


@given(st.text(), st.text(), st.text())
def test_any_header_gives_one_of_our_languages(asked: str, remembered: str, accept: str) -> None:
    assert choose_language(asked, remembered, accept, "sv") in LANGUAGES
