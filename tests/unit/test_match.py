"""Topics are found by their words in every form, and not inside other words."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from agents.match import Matcher, Topic
from streams.records import Mention

AT = datetime(2026, 1, 1, tzinfo=UTC)

FORMS = {
    "Posti": "Posti Postin Postille Postilta Postia Postista Postilla Postiin Postissa Postina "
    "Postiksi Postit posteja posteissa Postien Postinsa Postimme Postikin Postikaan Postihan Postiko POSTIN",
    "VR": "VR VR:n VR:lle VR:ssä VR:ltä VR:kin (VR) VR, VR-",
    "Vastaamo": "Vastaamon Vastaamossa Vastaamosta Vastaamoa Vastaamoon Vastaamolle Vastaamokin",
    "Hesburger": "Hesburger Hesburgerin Hesburgerissa Hesburgeria Hesburgeriin Hesburgereita Hesburgers",
    "Fazer": "Fazerin Fazeria Fazerille Fazers Fazer's",
    "Stockmann": "Stockmannin Stockmannilla Stockmannia Stockmanns",
    "Kesko": "Keskon Keskolle Keskoa Keskoon",
    "Nokia": "Nokian Nokiaa Nokiassa Nokiaan Nokioita Nokia's Nokia’s",
    "S-ryhmä": "S-ryhmän S-ryhmässä S-ryhmää S-ryhmiltä S-RYHMÄN S-ryhman #sryhmä",
    "Prisma": "Prisman Prismassa Prismoja Prismoissa Prismojensa Prismaan",
    "K-market": "K-Marketin K-marketissa K-marketeissa K-markettiin K-marketit",
    "Osuuspankki": "Osuuspankin Osuuspankkia Osuuspankissa Osuuspankkeja Osuuspankeissa Osuuspankkiin",
    "Elisa": "Elisan Elisaa Elisalla",
    "Yle": "Ylen Ylellä Yleltä Yleä Yleen YLEN",
    "Kela": "Kelan Kelaa Kelaan Kelalla",
    "Neste": "Nesteen Nestettä Nesteellä Nesteeseen Nesten",
    "lakko": "lakon lakossa lakkoa lakkoon lakot lakkoja lakoissa lakkojen lakkoonsa",
    "Veikkaus": "Veikkauksen Veikkausta Veikkauksella Veikkaukseen",
    "Mehiläinen": "Mehiläisen Mehiläistä Mehiläisessä Mehiläiseen",
    "Iltalehti": "Iltalehden Iltalehdessä Iltalehteä Iltalehteen",
    "Helsinki": "Helsingin Helsingissä Helsinkiin",
    "Terveys": "Terveyden terveyttä terveydessä",
    "Liike": "Liikkeen liikettä liikkeessä liikkeeseen liikkeitä",
    "taivas": "taivaan taivaalla taivasta taivaaseen",
    "puhelin": "puhelimen puhelinta puhelimia",
    "koira": "koiran koiria koirien koirissa",
    "palvelut": "palvelut palveluita palveluja palvelujen palveluista",
    "pankit": "pankkeja pankeissa pankkien",
    "ihmiset": "ihmisiä ihmisten ihmisille",
    "uusi": "uuden uutta uudessa uuteen",
    "Posten": "Postens",
    "bank": "banken bankens banks",
    "banken": "bankens",
    "McDonald's": "McDonald’s McDonaldsin McDonaldsissa",
    "H&M": "H&M H&M:n H&M:llä",
    "HUS": "HUS HUS:n HUSissa",
    "Elisa+": "Elisa+",
}

STRANGERS = {
    "Posti": "postilakko Posti-lakko postinumero postitse sähköposti Posten postinjakaja",
    "Esperi": "Jesperi Jesperin",
    "Valio": "valiokunta valiokunnan Valioliiga",
    "VR": "vr vrk VRK VR-juna AVR",
    "OP": "op oppi OPISKELIJA OPPI kaupoissa shop",
    "HUS": "hus hus HUSSA husissa",
    "Yle": "yleensä yleensäkin yleistä yleinen yleisö yleni",
    "Kela": "kelata kelasi kelaus",
    "Lahti": "lähti lähden",
    "Elisa": "Elisabet Elisabetin",
    "Elisa+": "Elisa Elisan",
    "H&M": "H M H-M",
    "Neste": "nesteytys nestepapa",
    "Kesko": "keskonen keskosten keskus",
}


def mention(text: str = "", **fields: object) -> Mention:
    return Mention.model_validate({"id": "x:1", "platform": "x", "text": text, "published_at": AT, **fields})


def topic(name: str, **fields: object) -> Topic:
    return Topic.model_validate({"name": name, "terms": [name], **fields})


def found(named: Topic, *texts: str) -> list[str]:
    """The texts that concern the topic."""
    matched = Matcher([named]).match([mention(text) for text in texts])
    return [text for text, names in zip(texts, matched, strict=True) if names]


@pytest.mark.parametrize("term", FORMS)
def test_every_form_of_a_word_is_found(term: str) -> None:
    words = [f"alku {word} loppu" for word in FORMS[term].split()]
    assert found(topic(term), *words) == words


@pytest.mark.parametrize("term", STRANGERS)
def test_other_words_are_not_found(term: str) -> None:
    assert found(topic(term), *STRANGERS[term].split()) == []


def test_compounds_are_found_when_asked_for() -> None:
    words = ["postilakko", "postilakossa", "Posti-lakko", "Postin-lakko", "lakko-Posti", "postinjakaja"]
    assert found(topic("Posti", compounds=True), *words) == words
    assert found(topic("lakko", compounds=True), "lakonmurtaja", "lakkovahti") == [
        "lakonmurtaja",
        "lakkovahti",
    ]


def test_compounds_leave_out_what_is_no_compound_of_the_name() -> None:
    assert found(topic("Valio", compounds=True), "valiokunta", "valiokunnan", "Valioliiga") == []
    assert found(topic("Valio", compounds=True), "valiojäätelö") == ["valiojäätelö"]
    assert found(topic("Yle", compounds=True), "yleisö", "yleinen", "Yle-vero") == ["Yle-vero"]
    assert found(topic("VR", compounds=True), "VR-juna", "vr-juna", "VRjuna") == ["VR-juna"]


def test_the_last_word_of_a_phrase_inflects_and_the_first_ones_stay_or_agree() -> None:
    assert found(topic("Suomen Posti"), "Suomen Postin", "Suomessa Posti") == ["Suomen Postin"]
    agreeing = ["Uusi Suomi", "Uuden Suomen", "Uudessa Suomessa"]
    assert found(topic("Uusi Suomi"), *agreeing, "Uuden Suomessa", "Uusiin Suomen") == agreeing
    cross = ["Punaisen Ristin", "Punaiselle Ristille", "Punaista Ristiä"]
    assert found(topic("Punainen Risti"), *cross, "Punaisen Ristille") == cross
    assert found(topic("Postin palvelut"), "Postin palveluista") == ["Postin palveluista"]


def test_a_phrase_does_not_run_over_the_end_of_a_sentence() -> None:
    assert found(topic("Suomen Posti"), "Suomen. Posti", "Suomen, Posti", "Suomen\nPosti") == [
        "Suomen\nPosti"
    ]


def test_many_phrases_with_one_first_word_are_told_apart() -> None:
    matcher = Matcher([topic("Suomen Posti"), topic("Suomen Pankki"), topic("Suomen Yö")])
    texts = ["Suomen Pankissa", "Suomen yön", "Suomen Postille"]
    assert matcher.match([mention(text) for text in texts]) == [
        ("Suomen Pankki",),
        ("Suomen Yö",),
        ("Suomen Posti",),
    ]


def test_a_phrase_run_together_is_found_as_a_hashtag_only() -> None:
    assert found(topic("Postin palvelut"), "#postinpalvelut", "postinpalvelut") == ["#postinpalvelut"]
    assert found(topic("S-market"), "S marketin", "#smarket", "smarket") == ["S marketin", "#smarket"]


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_unicode_forms_make_no_difference(form: str) -> None:
    text = unicodedata.normalize(form, "S-ryhmän hinnat")  # type: ignore[arg-type]
    assert found(topic(unicodedata.normalize(form, "S-ryhmä")), text) == [text]  # type: ignore[arg-type]


def test_dots_may_be_missing_in_the_text_but_not_in_the_term() -> None:
    assert found(topic("Säästöpankki"), "Saastopankin", "säästöpankin") == ["Saastopankin", "säästöpankin"]
    assert found(topic("Åbo Akademi"), "abo akademin", "obo akademin") == ["abo akademin", "obo akademin"]
    assert found(topic("Lahti"), "la\u0308hti", "lähti") == []
    assert found(topic("Skoda"), "Škodan") == ["Škodan"]


@pytest.mark.parametrize(
    "text",
    [
        "Pos\u00adtin",
        "Pos\u200btin",
        "Ｐｏｓｔｉｎ",
        "𝐏𝐨𝐬𝐭𝐢𝐧",
        "'Posti'",
        "”Postin”",
        "-Posti ja -Itella",
        "Postin\u202c",
        "Posti’n",
    ],
)
def test_odd_spellings_are_found(text: str) -> None:
    assert found(topic("Posti"), text) == [text]


@pytest.mark.parametrize(
    "text", ["\ud800 Posti \udfff", "\x00Posti\x00", "\x1ePosti\x1e", "a" * 1_000_000 + " Posti"]
)
def test_hostile_texts_do_no_harm(text: str) -> None:
    mentions = [mention("ei mitään"), mention("x").model_copy(update={"text": text}), mention("")]
    assert Matcher([topic("Posti")]).match(mentions) == [(), ("Posti",), ()]


def test_a_flood_of_hyphens_or_marks_takes_linear_time() -> None:
    """A quadratic matcher would run into the suite's time limit here."""
    matcher = Matcher([topic("Posti", compounds=True), topic("Lahti")])
    assert matcher.match([mention("posti-" * 170_000), mention("a" + "\u0323\u0308" * 400_000)]) == [
        ("Posti",),
        (),
    ]


