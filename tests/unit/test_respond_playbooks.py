"""Playbooks: whole, within the rules, within every channel's limit, and clear about mistakes."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from alerts.organisation import LANGUAGES, Organisation
from alerts.respond.bundled import bundled_yaml
from alerts.respond.channels import channel_named, channels
from alerts.respond.lexicon import situation_lexicons, tokens
from alerts.respond.playbook_files import load_playbooks, playbooks_for, reread_playbooks
from alerts.respond.rules import apologies, forbidden
from alerts.respond.situations import SITUATIONS
from alerts.respond.suggest import prepare, suggest
from streams.errors import BadConfiguration
from tests.build import AT, evidence, incident

LONG_FACT = {
    "statement": {
        "fi": "Pasilan lajittelukeskuksen linja on ollut poikki, ja lähetykset kulkevat nyt toista kautta.",
        "sv": "Linjen i Böle sorteringscentral har stått stilla, och försändelserna går nu en annan väg.",
        "en": "The line at the Pasila sorting centre has been down, and parcels now go another way.",
    },
    "confirmed_by": "Maija",
}
FULL = {
    "signature": "Maija Meikäläinen, viestintäpäällikkö",
    "updates_url": "https://tilanne.esimerkki.example/hairiot/ajankohtaista",
    "private_channel": "https://www.esimerkki.example/asiakaspalvelu/lomake",
}
ORGANISATIONS = {
    "bare": Organisation(),
    "full": Organisation.model_validate(FULL),
    "facts": Organisation.model_validate({**FULL, "facts": [LONG_FACT, LONG_FACT, LONG_FACT]}),
    "accepted": Organisation.model_validate(
        {**FULL, "facts": [{**LONG_FACT, "accepts_responsibility": True}]}
    ),
}
BOOKS = list(itertools.product(SITUATIONS, LANGUAGES))
LONGEST_WORDS = ("asiakaspalvelupäällikkö", "epäjärjestelmällisyyttä")


def texts(situation: str, language: str):
    book = playbooks_for(None)[language, situation]
    for name, piece in book.slots.items():
        yield from ((name, text) for text in (piece.text, piece.short) if text)


@pytest.mark.parametrize(("situation", "language"), BOOKS)
def test_every_playbook_string_keeps_the_rules(situation, language):
    for slot, text in texts(situation, language):
        assert forbidden(re.sub(r"\{\w+\}", "", text), language, situation) == [], (slot, text)
        assert not re.search(r"\d", text), "a number nobody confirmed"
        assert "!" not in text
        assert apologies(text, language) == (1 if slot == "apology" else 0), (slot, text)
        assert text[0].isupper() or text.startswith(("–", "{"))
        if slot not in ("follow", "private", "signature", "known", "faq"):
            assert text.endswith("."), (slot, text)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_three_languages_say_the_same(situation):
    books = [playbooks_for(None)[language, situation] for language in LANGUAGES]
    assert len({frozenset(book.slots) for book in books}) == 1
    assert len({book.order for book in books}) == 1
    assert len({book.quote for book in books}) == 1
    assert len({len(book.next_steps) for book in books}) == 1
    assert books[0].next_steps
    for slot in books[0].slots:
        assert len({bool(book.slots[slot].short) for book in books}) == 1, slot


@pytest.mark.parametrize(("situation", "language"), BOOKS)
@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_every_answer_fits_every_channel_and_has_no_empty_slot(situation, language, organisation):
    storm = incident(evidence=evidence(top_words=LONGEST_WORDS))
    for name, channel in channels().items():
        found = suggest(
            storm, [], ORGANISATIONS[organisation], AT, channel=name, language=language, situation=situation
        )
        form = channels()[channel.answer_on] if channel.answer_on else channel
        assert form.fits(found.text), (name, len(found.text), found.text)
        assert not re.search(r"[{}]|None|\(\)|”” | ,|\s\.|\.\.|: *$", found.text), found.text
        assert apologies(found.text, language) <= 1
        whole = [text for slot, text in texts(situation, language) if "{" not in text and slot == "action"]
        assert any(text in found.text for text in whole), "the action is never dropped"
        if situation != "praise":
            assert re.search(r"1[45][.:]\d\d", found.text), "the next news is never dropped"


def test_a_dropped_slot_is_dropped_whole():
    known = {text for situation in SITUATIONS for _, text in texts(situation, "en")}
    for situation in SITUATIONS:
        text = suggest(
            incident(), [], ORGANISATIONS["full"], AT, channel="x", language="en", situation=situation
        ).text
        for line in text.splitlines():
            for sentence in re.split(r"(?<=\.) (?=[A-Z])", line):
                shape = re.sub(r"“.*”", "{words}", sentence).replace("15:00", "{time}")
                assert any(shape in one or one.split("{")[0] in shape for one in known), sentence


@pytest.mark.parametrize(
    ("text", "channel", "length"),
    [
        ("ä" * 280, "x", 280),
        ("👩‍👩‍👧‍👦", "bluesky", 1),
        ("👩‍👩‍👧‍👦", "x", 2),
        ("日本", "x", 4),
        ("a\u0308", "bluesky", 1),
        ("https://a.fi", "x", 23),
        ("https://a.fi/" + "b" * 40, "mastodon", 53),  # never under its graphemes, to be safe
        ("”–", "x", 2),
    ],
)
def test_length_is_counted_as_the_channel_counts(text, channel, length):
    assert channels()[channel].length(text) == length


def test_the_limits_of_the_named_channels():
    limits = {name: channels()[name].limit for name in ("x", "bluesky", "mastodon")}
    assert limits == {"x": 280, "bluesky": 300, "mastodon": 500}
    assert not channels()["instagram"].links
    assert channel_named("Twitter").name == "x"


def test_every_situation_has_words_in_every_language():
    named = set(SITUATIONS) - {"unclear"}
    for language, lexicon in situation_lexicons().items():
        listed = bundled_yaml("lexicons", f"{language}.yaml")
        assert {group for group in listed if not group.endswith("+")} == named
        for situation, forms in listed.items():
            assert len(forms) >= 5
            for form in forms:
                assert form == form.casefold()
                assert situation in {group for group, _ in lexicon.find(tokens(form.replace("*", "x")))}, form


def folder(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return tmp_path


OWN = """
situation: outage
language: fi
slots:
  acknowledge: "Kuulimme: {words}."
  acknowledge_plain: "Kuulimme katkosta."
  action: "Korjaajat ovat työssä."
