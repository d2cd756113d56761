"""Languages are guessed among the configured ones, and only where a text is long enough."""

from __future__ import annotations

import pytest

from agents.sentiment.language import REMEMBERED, UNKNOWN, LanguageGuesser

FINNISH = "Tilasin paketin kaksi viikkoa sitten eikä sitä näy"
SWEDISH = "Jag beställde ett paket för två veckor sedan"
ENGLISH = "I ordered a parcel two weeks ago and it is not here"


@pytest.fixture(scope="module")
def guesser() -> LanguageGuesser:
    return LanguageGuesser(["fi", "sv", "en"])


def test_each_language_is_recognised(guesser: LanguageGuesser) -> None:
    """In the order of the texts."""
    assert guesser.guess([SWEDISH, FINNISH, ENGLISH]) == ["sv", "fi", "en"]


def test_a_short_text_falls_back_to_the_feed_then_to_the_default(guesser: LanguageGuesser) -> None:
    """ "bra" and "hei" are words of several languages."""
    assert guesser.guess(["bra", "hei", ""], defaults=["sv", None, "en"]) == ["sv", "fi", "en"]


def test_links_and_accounts_do_not_make_a_text_long(guesser: LanguageGuesser) -> None:
    """Twenty letters of address are no speech."""
    assert guesser.guess(["ok https://example.com/a-very-long-english-address"], defaults=["sv"]) == ["sv"]


def test_another_script_is_undetermined(guesser: LanguageGuesser) -> None:
    """It is scored all the same, under a flag."""
    assert guesser.guess(["Где моя посылка, я жду уже три недели"]) == [UNKNOWN]


def test_only_configured_languages_are_given() -> None:
    """A Swedish text is no Swedish where only Finnish and English are asked for."""
    assert set(LanguageGuesser(["fi", "en"]).guess([SWEDISH, FINNISH])) <= {"fi", "en"}
    assert LanguageGuesser(["sv"]).guess([FINNISH]) == ["sv"]


def test_the_texts_of_one_author_share_a_verdict(guesser: LanguageGuesser) -> None:
    """Once a long text is known, a short one of the same key follows it; another key does not."""
    keys = ["x:anna", "x:anna", "x:bo"]
    assert guesser.guess([SWEDISH, "bra", "bra"], keys=keys) == ["sv", "sv", "fi"]


def test_a_fall_back_is_not_remembered(guesser: LanguageGuesser) -> None:
    """A guess for want of letters must not decide for later texts."""
    assert guesser.guess(["hej", SWEDISH], keys=["x:cia", "x:cia"]) == ["fi", "sv"]


def test_memory_of_authors_is_bounded() -> None:
    """The longest unused is forgotten."""
    guesser = LanguageGuesser(["fi"])
    guesser.guess([FINNISH] * (REMEMBERED + 5), keys=[f"x:{n}" for n in range(REMEMBERED + 5)])
    assert len(guesser._known) == REMEMBERED


def test_hostile_texts_are_guessed_too(guesser: LanguageGuesser) -> None:
    """NUL, lone surrogates and 1 MB."""
    assert len(guesser.guess(["\x00" * 50, "\ud800" * 50, "a" * 1_000_000])) == 3


def test_no_language_at_all_is_refused() -> None:
    """There is nothing to guess among."""
    with pytest.raises(ValueError, match="at least one"):
        LanguageGuesser([])