def test_an_exclusion_takes_the_topic_away() -> None:
    fazer = topic("Fazer", exclude=["Fazer Artukainen", "Kiira"])
    assert found(fazer, "Fazerin suklaa", "Fazer Artukaisen halli", "Kiiran Fazer") == ["Fazerin suklaa"]


def test_an_exclusion_leaves_other_topics_alone() -> None:
    matcher = Matcher([topic("Fazer", exclude=["Kiira"]), topic("Kiira")])
    assert matcher.match([mention("Kiira ja Fazer")]) == [("Kiira",)]


def test_topics_come_in_configured_order() -> None:
    matcher = Matcher([topic("VR"), topic("Kela"), topic("Posti")])
    assert matcher.match([mention("Posti, Kela ja VR"), mention("Kela")]) == [
        ("VR", "Kela", "Posti"),
        ("Kela",),
    ]


def test_topics_may_share_a_term() -> None:
    matcher = Matcher([topic("a", terms=["Posti"]), topic("b", terms=["Posti"], compounds=True)])
    assert matcher.match([mention("Posti"), mention("postilakko")]) == [("a", "b"), ("b",)]


def test_hashtags_are_exact_in_text_and_tags() -> None:
    tagged = Topic(name="lakko", hashtags=("#PostiLakko",))
    assert found(tagged, "#postilakko!", "#postilakkoon", "postilakko") == ["#postilakko!"]
    assert Matcher([tagged]).match([mention(tags=["postilakko"]), mention(tags=["lakko"])]) == [
        ("lakko",),
        (),
    ]


