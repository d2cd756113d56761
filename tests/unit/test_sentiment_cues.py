"""Cues of anger, fear, disgust, first person and safety, by word forms."""

from __future__ import annotations

import pytest

from agents.sentiment.cues import Cues, cues_of, shares


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fi", "Minun pakettini hukattiin"),
        ("fi", "odotin kolme tuntia"),
        ("fi", "pakettini ei tullut"),
        ("fi", "haluaisin tietää"),
        ("fi", "olemme pettyneitä"),
        ("fi", "mä en tajuu"),
        ("sv", "Jag väntade i tre timmar"),
        ("sv", "vår beställning saknas"),
        ("en", "I've been waiting"),
        ("en", "they lost our bags"),
    ],
)
def test_an_account_of_ones_own_is_first_person(language: str, text: str) -> None:
    """Pronouns, possessive suffixes and verb forms."""
    assert cues_of(text, language).first_person


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fi", "Posti hukkasi paketin aamulla"),
        ("fi", "pieni banaani ja vitamiini"),
        ("fi", "iltaisin ja aamuisin"),
        ("fi", "Yhtiön kaupan liikevaihto"),
        ("sv", "Bilen står i garaget"),
        ("en", "The company lost a parcel"),
    ],
)
def test_a_report_of_others_is_not_first_person(language: str, text: str) -> None:
    """Genitives, adverbs and loan words that merely end alike; the Swedish "i"."""
    assert not cues_of(text, language).first_person


def test_the_swedish_article_en_is_no_finnish_negation() -> None:
    """Where the language is unknown, words that differ between languages count for none."""
    assert not cues_of("en bil i stan", None).first_person
    assert cues_of("jag vet", None).first_person


@pytest.mark.parametrize(
    ("language", "text", "cue"),
    [
        ("fi", "Hävytöntä, raivostuttavaa!", "anger"),
        ("sv", "Jag är så förbannad", "anger"),
        ("en", "absolutely furious", "anger"),
        ("fi", "pelkään lapsen puolesta", "fear"),
        ("sv", "rädda och oroliga", "fear"),
        ("en", "terrified", "fear"),
        ("fi", "ällöttävä haju", "disgust"),
        ("sv", "så äckligt", "disgust"),
        ("en", "disgusting", "disgust"),
    ],
)
def test_aroused_words_are_told_apart(language: str, text: str, cue: str) -> None:
    """By stem, so inflected forms count."""
    cues = cues_of(text, language)
    assert getattr(cues, cue)
    assert cues.aroused


def test_calm_praise_has_no_cue() -> None:
    """Nothing is found where nothing is."""
    assert cues_of("Oikein mukava kahvila", "fi") == Cues(False, False, False, False, frozenset())


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("fi", "Kaksi kuoli kolarissa", "death"),
        ("fi", "ruokamyrkytyksen sai moni", "poisoning"),
        ("fi", "tietovuodossa henkilötunnuksia", "data_leak"),
        ("fi", "päiväkodissa", "children"),
        ("sv", "det brinner i lagret", "fire"),
        ("sv", "barnen mår illa", "children"),
        ("en", "stabbed at the station", "violence"),
        ("en", "customer data leaked", "data_leak"),
        ("en", "racist remarks", "discrimination"),
    ],
)
def test_safety_words_name_their_class(language: str, text: str, name: str) -> None:
    """Each class tells who must be told."""
    assert name in cues_of(text, language).safety


def test_shares_count_posts_not_words() -> None:
    """A post that swears thrice is one post."""
    posts = [
        cues_of("vittu vittu vittu", "fi"),
        cues_of("tulipalo", "fi"),
        cues_of("minä näin tulipalon", "fi"),
    ]
    found = shares(posts)
    assert found.arousal == pytest.approx(1 / 3)
    assert found.first_person == pytest.approx(1 / 3)
    assert found.safety == {"fire": 2}
    assert shares([]).arousal == 0


def test_any_text_has_cues() -> None:
    """NUL, lone surrogates, other scripts, giants."""
    for text in ["", "\x00\ud800", "漢字", "!" * 100_000, "a" * 100_000]:
        cues_of(text, None)
