"""Which texts assert harm: not those that deny, ask, fear or exercise it, in three languages."""

from __future__ import annotations

import pytest

from agents.match import Topic
from agents.safety.reader import SafetyReader
from agents.safety.reading import classes_of
from agents.safety.settings import TopicSafety
from streams.records import Author
from tests.build import mention

SAID = [
    ("fi", "Lapseni loukkaantui teidän leikkipaikalla", ("injury", "child")),
    ("fi", "Kauppa syttyi palamaan", ("fire",)),
    ("fi", "Ei vain loukkaantunut vaan kuoli siihen mies", ("injury",)),
    ("fi", "Sain ruokamyrkytyksen teidän lohesta", ("poison",)),
    ("fi", "En voi uskoa että lapsi loukkaantui", ("injury", "child")),
    ("fi", "Potilastiedot vuotivat nettiin, tietomurto", ("data_leak",)),
    ("fi", "mies kuoli junan alle", ("injury",)),
    ("fi", "Kaksi ihmistä vietiin sairaalaan savun takia", ("injury",)),
    ("fi", "Kukaan ei loukkaantunut tulipalossa", ("fire",)),
    ("fi", "konehuoneesta tulee savua, vaarallinen tilanne", ("fire",)),
    ("sv", "Rök i korridoren på färjan, ingen säger vad vi ska göra.", ("fire",)),
    ("en", "smoke in the corridor, I am scared", ("fire",)),
    ("sv", "Två personer skadades i bussen", ("injury",)),
    ("sv", "Branden släcktes, ingen kom till skada", ("fire",)),
    ("sv", "Mitt barn blev matförgiftat av er mat", ("poison", "child")),
    ("sv", "Er databas är hackad, våra uppgifter läckte", ("data_leak",)),
    ("en", "My daughter was injured on your ride", ("injury", "child")),
    ("en", "I can't believe my son was hospitalised", ("injury", "child")),
    ("en", "battery caught fire in my pocket", ("fire",)),
    ("en", "a customer died yesterday", ("injury",)),
    ("en", "our data was leaked, account hacked", ("data_leak",)),
    ("en", "got food poisoning from the salad", ("poison",)),
    (None, "Kaksi matkustajaa loukkaantui", ("injury",)),
]
NOT_SAID = [
    ("fi", "Kukaan ei loukkaantunut"),
    ("fi", "Kukaan matkustajista ei onneksi loukkaantunut"),
    ("fi", "Henkilövahinkoja ei tullut"),
    ("fi", "Ei kuolleita eikä loukkaantuneita"),
    ("fi", "Onneksi loukkaantumisilta vältyttiin"),
    ("fi", "Ilman loukkaantumisia selvittiin"),
    ("fi", "Tulipaloa ei syttynyt"),
    ("fi", "Tietovuodosta ei ole viitteitä"),
    ("fi", "asiakkaiden tietoja ei vuotanut"),
    ("fi", "Ei pidä paikkaansa, että asiakastiedot vuotivat"),
    ("fi", "Loukkaantuiko kukaan?"),
    ("fi", "hytistä ei tule savua"),
    ("en", "do not smoke here"),
    ("fi", "Joku olisi voinut loukkaantua"),
    ("fi", "puhelin kuoli taas"),
    ("fi", "lapsi on itkenyt koko päivän"),
    ("sv", "Ingen skadades i olyckan"),
    ("sv", "Inga personskador har rapporterats"),
    ("sv", "Personskador har inte rapporterats"),
    ("sv", "Det finns inga tecken på dataintrång"),
    ("sv", "han brinner för jobbet"),
    ("sv", "Är någon skadad?"),
    ("en", "No one was hurt"),
    ("en", "Nobody was injured and there was no fire"),
    ("en", "Not a single person was hurt"),
    ("en", "no reports of injuries or deaths"),
    ("en", "no reports that anyone was injured"),
    ("en", "There is no evidence of a data breach"),
    ("en", "no customer data was leaked"),
    ("en", "you got fired lol"),
    ("en", "my phone died again"),
    ("en", "the kids loved it"),
    ("en", "Fire drill tomorrow, two injured dummies."),
    (None, "walked the dog with people"),
]


@pytest.mark.parametrize(("language", "text", "classes"), SAID)
def test_harm_that_is_told_has_its_classes(language: str | None, text: str, classes: tuple[str, ...]) -> None:
    assert classes_of(text, language) == classes


@pytest.mark.parametrize(("language", "text"), NOT_SAID)
def test_what_is_denied_asked_feared_or_figurative_is_no_harm(language: str | None, text: str) -> None:
    assert classes_of(text, language) == ()


@pytest.mark.parametrize(
    "text", ["", "\u0000" * 50, "ei " * 5000, "fire " * 3000, "💥" * 999, "a" * 100_000, "_=*"]
)
def test_any_text_is_read(text: str) -> None:
    classes_of(text, None)


TOPICS = (
    Topic(name="Juna", terms=("juna",)),
    Topic(
        name="Sairaala",
        terms=("sairaala",),
        safety=TopicSafety(without=("injury",), words={"data_leak": ("potilaslista näkyi",)}),
    ),
)
READER = SafetyReader(
    TOPICS, ("injury", "fire", "data_leak"), lambda author: bool(author and author.official)
)
HURT = "Kaksi ihmistä loukkaantui"


def test_a_topic_can_do_without_a_class_and_have_words_of_its_own() -> None:
    names = ("Juna", "Sairaala")
    assert READER.read(mention(), HURT, "fi", names) == {"Juna": ("injury",)}
    assert READER.read(mention(), "Potilaslista taas näkyi kaikille", "fi", names) == {
        "Sairaala": ("data_leak",)
    }


def test_a_class_that_is_not_configured_is_not_read() -> None:
    assert not READER.read(mention(), "Sain ruokamyrkytyksen", "fi", ("Juna",))


def test_our_own_posts_and_reposts_assert_nothing() -> None:
    assert not READER.read(mention(author=Author(id="me", official=True)), HURT, "fi", ("Juna",))
    assert not READER.read(mention(repost_of="x:1"), HURT, "fi", ("Juna",))
    assert READER.read(mention(quote_of="x:1"), HURT, "fi", ("Juna",))
