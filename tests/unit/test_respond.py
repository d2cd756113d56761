"""The suggested first public response: situation, channel, language, facts, and when to watch instead."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest

from alerts.organisation import Organisation
from alerts.respond.situations import SITUATIONS
from alerts.respond.suggest import next_update, prepare, suggest, variants
from streams.errors import BadRecord
from tests.build import AT, evidence, incident, stored_mention

FACT = {"statement": {"fi": "Linja on poikki.", "sv": "Linjen är bruten."}, "confirmed_by": "Maija"}
OURS = Organisation.model_validate(
    {
        "signature": "Maija, asiakaspalvelu",
        "updates_url": "https://posti.example/tilanne",
        "private_channel": "yksityisviesti",
    }
)
BARE = Organisation()


def crowd(*texts: str, language: str = "fi", **fields: object) -> list:
    """One mention a text, each by another person."""
    return [
        stored_mention(id=f"x:{n}", author=f"x:a{n}", text=text, language=language, **fields)
        for n, text in enumerate(texts)
    ]


def quiet(**fields: object):
    """An incident whose own words say nothing."""
    return incident(evidence=evidence(**{"top_words": (), **fields}))


@pytest.mark.parametrize(
    ("situation", "language", "texts"),
    [
        (
            "outage",
            "fi",
            ["Appi ei taaskaan lataa, ei toimi mikään", "Sivut nurin", "kirjautuminen ei onnistu"],
        ),
        ("outage", "sv", ["Appen ligger nere igen", "kan inte logga in", "fungerar inte alls"]),
        ("outage", "en", ["The app is down again", "cannot log in since 8", "not working for me"]),
        ("service_failure", "fi", ["Pakettini on hukassa", "jonotin tunnin", "asiakaspalvelu ei vastaa"]),
        ("product_fault", "fi", ["Kahvinkeitin hajosi viikossa", "viallinen laite", "meni rikki heti"]),
        ("product_fault", "sv", ["Den gick sönder direkt", "defekt igen", "dålig kvalitet"]),
        ("recall", "fi", ["Leivästä löytyi lasinsiruja", "Onko tästä takaisinveto", "salmonellaa"]),
        ("recall", "en", ["salmonella in the ham", "is there a recall?", "pulled from shelves"]),
        ("injury", "fi", ["Lapsi loukkaantui teidän pihalla", "onnettomuus", "ambulanssi vei"]),
        ("injury", "sv", ["Två skadades svårt", "olyckan i dag", "på sjukhus"]),
        ("data_breach", "fi", ["Tietomurrossa vietiin henkilötunnukset", "tietovuoto!", "kiristäjä"]),
        ("data_breach", "en", ["my password was leaked", "huge data breach", "hackers got it"]),
        ("rumour", "fi", ["Onko totta että lopetatte", "huhujen mukaan konkurssi", "kuulemma"]),
        (
            "employee_misconduct",
            "fi",
            ["Kuljettaja huusi rasistisesti", "myyjä haukkui", "työntekijänne kohteli"],
        ),
        ("moral_outrage", "fi", ["Häpeäisitte, törkeä mainos", "boikottiin", "seksistinen kampanja"]),
        ("moral_outrage", "en", ["Boycott them", "shameful and disgusting", "greedy"]),
        ("staff_harassment", "fi", ["Tiedän missä asut", "vedän turpaan sitä myyjää", "tapan ne"]),
        ("unclear", "fi", ["No huh huh", "voi nyt", "jaaha"]),
    ],
)
def test_the_situation_is_told_by_the_words_of_the_thread(situation, language, texts):
    found = suggest(quiet(language=language), crowd(*texts, language=language), BARE, AT)
    assert found.situation == situation
    assert found.language == language
    assert bool(found.evidence_words) is (situation != "unclear")


def test_praise_is_thanked_once_and_never_apologised_to():
    happy = crowd("Kiitos, mahtavaa palvelua", "Loistavaa työtä", "ihana kuski, kiitos", negativity=0.1)
    found = suggest(quiet(), happy, Organisation(facts=[{**FACT, "accepts_responsibility": True}]), AT)
    assert (found.situation, found.action, found.reason) == ("praise", "answer", "praise")
    assert found.text.count("Kiitos") == 1
    assert "anteeksi" not in found.text
    assert "klo" not in found.text


def test_sarcasm_is_no_praise():
    cross = crowd("Kiitos taas, mahtavaa", "Loistavaa, kiitti", negativity=0.95)
    assert suggest(quiet(), cross, BARE, AT).situation == "unclear"


def test_our_own_posts_and_deleted_ones_tell_nothing():
    own = crowd("Palvelussa on häiriö", official=True) + crowd("häiriö taas", deleted=True)
    assert suggest(quiet(), own, BARE, AT).situation == "unclear"


def test_the_operators_choice_wins_and_the_guess_stays_one_click_away():
    found = suggest(quiet(), crowd("Pakettini on hukassa"), BARE, AT, situation="outage")
    assert found.situation == "outage"
    assert found.alternatives[0] == "service_failure"
    assert found.why.startswith("Tilanne on valittu käsin")
    with pytest.raises(BadRecord):
        suggest(quiet(), [], BARE, AT, situation="<script>")


def test_the_answer_names_the_matter_in_the_critics_own_words():
    found = suggest(incident(), crowd("Posti hukkasi pakettini"), OURS, AT, channel="facebook")
    assert "”kadonnut”, ”paketti”" in found.text
    assert "Posti" not in found.text


def test_an_answer_has_its_parts_in_order_public_before_private():
    text = suggest(incident(), crowd("Pakettini on hukassa"), OURS, AT, channel="facebook").text
    parts = ["Olemme lukeneet", "Ymmärrämme", "Emme vielä tiedä", "Selvitämme", "klo 15.00", "posti.example",
             "yksityisviesti", "– Maija"]  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_what_is_not_configured_is_left_out_and_never_invented():
    text = suggest(incident(), crowd("Pakettini on hukassa"), BARE, AT, channel="facebook").text
    assert "http" not in text
    assert "–" not in text
    assert "Yhteys" not in text
    assert text.endswith("klo 15.00.")


def test_only_confirmed_facts_of_the_topic_are_said():
    facts = [
        {"statement": "Vahvistettu asia", "topic": "Posti", "confirmed_by": "Maija"},
        {"statement": "Luonnos.", "topic": "Posti"},
        {"statement": "Vanha.", "confirmed_by": "Maija", "expires": "2020-01-01"},
        {"statement": "Muu.", "topic": "Kela", "confirmed_by": "Maija"},
    ]
    ours = Organisation.model_validate({"facts": facts})
    text = suggest(incident(), [], ours, AT, channel="facebook").text
    assert "Tämän tiedämme nyt: Vahvistettu asia." in text
    assert "Emme vielä tiedä syytä" not in text
    assert "Kaikkea emme vielä tiedä." in text
    assert not re.search("Luonnos|Vanha|Muu", text)


def test_a_fact_missing_in_the_threads_language_is_a_task_and_not_said():
    ours = Organisation.model_validate({"facts": [FACT]})
    found = suggest(incident(), [], ours, AT, language="en", channel="facebook")
    assert "Linj" not in found.text
    assert any("en;" in step for step in found.next_steps)


def test_one_apology_and_only_when_responsibility_is_accepted():
    def text(*, accepted: bool) -> str:
        ours = Organisation.model_validate({"facts": [{**FACT, "accepts_responsibility": accepted}]})
        return suggest(incident(), crowd("Paketti hukassa"), ours, AT, channel="facebook").text

    assert text(accepted=True).count("anteeksi") == 1
    assert "anteeksi" not in text(accepted=False)
    assert "Ymmärrämme" in text(accepted=False)


@pytest.mark.parametrize(
    ("wanted", "main", "organisation", "spoken"),
    [(None, "sv", "fi", "sv"), (None, "de", "sv", "sv"), ("en", "sv", "fi", "en"), ("xx", "fi", "sv", "fi")],
)
def test_the_language_is_the_threads_else_the_organisations(wanted, main, organisation, spoken):
    found = suggest(quiet(language=main), [], Organisation(language=organisation), AT, language=wanted)
    assert found.language == spoken


def test_without_evidence_the_mentions_tell_the_language():
    assert suggest(quiet(language=None), crowd("hej", language="sv"), BARE, AT).language == "sv"


@pytest.mark.parametrize(
    ("platform", "channel"),
    [("twitter", "x"), ("Bluesky", "bluesky"), ("reddit", "forum"), ("rss", "own"), ("uusi", "uusi")],
)
def test_the_channel_is_where_the_thread_is(platform, channel):
    here = incident(thread="t", evidence=evidence(channels={"facebook": 99}))
    assert suggest(here, crowd("a", platform=platform, thread="t"), BARE, AT).channel == channel


def test_a_news_article_is_answered_on_our_own_channel():
    found = suggest(incident(), [], OURS, AT, channel="news")
    assert found.channel == "own"
    assert "omalla kanavalla" in found.next_steps[0]


def test_no_link_stands_where_links_do_not_work():
    ours = OURS.model_copy(update={"private_channel": "https://posti.example/lomake"})
    assert "http" not in suggest(incident(), [], ours, AT, channel="instagram").text
    assert "lomake" in suggest(incident(), [], ours, AT, channel="facebook").text


def test_what_had_no_room_is_told_to_our_own_people():
    found = suggest(incident(), [], OURS, AT, channel="x")
    assert "yksityinen kanava" in " ".join(found.next_steps)


def test_the_recall_answer_begins_with_what_to_do_now():
    for channel in ("x", "tiktok", "facebook"):
        assert suggest(incident(), [], OURS, AT, channel=channel, situation="recall").text.startswith(
            "Älkää käyttäkö"
        )


def test_words_of_ours_are_not_mixed_into_another_language():
    assert "yksityisviesti" not in suggest(incident(), [], OURS, AT, channel="facebook", language="sv").text
    both = OURS.model_copy(update={"private_channel": {"fi": "yksityisviesti", "sv": "privat meddelande"}})
    assert "privat meddelande" in suggest(incident(), [], both, AT, channel="facebook", language="sv").text


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (datetime(2026, 3, 10, 12, 3, tzinfo=UTC), "klo 15.00"),
        (datetime(2026, 7, 10, 12, 3, tzinfo=UTC), "klo 16.00"),
        (datetime(2026, 3, 10, 21, 33, tzinfo=UTC), "huomenna klo 0.30"),
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "klo 4.30"),  # the clocks go forward at 3
    ],
)
def test_the_next_news_is_promised_at_a_local_clock_time(now, said):
    assert f"viimeistään {said}." in suggest(incident(), [], BARE, now, channel="facebook").text


@pytest.mark.parametrize("promised", [5, 14, 15, 60, 1440])
def test_the_next_news_never_comes_later_than_promised_nor_too_soon(promised):
    for minute in range(60):
        now = datetime(2026, 3, 10, 12, minute, 59, tzinfo=UTC)
        wait = (next_update(Organisation(next_update_minutes=promised), now) - now).total_seconds() / 60
        assert max(5, promised - 6) <= wait <= promised


def test_a_tiny_rumour_is_watched_and_a_larger_one_answered():
    rumours = crowd("Onko totta että lopetatte", "huhu konkurssista")
    small = incident(severity=2, evidence=evidence(people_last_hour=6, top_words=()))
    found = suggest(small, rumours, BARE, AT)
    assert (found.action, found.reason, found.text) == ("watch", "tiny_rumour", "")
    assert "yleisöä" in found.why
    assert suggest(quiet(people_last_hour=40), rumours, BARE, AT).action == "answer"


def test_copies_without_real_people_are_watched_and_real_people_answered():
    copies = crowd(*["Boikottiin Posti, hävetkää!"] * 40)
    flood = quiet(possible_coordination=True)
    assert suggest(flood, copies, BARE, AT).reason == "coordination"
    real = crowd("pakettini hukassa", "ei vastata", "jonotin", "huonoa palvelua", "laskutus pielessä")
    found = suggest(flood, [*copies, *[m.__class__(**{**fields(m), "id": f"r{n}", "author": f"r{n}"})
                                       for n, m in enumerate(real)]], BARE, AT)  # fmt: skip
    assert found.action == "answer"
    assert "järjestettyjä" in found.next_steps[0]


def fields(mention) -> dict:
    return {name: getattr(mention, name) for name in mention.__slots__}


def test_abuse_names_numbers_and_money_are_never_quoted():
    cross = crowd("En usko että Virtanen hoitaa", "taas se Virtanen töpeksi", "kysy vaikka @pekka82 asiasta")
    bad = (
        "virtanen",
        "paska",
        "0401234567",
        "korvaus",
        "pekka82",
        "posti",
        "https://evil.fi",
        "poistakaa",
        "jono",
    )
    found = suggest(incident(evidence=evidence(top_words=bad)), cross, BARE, AT, channel="facebook")
    assert re.findall("”([^”]+)”", found.text) == ["jono"]


def test_a_name_of_staff_cannot_slip_into_the_delicate_situations():
    named = incident(evidence=evidence(top_words=("virtanen", "kuljettaja")))
    for situation in ("employee_misconduct", "injury", "data_breach", "staff_harassment"):
        assert "virtanen" not in suggest(named, [], BARE, AT, situation=situation).text


def test_each_channel_gets_its_own_form():
    made = variants(incident(), crowd("Pakettini on hukassa"), OURS, AT)
    assert [one.channel for one in made][:2] == ["x", "bluesky"]
    assert len({one.text for one in made}) > 2


@pytest.mark.parametrize("kind", ["reply", "closing"])
def test_variants_are_the_suggestions_of_their_channels(kind):
    posts = crowd("Pakettini on hukassa", "jonotin tunnin")
    for one in variants(incident(), posts, OURS, AT, kind=kind):
        assert one == suggest(incident(), posts, OURS, AT, channel=one.channel, kind=kind)


def test_the_same_input_gives_the_same_suggestion():
    mentions = crowd("Pakettini on hukassa", "asiakaspalvelu ei vastaa", "myöhässä taas")
    assert len({suggest(incident(), mentions, OURS, AT).model_dump_json() for _ in range(5)}) == 1


def test_a_suggestion_takes_well_under_fifty_milliseconds():
    prepare(OURS)
    long = crowd(*[f"Pakettini on hukassa {n} ei toimi " * 3000 for n in range(120)])
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        suggest(incident(), long, OURS, AT)
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.05


def test_every_situation_can_be_suggested():
    assert {suggest(incident(), [], BARE, AT, situation=name).situation for name in SITUATIONS} == set(
        SITUATIONS
    )


def test_a_role_alone_tells_nothing_and_beside_a_deed_it_does():
    assert suggest(quiet(), crowd("kuljettaja ajoi", "myyjä oli töissä"), BARE, AT).situation == "unclear"
    deed = suggest(quiet(), crowd("kuljettaja huusi minulle", "sama kuski haukkui"), BARE, AT)
    assert deed.situation == "employee_misconduct"
    assert {"kuljettaja", "huusi"} <= set(deed.evidence_words)


def test_anger_does_not_hide_what_it_is_about():
    cross = crowd("Törkeää, paketti hukassa", "hävytöntä, ei vastata puhelimeen", "törkeää jonottaa")
    assert suggest(quiet(), cross, BARE, AT).situation == "service_failure"