def test_accounts_are_found_in_text_mentions_and_author() -> None:
    account = Topic(name="Posti", accounts=("@PostiGroup", "posti.bsky.social"))
    texts = ["@postigroup: hei", "kiitos @posti.bsky.social.", "@posti", "@postigroupx"]
    assert found(account, *texts) == texts[:2]
    by = mention("hei", author={"handle": "PostiGroup"})
    spoken_to = mention("hei", mentions=["postigroup"])
    assert Matcher([account]).match([by, spoken_to, mention("hei", author={"id": "1"})]) == [
        ("Posti",),
        ("Posti",),
        (),
    ]


def test_links_are_found_by_site_and_path() -> None:
    site = Topic(name="Posti", links=("https://www.posti.fi/lakko/", "yle.fi"))
    texts = ["https://www.posti.fi/lakko-2020", "http://areena.yle.fi/x", "YLE.FI"]
    strangers = [
        "posti.fi.example.org/lakko",
        "yle.fi.example.org",
        "yle.fi-x.org",
        "posti.fi",
        "kyle.fi",
        "yle fi",
    ]
    assert found(site, *texts, *strangers) == texts
    assert Matcher([site]).match([mention(links=["yle.fi/a"])]) == [("Posti",)]


def test_a_link_to_a_site_is_not_talk_about_it() -> None:
    texts = ["https://yle.fi/a/1", "www.yle.fi", "nimi@yle.fi", "hs.fi/yle/2"]
    assert found(topic("Yle"), *texts, "Yle.fi ei toimi") == ["Yle.fi ei toimi"]


def test_title_and_text_are_looked_through() -> None:
    assert Matcher([topic("Posti")]).match([mention("ei", title="Postin lakko")]) == [("Posti",)]


def test_no_topics_and_no_mentions_are_fine() -> None:
    assert Matcher([]).match([mention("Posti")]) == [()]
    assert Matcher([topic("Posti")]).match([]) == []


def test_topics_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        Matcher([topic("Posti"), topic("Posti")])


@pytest.mark.parametrize(
    "fields", [{"terms": []}, {"terms": ["!?"]}, {"terms": [" "]}, {"budget": 0}, {"word": 1}]
)
def test_a_topic_that_can_find_nothing_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        topic("Posti", **fields)
