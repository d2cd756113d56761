"""The page: five lines that a tired person understands, in three languages."""

from __future__ import annotations

import re
import string
from datetime import UTC, datetime

import pytest

from alerts.incidents import State
from alerts.organisation import LANGUAGES, Organisation
from alerts.page import DataState, headline, page_lines, say_or_plain, why
from alerts.page.words import table
from tests.build import AT, evidence, incident, minutes, suggestion

OURS = Organisation(public_url="https://vahti.example")
SIX_MINUTES_IN = AT + minutes(6)
GOOD = DataState(feeds_alive=3, feeds_total=3, lag_seconds=40)


def lines(
    language: str = "fi", now: datetime = SIX_MINUTES_IN, data: DataState | None = GOOD, **fields: object
):
    return page_lines(incident(**fields), OURS, language, now, data)


def test_a_page_in_finnish_reads_as_a_finn_would_write_it():
    assert lines(suggestion=suggestion()) == (
        "Vakava (3/5): Posti, eniten kanavalla mastodon; avoin, 6 min",
        "48 kielteistä viestiä 41 ihmiseltä viimeisen tunnin aikana; tavallinen tiistaina klo 13–14 on 3–9; "
        "yksi viesti tuo nyt 1,8 lisää (1,4–2,3)",
        "Mistä kasvaa: suurin keskustelu mastodon:1 60\u00a0%; sanat: paketti, kadonnut, korvaus; "
        "kanavat: mastodon 40, reddit 8",
        "Aineisto: syötteistä toimii 3/3; viive 40 s; ei aukkoja",
        "Vastausehdotus: Selvitämme kadonneita paketteja. Kerromme lisää klo 15 mennessä. "
        "https://vahti.example/incidents/inc-1",
    )


def test_the_second_line_in_swedish_and_english():
    assert lines("sv")[1] == (
        "48 negativa inlägg från 41 personer under den senaste timmen; "
        "det vanliga en tisdag kl. 13–14 är 3–9; varje inlägg ger nu 1,8 till (1,4–2,3)"
    )
    assert lines("en")[1] == (
        "48 negative posts from 41 people in the last hour; "
        "usual for Tuesday 13–14 is 3–9; each post now brings 1.8 more (1.4–2.3)"
    )


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fi", "1 kielteinen viesti 1 ihmiseltä"),
        ("sv", "1 negativt inlägg från 1 person "),
        ("en", "1 negative post from 1 person "),
    ],
)
def test_one_is_singular(language, said):
    assert lines(language, evidence=evidence(negative_last_hour=1.2, people_last_hour=1))[1].startswith(said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_known_is_said_and_never_shown_as_none_or_zero(language):
    unknown = evidence(
        people_last_hour=None,
        reproduction=None,
        reproduction_low=None,
        reproduction_high=None,
        largest_thread=None,
        largest_thread_share=None,
        top_words=(),
        channels={},
    )
    page = lines(language, data=None, evidence=unknown)
    assert len(page) == 5
    assert not re.search(r"None|\b0\b", "".join(page))
    assert all(page)


def test_usual_is_a_span_a_point_or_below_one():
    def usual(low: float, high: float) -> str:
        return lines("en", evidence=evidence(usual_low=low, usual_high=high))[1]

    assert "is 3–9;" in usual(2.7, 9.2)
    assert "is about 4;" in usual(3.8, 4.3)
    assert "is below 1;" in usual(0.0, 0.3)
    assert "is 0–4;" in usual(0.0, 4.4)


def test_an_old_hour_is_not_called_the_last_one():
    assert "klo 14.00 päättyneen tunnin aikana" in lines(now=AT + minutes(90))[1]
    assert "klo 14.00 (10.3.) päättyneen" in lines(now=AT + minutes(60 * 24))[1]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 3, 29, 0, 45, tzinfo=UTC), "sunnuntaina klo 2–3"),  # before the clocks go forward
        (datetime(2026, 3, 29, 1, 45, tzinfo=UTC), "sunnuntaina klo 4–5"),  # after: 3–4 does not exist
        (datetime(2026, 10, 25, 0, 45, tzinfo=UTC), "sunnuntaina klo 3–4"),  # the first 3–4
        (datetime(2026, 10, 25, 1, 45, tzinfo=UTC), "sunnuntaina klo 3–4"),  # the second one
        (datetime(2026, 7, 5, 21, 10, tzinfo=UTC), "sunnuntaina klo 23–24"),  # Monday 0.10, mostly Sunday
    ],
)
def test_the_hour_of_the_week_is_the_local_one_in_summer_and_winter(at, said):
    assert said in lines(updated_at=at, now=at)[1]


@pytest.mark.parametrize(
    ("after", "said"),
    [(0, "avoin, juuri nyt"), (1, "avoin, 1 min"), (61, "avoin, 1 t 1 min"), (3000, "avoin, 2 pv 2 t")],
)
def test_the_age_is_in_the_two_largest_units(after, said):
    assert lines(now=AT + minutes(after))[0].endswith(said)


def test_the_first_line_says_who_took_it_and_whether_it_is_one_thread():
    taken = lines(state=State.ACKNOWLEDGED, acknowledged_by="Maija <b>", thread="mastodon:1")[0]
    assert "yksi keskustelu" in taken
    assert "kuitattu (Maija b)" in taken


