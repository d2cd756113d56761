"""What people ask, propose and praise: word forms in three languages, the digest, and its inert tables."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.feedback.digest import digest_topic, gather, open_questions
from alerts.feedback.kinds import kinds_of, speaks_for_us
from alerts.feedback.written import COLUMNS, markdown, table
from alerts.languages import LANGUAGES
from alerts.organisation import Organisation
from alerts.spreadsheet import inert
from alerts.store.sqlite import SqliteStore
from alerts.store.store import StoredMention
from tests.build import AT, minutes, stored_mention

HELSINKI = ZoneInfo("Europe/Helsinki")
SAID = {
    "fi": {
        "ask": [
            "Milloin myymälä aukeaa",
            "Onkohan tämä vielä voimassa",
            "Voiko tilauksen perua",
            "Tietääkö joku paljonko toimitus maksaa",
            "Ette sitten vastaa puhelimeen?",
            "Kysyisin toimitusajasta",
            "MITEN SAAN rahat takaisin",
        ],
        "idea": [
            "Ehdottaisin että lisäätte tumman teeman",
            "Parannusehdotuksena isompi fontti",
            "Olisi hyvä jos sovellus muistaisi osoitteen",
            "Toivoisin lauantaille pidempää aukioloa",
            "Tässä pari kehitysideaa teille",
            "Voisitteko lisätä maksutavaksi laskun",
        ],
        "praise": [
            "Kiitos nopeasta toimituksesta",
            "Aivan mahtavaa palvelua",
            "Loistavasti hoidettu, tuli jo eilen",
            "Kiitän koko tiimiä",
            "Suosittelen kaikille",
            "Asiakaspalvelija oli todella ystävällinen",
        ],
        "none": [
            "Paketti hukkui taas",
            "Tilasin eilen verkkokaupasta",
            "Kävin pakkolomalla joukkoliikenteessä",
            "En ymmärrä miksi tästä pitää maksaa",
            "Huono idea koko uudistus",
            "Ei kiitos enää ikinä",
            "Maksoin turhaan. Rahat takaisin, kiitos.",
        ],
    },
    "sv": {
        "ask": [
            "När kommer mitt paket",
            "Går det att avboka",
            "Någon som vet vad det kostar",
            "Undrar om det finns i lager",
            "Har ni öppet i helgen?",
        ],
        "idea": [
            "Jag föreslår längre öppettider",
            "Ett förslag: större text",
            "Det vore bra om appen mindes adressen",
            "Ni borde införa faktura",
            "Här är några idéer till er",
        ],
        "praise": [
            "Tusen tack för hjälpen",
            "Fantastiskt bemötande i kassan",
            "Jättenöjd med köpet",
            "Rekommenderas verkligen, rekommenderar alla",
            "Bra jobbat hela gänget",
        ],
        "none": [
            "Paketet är borta igen",
            "När jag kom hem var dörren öppen",
            "Dålig idé att stänga",
            "Nej tack aldrig mer",
            "Förstår inte varför man ska betala",
        ],
    },
    "en": {
        "ask": [
            "When will the shop open",
            "Does anyone know the price",
            "How do I cancel my order",
            "Wondering if this is still on",
            "You call this service?",
        ],
        "idea": [
            "I'd suggest longer opening hours",
            "Feature request: bigger text",
            "It would be great if the app remembered my address",
            "Please add invoices",
            "How about a dark mode",
        ],
        "praise": [
            "Thank you so much for the quick help",
            "Awesome service as always",
            "Love the new app",
            "Highly recommended",
            "Kudos to the whole team",
        ],
        "none": [
            "The parcel is lost again",
            "When I got home the door was open",
            "Whose bright idea was that",
            "Thanks for nothing",
            "Oh great, another delay",
            "I have no idea what went wrong",
        ],
    },
}
CASES = [
    (code, kind, text) for code, kinds in SAID.items() for kind, texts in kinds.items() for text in texts
]


def said(name: str, minute: float = 0, **fields: Any) -> StoredMention:
    return stored_mention(
        **{"id": name, "thread": name, "published_at": AT + minutes(minute), "negativity": 0.2, **fields}
    )


@pytest.mark.parametrize(("language", "kind", "text"), CASES, ids=[text for _, _, text in CASES])
def test_word_forms_tell_what_a_post_wants(language: str, kind: str, text: str) -> None:
    found = kinds_of(text, language, 0.2)
    assert (kind in found) if kind != "none" else not found


@pytest.mark.parametrize("language", [None, "et", ""])
def test_a_post_of_an_unknown_language_is_read_in_all_three(language: str | None) -> None:
    assert kinds_of("Tusen tack", language, 0.1) == {"praise"}


def test_what_is_negative_is_no_praise_however_sweet_its_words() -> None:
    assert kinds_of("Mahtavaa palvelua taas", "fi", 0.8) == frozenset()
    assert not speaks_for_us("Mahtavaa palvelua taas", "fi", 0.8)


def test_a_question_mark_in_a_link_asks_nothing() -> None:
    assert kinds_of("Luettavaa https://x.example/a?b=c", "fi", 0.2) == frozenset()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fi", "Mulla toimii ihan hyvin"),
        ("fi", "Antakaa heille aikaa"),
        ("sv", "De gör sitt bästa"),
        ("en", "Works for me, give them a break"),
    ],
)
def test_those_who_speak_for_us_are_heard(language: str, text: str) -> None:
    assert speaks_for_us(text, language, 0.3)


def test_a_complaint_speaks_for_nobody() -> None:
    assert not speaks_for_us("Mulla ei toimi", "fi", 0.3)
    assert not speaks_for_us("This still doesn't work for me", "en", 0.3)


class TestDigest:
    """By topic, same words joined, our own and the deleted left out."""

    def test_it_counts_and_joins_the_same_words(self) -> None:
        posts = [
            said("a", text="Milloin avaatte?"),
            said("b", 1, text="MILLOIN avaatte"),
            said("c", text="Kiitos!"),
        ]
        found = digest_topic("Posti", posts)
        assert found.counts == {"ask": 2, "idea": 0, "praise": 1}
        assert [(one.times, one.first_at) for one in found.voices["ask"]] == [(2, AT)]

    def test_ours_and_the_deleted_count_for_nothing(self) -> None:
        posts = [said("a", text="Miten voimme auttaa?", official=True), said("b", text="", deleted=True)]
        assert digest_topic("Posti", posts).mentions == 0

    def test_what_waits_is_what_nobody_answered_the_oldest_first(self) -> None:
        posts = [
            said("late", 9, text="Milloin avaatte?"),
            said("answered", 1, text="Onko auki?"),
            said("o", 2, thread="answered", text="On", official=True),
            said("angry", 3, text="Hukkasitte paketin", negativity=0.9),
            said("chat", 4, text="Satoi lunta"),
        ]
        found = digest_topic("Posti", posts)
        assert [one.text for one in found.waiting] == ["Hukkasitte paketin", "Milloin avaatte?"]
        assert found.open == open_questions(posts) == 2
        assert [one.answered for one in found.voices["ask"]] == [False, True]

    def test_what_is_asked_after_our_answer_waits_again(self) -> None:
        posts = [
            said("o", 2, thread="t", text="On", official=True),
            said("q", 5, thread="t", text="Onko vielä?"),
        ]
        assert [one.text for one in digest_topic("Posti", posts).waiting] == ["Onko vielä?"]

    def test_a_week_and_a_day_are_read_from_the_store_to_the_minute(self) -> None:
        store = SqliteStore(":memory:")
        with store.transaction() as tx:
            tx.add_mentions(
                [
                    said("old", -7 * 1440 - 1, text="Onko auki?"),
                    said("week", -3 * 1440, text="Voiko tilata?"),
                    said("day", -60, text="Saako perua?"),
                    said("now", 0, text="Eikö tule?"),
                ]
            )
        us = Organisation(replies_per_hour=4)
        weekly, daily = (gather(store, us, ["Posti"], period, AT) for period in ("weekly", "daily"))
        assert [one.text for one in weekly.topics[0].voices["ask"]] == ["Saako perua?", "Voiko tilata?"]
        assert [one.text for one in daily.topics[0].waiting] == ["Saako perua?"]
        assert weekly.hours_to_answer == 0.5

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_strangers_words_are_inert_in_markdown(self, language: str) -> None:
        store = SqliteStore(":memory:")
        hostile = "Onko? <script>x</script> [a](javascript:b) `c`\n# otsikko |\n- lista"
        with store.transaction() as tx:
            tx.add_mentions(
                [
                    said("a", -1, text=hostile, url="https://m.example/a)b(c"),
                    said("b", -2, text="Kiitos", url=None),
                ]
            )
        text = markdown(gather(store, Organisation(), ["Posti"], "weekly", AT), language, HELSINKI)
        assert not any(sign in text for sign in ("<", "`", "](javascript", "\n# otsikko", "\n- lista", "a)b"))
        assert "matti" not in text

    def test_a_table_holds_no_formula(self) -> None:
        store = SqliteStore(":memory:")
        starts = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1", " =cmd|calc"]
        texts = [f"{start} kysymys {n}" for n, start in enumerate(starts)]
        with store.transaction() as tx:
            tx.add_mentions([said(f"m{n}", -1 - n, text=text) for n, text in enumerate(texts)])
        rows = list(csv.reader(io.StringIO(table(gather(store, Organisation(), ["Posti"], "weekly", AT)))))
        assert tuple(rows[0]) == COLUMNS
        assert len(rows) == 1 + len(texts)
        assert all(cell[:1] not in "=+-@\t＝" or not cell for row in rows[1:] for cell in row)

    def test_nothing_to_tell_is_told(self) -> None:
        text = markdown(
            gather(SqliteStore(":memory:"), Organisation(), ["Posti"], "daily", AT), "fi", HELSINKI
        )
        assert "Ei mentioita." in text


def test_numbers_stay_numbers_in_a_table() -> None:
    assert (inert(-3), inert("-3"), inert(None)) == (-3, "'-3", "")


def test_the_week_is_read_in_pieces_without_losing_any() -> None:
    store = SqliteStore(":memory:")
    with store.transaction() as tx:
        tx.add_mentions([said(f"m{n}", -n * 60 - 1, text="Onko auki?") for n in range(7 * 24)])
    found = gather(store, Organisation(), ["Posti"], "weekly", AT)
    assert found.topics[0].mentions == 7 * 24
    assert found.end - found.start == timedelta(days=7)