next_steps: [Soita käyttöön.]
"""


def test_an_own_file_replaces_the_bundled_one_of_its_name(tmp_path):
    own = folder(tmp_path, "fi/outage.yaml", OWN)
    ours = Organisation(playbooks=own)
    assert "Korjaajat ovat työssä." in suggest(incident(), [], ours, AT, situation="outage").text
    assert "Selvitämme" in suggest(incident(), [], ours, AT, situation="unclear", channel="x").text
    assert load_playbooks(own)["sv", "outage"] == playbooks_for(None)["sv", "outage"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "fi/outage.yaml",
            OWN.replace("{words}", "{facts}"),
            "{facts} is unknown: only {words} is filled here",
        ),
        ("fi/outage.yaml", OWN.replace("{words}", "{{7*7}}"), "brace"),
        ("fi/outage.yaml", OWN.replace("{words}", ""), "{words} is missing"),
        ("fi/outage.yaml", OWN.replace("  action:", "  acton:"), "slots.acton"),
        ("fi/outage.yaml", re.sub("  action.*\n", "", OWN), "slot action is missing"),
        ("fi/outage.yaml", OWN.replace("language: fi", "language: sv"), "must be those of the path"),
        (
            "fi/outage.yaml",
            OWN.replace("Kuulimme katkosta.", "Pahoittelemme, jos tämä häiritsi."),
            "R12",
        ),
        ("fi/outage.yaml", OWN.replace("Kuulimme katkosta.", "Poistamme asiattomat viestit."), "R20"),
        ("fi/outage.yaml", OWN + "order: [private, acknowledge, action]\n", "answer in public first"),
        ("fi/outage.yaml", "slots: [", "line 1"),
        ("fi/outage.yaml", "- a", "must hold keys"),
        ("fi/outage.yaml", "\x00", "fi/outage.yaml"),
        ("fi/katko.yaml", OWN, "nothing reads this file"),
        ("outage.yaml", OWN, "nothing reads this file"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_remedy(tmp_path, name, text, said):
    with pytest.raises(BadConfiguration) as error:
        load_playbooks(folder(tmp_path, name, text))
    assert said in str(error.value)
    assert name in str(error.value)


def test_a_missing_folder_is_a_mistake(tmp_path):
    with pytest.raises(BadConfiguration, match="create it or remove the setting"):
        load_playbooks(tmp_path / "no")


def test_a_bad_edit_keeps_the_last_good_playbooks(tmp_path):
    own = folder(tmp_path, "fi/outage.yaml", OWN)
    before = playbooks_for(own)
    folder(tmp_path, "fi/outage.yaml", "slots: [")
    with pytest.raises(BadConfiguration):
        reread_playbooks(own)
    assert playbooks_for(own) is before
    folder(tmp_path, "fi/outage.yaml", OWN.replace("Korjaajat", "Asentajat"))
    reread_playbooks(own)
    assert "Asentajat" in playbooks_for(own)["fi", "outage"].slots["action"].text


def test_a_reload_takes_edited_playbooks_over_and_stops_at_a_mistake(tmp_path):
    ours = Organisation(playbooks=folder(tmp_path, "fi/outage.yaml", OWN))
    prepare(ours)
    folder(tmp_path, "fi/outage.yaml", OWN.replace("Korjaajat", "Asentajat"))
    prepare(ours)
    assert "Asentajat" in suggest(incident(), [], ours, AT, situation="outage", channel="facebook").text
    folder(tmp_path, "fi/outage.yaml", "slots: [")
    with pytest.raises(BadConfiguration):
        prepare(ours)
    assert "Asentajat" in suggest(incident(), [], ours, AT, situation="outage", channel="facebook").text


@pytest.mark.parametrize(
    ("language", "text", "rule"),
    [
        ("fi", "Pahoittelemme, jos tämä loukkasi.", "R12"),
        ("fi", "Näin ei ole voinut tapahtua.", "R11"),
        ("fi", "Emme kommentoi asiaa.", "R29"),
        ("fi", "Näin ei koskaan enää käy.", "R16"),
        ("fi", "Saatte lahjakortin.", "R17"),
        ("sv", "Vi beklagar om någon blev ledsen.", "R12"),
        ("sv", "Vi raderar kommentarerna.", "R20"),
        ("sv", "Ni har missförstått.", "R11"),
        ("en", "We are sorry if you were offended.", "R12"),
        ("en", "We will delete such comments.", "R20"),
        ("en", "We apologise and apologise again.", "R13"),
        ("en", "This will never happen again.", "R16"),
    ],
)
def test_a_forbidden_phrase_is_found(language, text, rule):
    assert any(why.startswith(f"{rule} ") for why in forbidden(text, language))


@pytest.mark.parametrize(
    ("language", "text"),
    [("fi", "Emme kiistä kokemustanne."), ("fi", "Pahoittelumme siitä, että jouduitte odottamaan."),
     ("sv", "Vi beklagar att ni fick vänta."), ("en", "We apologise for the outage.")],
)  # fmt: skip
def test_an_honest_phrase_is_let_through(language, text):
    assert forbidden(text, language) == []