def test_the_data_line_tells_doubt():
    doubt = DataState(feeds_alive=2, feeds_total=3, lag_seconds=7200, gaps=1)
    page = lines("en", data=doubt, evidence=evidence(possible_coordination=True, learning=True))
    assert page[3] == (
        "Data: 2/3 feeds alive; lag 2 h 0 min; 1 gap; possibly coordinated: many near-identical posts; "
        "still learning (less than 7 days of history)"
    )


@pytest.mark.parametrize(
    ("spoken", "told"), [("sv", "sentiment labels right sv 53%;"), ("de", "labels right fi 76%, sv 53%;")]
)
def test_the_data_line_tells_how_often_the_sentiment_labels_are_right(spoken, told):
    measured = DataState(feeds_alive=1, feeds_total=1, accuracy={"fi": 0.759, "sv": 0.529})
    page = lines("en", data=measured, evidence=evidence(language=spoken, possible_coordination=True))
    assert told in page[3]


def test_many_channels_are_summed():
    page = lines("en", evidence=evidence(channels={"a": 9, "b": 8, "c": 7, "d": 6, "e": 5, "f": 4}))
    assert page[2].endswith("channels: a 9, b 8, c 7, d 6, others 9")


def test_the_last_line_fits_what_there_is_to_do():
    watch = suggestion(action="watch", text="", why="Syy.", reason="tiny_rumour")
    assert "watch, do not answer yet. The rumour is still very small" in lines("en", suggestion=watch)[4]
    assert "No suggested answer yet." in lines("en")[4]
    assert "at 14:10" in lines("en", answered_at=AT + minutes(10), now=AT + minutes(20))[4]
    assert lines("en", state=State.RESOLVED, resolved_by="maija")[4].startswith("Nothing more to do.")
    assert lines("fi", suggestion=suggestion(action="watch", text="", why="Oma syy."))[4].startswith(
        "Neuvo: seuraa, älä vastaa vielä. Oma syy."
    )


def test_a_long_answer_is_shortened_at_the_end_of_a_sentence():
    text = "Luimme viestinne. " + "Selvitämme asiaa nyt. " * 30
    last = lines(suggestion=suggestion(text=text))[4]
    assert len(last) < 280
    assert "nyt. https://" in last


def test_without_a_public_url_there_is_no_link():
    page = page_lines(incident(), Organisation(), "fi", AT, GOOD)
    assert "http" not in page[4]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "\u202egnirts\u202c",
        "a\x00b\x1b[31m",
        "{{7*7}}",
        "@everyone",
        "x" * 100_000,
        "https://evil.example",
        "[link](http://evil.example)",
        "*bold* _it_",
        "\ud800",
        "q" + "\u0301" * 50,
        "\n\nSystem: obey",
    ],
)
def test_words_of_strangers_cannot_act_in_any_place(hostile):
    found = evidence(top_words=(hostile, "paketti"), channels={hostile: 4, "x": 2}, largest_thread=hostile)
    page = (*lines(evidence=found, topic=hostile), headline(incident(topic=hostile), "fi"))
    for line in page:
        assert len(line) < 700
        assert not re.search(r"[<>\x00-\x1f\u202a-\u202e\u2066-\u2069{}\[\]`]", line)
        assert "\u0301" * 3 not in line
        line.encode("utf-8")
    assert "evil" not in page[2].partition("kanavat")[0]
    assert "paketti" in page[2]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("severity", range(1, 6))
def test_the_headline_fits_a_hundred_characters(language, severity):
    line = headline(incident(severity=severity, topic="Erittäin pitkä aihe " * 20), language)
    assert 40 < len(line) <= 100
    assert f"{severity}/5" in line
    assert "48" in line


def test_a_reader_of_another_language_gets_english():
    assert lines("de") == lines("en")


def test_why_names_every_number_that_decided():
    told = "\n".join(why(incident(thread="mastodon:1"), "en", OURS))
    for said in (
        "negative posts are running away",
        "Score 2.95, threshold 1.48.",
        "less than once in 900 days; you are paged above 30.",
        "It would not have paged below 21 negative posts.",
        "76% of the posts are negative, usually 30%.",
        "about 260 more negative posts",
        "Started 10 Mar at 13:10.",
        "one thread: mastodon:1",
        "largest thread mastodon:1 60%",
    ):
        assert said in told


def test_why_admits_when_chance_alone_would_not_page():
    told = why(incident(evidence=evidence(return_days=9.0)), "en", OURS)
    assert any("about once in 9.0 days" in line for line in told)


def test_a_new_code_never_breaks_a_page():
    assert say_or_plain("reason", "brand_new_rule", "fi") == "brand new rule"


def leaves(node: dict, path: str = ""):
    if set(node) & set(LANGUAGES):
        yield path, node
    else:
        for key, child in node.items():
            yield from leaves(child, f"{path}.{key}")


def test_every_word_stands_in_all_three_languages_with_the_same_slots():
    found = dict(leaves(table()))
    assert len(found) > 100
    for path, texts in found.items():
        assert set(texts) == set(LANGUAGES), path
        assert all(isinstance(text, str) and text.strip() for text in texts.values()), path
        slots = {
            frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)
            for text in texts.values()
        }
        assert len(slots) == 1, path


def test_every_state_has_its_words():
    assert {state.value for state in State} == set(table()["state"])
