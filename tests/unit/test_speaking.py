"""How the organisation speaks, who looks into it, where it answers: playbooks follow, rules check."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from alerts.organisation import LANGUAGES, Organisation
from alerts.respond.channels import channel_named, channels
from alerts.respond.playbook_files import load_playbooks
from alerts.respond.rules import ReplyContext, check
from alerts.respond.rules.for_incident import context_for
from alerts.respond.rules.tone import _FORMAL, is_yours
from alerts.respond.situations import SITUATIONS
from alerts.respond.suggest import prepare, suggest
from alerts.tone import Tone
from streams.errors import BadConfiguration
from tests.build import AT, evidence, incident, stored_mention

FACTS = {"fi": "Lajittelulinja 7 on poikki.", "sv": "Sorteringslinje 7 står stilla.", "en": "Line 7 is down."}
ASKING = {"fi": "Missä pakettini on?", "sv": "Var är mitt paket?", "en": "Where is my parcel?"}
WHO = {"fi": "asiakaspalvelumme", "sv": "vår kundtjänst", "en": "our customer service"}


def organisation(**fields: object) -> Organisation:
    """With all that may stand in an answer."""
    return Organisation.model_validate(
        {
            "name": "Posti",
            "signature": "Maija, asiakaspalvelu",
            "updates_url": "https://posti.example/nyt",
            "private_channel": "https://posti.example/lomake",
            "looking_into": WHO,
            "faq": Path(__file__).parent / "faq_example.yaml",
            **fields,
        }
    )


def asked(language: str, count: int = 2, **fields: object) -> list:
    return [
        stored_mention(id=f"x:{n}", author=f"a{n}", text=ASKING[language], language=language, **fields)
        for n in range(count)
    ]


@pytest.mark.parametrize("address", ["formal", "informal"])
@pytest.mark.parametrize("known", [True, False], ids=["facts", "no facts"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_suggestion_with_faq_tone_and_owner_passes_without_a_finding(
    language: str, known: bool, address: str
) -> None:
    facts = [{"statement": FACTS, "confirmed_by": "M"}] if known else []
    ours = organisation(tone={"address": address}, facts=facts)
    storm, posts = incident(evidence=evidence(language=language, top_words=("paketti",))), asked(language)
    for situation, channel, kind in itertools.product(SITUATIONS, channels(), ("reply", "closing")):
        made = suggest(
            storm, posts, ours, AT, channel=channel, language=language, situation=situation, kind=kind
        )
        context = context_for(storm, posts, ours, AT, made, kind=kind)
        found = check(made.text, language, context).findings
        assert not found, (situation, channel, kind, [(one.rule, one.text) for one in found], made.text)
        assert channel_named(made.channel).fits(made.text)


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_informal_playbooks_speak_to_one_reader_and_differ_in_nothing_else(language: str) -> None:
    plural = re.compile(rf"\b({_FORMAL[language]})\b", re.IGNORECASE)
    for (spoken, situation), book in load_playbooks(None, "informal").items():
        if spoken != language:
            continue
        for piece in book.slots.values():
            for text in (piece.text, piece.short):
                assert not plural.search(text), (situation, text)
                if language == "fi":
                    ours = [word for word in re.findall(r"\w+", text.casefold()) if word.endswith("nne")]
                    assert not any(map(is_yours, ours)), (situation, text)
                    assert not re.search(r"\w(kaa|kää|kaamme)\b", text.replace("selvitäkää", "")), text


def test_english_has_one_form_of_address() -> None:
    formal, informal = load_playbooks(None), load_playbooks(None, "informal")
    assert all(formal[key] == informal[key] for key in formal if key[0] == "en")


@pytest.mark.parametrize(
    ("tone", "language", "text", "severity"),
    [
        ({"forbidden": {"fi": ["valitettava*"]}}, "fi", "Valitettavasti linja on poikki.", "block"),
        ({"forbidden": {"fi": ["valitettava*"]}}, "fi", "Kirjoitatte ”valitettavasti”.", None),
        ({"forbidden": {"fi": ["valitettava*"]}}, "sv", "Vi vet inte valitettavasti.", None),
        ({"forbidden": {"sv": ["tyvärr"]}}, "sv", "Tyvärr vet vi inte.", "block"),
        ({"forbidden": {"en": ["rest assured"]}}, "en", "Rest assured that we look into it.", "block"),
        ({"preferred": {"fi": {"asiakas*": "matkustaja"}}}, "fi", "Autamme asiakasta nyt.", "warn"),
        ({"address": "formal"}, "fi", "Selvitämme sinun asiaasi.", "warn"),
        ({"address": "formal"}, "fi", "Selvitämme teidän asiaanne.", None),
        ({"address": "informal"}, "fi", "Luimme viestinne.", "warn"),
        ({"address": "informal"}, "fi", "Menemme sinne ja tänne.", None),
        ({"address": "informal"}, "fi", "Luimme viestisi.", None),
        ({"address": "formal"}, "sv", "Vi har läst ditt inlägg.", "warn"),
        ({"address": "informal"}, "sv", "Vi har läst era inlägg.", "warn"),
        ({"address": "informal"}, "en", "We have read your posts.", None),
        ({}, "fi", "Sinä ja te, asiakas.", None),
    ],
)  # fmt: skip
def test_the_tone_is_checked(tone: dict, language: str, text: str, severity: str | None) -> None:
    context = ReplyContext(part=True, tone=Tone.model_validate(tone))
    found = [one for one in check(text, language, context, say_in="en").findings if one.rule == "R24"]
    assert [one.severity for one in found] == ([severity] if severity else [])


def test_a_preferred_word_is_named_in_the_remedy() -> None:
    tone = Tone.model_validate({"preferred": {"fi": {"asiakas*": "matkustaja"}}})
    (found,) = check("Autamme asiakasta.", "fi", ReplyContext(part=True, tone=tone)).findings
    assert (found.text, found.mend) == ("asiakasta", "Sano: matkustaja.")


@pytest.mark.parametrize("word", ["", " * ", "{we}", "@sorry", "a/b"])
def test_a_tone_word_that_is_no_word_is_a_mistake(word: str) -> None:
    with pytest.raises(ValidationError, match="is no word"):
        Tone.model_validate({"forbidden": {"fi": [word]}})


def test_a_forbidden_word_in_a_playbook_stops_the_start_and_names_the_place() -> None:
    ours = Organisation.model_validate({"tone": {"forbidden": {"fi": ["häiriö*"]}}})
    with pytest.raises(BadConfiguration, match="fi/outage, slot acknowledge"):
        prepare(ours)
    prepare(Organisation.model_validate({"tone": {"forbidden": {"fi": ["huippuhalpa"]}}}))


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_looks_into_it_is_said_when_it_is_known_and_asked_for_when_it_is_not(language: str) -> None:
    said = suggest(incident(), [], organisation(), AT, channel="facebook", language=language)
    assert WHO[language] in said.text
    assert not any("organisation.looking_into" in step for step in said.next_steps)
    silent = suggest(incident(), [], organisation(looking_into=""), AT, channel="facebook", language=language)
    assert WHO[language] not in silent.text
    (step,) = [one for one in silent.next_steps if "organisation.looking_into" in one]
    assert silent.text.split(":")[0][:20] in step  # the acknowledgement itself
    taken = incident(acknowledged_at=AT)
    steps = suggest(taken, [], organisation(looking_into=""), AT, channel="facebook").next_steps
    assert not any("organisation.looking_into" in one for one in steps)


ACCOUNTS = {"official_accounts": ("posti",)}


@pytest.mark.parametrize(
    ("platform", "text", "fields", "channel"),
    [
        ("reddit", "Pakettini katosi", ACCOUNTS, "own"),
        ("reddit", "Pakettini katosi", {}, "forum"),
        ("reddit", "@posti pakettini katosi", ACCOUNTS, "forum"),
        ("reddit", "Posti, missä pakettini on?", ACCOUNTS, "forum"),
        ("reddit", "Pakettini katosi", {**ACCOUNTS, "own_channels": ("forum",)}, "forum"),
        ("mastodon", "Pakettini katosi", ACCOUNTS, "mastodon"),
    ],
)
def test_unasked_in_other_peoples_place_we_answer_on_our_own_channel(
    platform: str, text: str, fields: dict, channel: str
) -> None:
    storm = incident(thread="t", evidence=evidence(channels={platform: 9}))
    posts = [stored_mention(text=text, platform=platform, thread="t")]
    made = suggest(storm, posts, organisation(**fields), AT)
    assert made.channel == channel
    assert any("muiden paikassa" in step for step in made.next_steps) is (channel == "own")


def test_a_draft_for_a_place_where_nobody_asked_us_is_warned_of() -> None:
    ours, posts = organisation(**ACCOUNTS), [stored_mention(text="Pakettini katosi")]
    made = suggest(incident(), posts, ours, AT, channel="forum")
    assert [
        one.rule for one in check(made.text, "fi", context_for(incident(), posts, ours, AT, made)).findings
    ] == ["R23"]


def test_after_our_answer_the_next_steps_point_to_our_own_post_and_the_closing_line_is_one_line() -> None:
    answered = incident(answered_at=AT)
    steps = suggest(answered, [], organisation(), AT).next_steps
    assert any("kiinnitetyssä julkaisussa" in step for step in steps)
    line = suggest(answered, [], organisation(), AT, kind="closing", channel="x").text
    assert len(line.splitlines()) == 2  # the line and who signs it


def test_the_highest_severity_asks_for_an_approver() -> None:
    steps = suggest(incident(severity=5), [], organisation(approver="Olli O."), AT).next_steps
    assert any("Olli O." in step for step in steps)
    assert not any(
        "Olli O." in s for s in suggest(incident(), [], organisation(approver="Olli O."), AT).next_steps
    )
