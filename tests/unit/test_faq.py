"""The FAQ: which entry a question means, what goes into a suggestion, what nobody answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from alerts.organisation import LANGUAGES, Organisation
from alerts.respond.asked import asked_most, unanswered
from alerts.respond.faq import Faq, FaqEntry, faq_for, load_faq
from alerts.respond.faq_words import questions_in
from alerts.respond.rules import check
from alerts.respond.rules.for_incident import context_for
from alerts.respond.suggest import suggest
from streams.errors import BadConfiguration
from tests.build import AT, evidence, incident, stored_mention

QUESTIONS = yaml.safe_load((Path(__file__).parent / "faq_questions.yaml").read_text(encoding="utf-8"))
ANSWER = "Paketin kulun näkee seurannasta 24 tuntia vuorokaudessa."
FILE = """
- questions: ["Milloin pakettini saapuu?", "Missä pakettini on?"]
  answer: {answer}
  link: https://posti.example/seuranta
  language: fi
  reviewed_at: {reviewed}
"""


def entry(**fields: object) -> FaqEntry:
    defaults = {"questions": ("Missä pakettini on?",), "answer": ANSWER, "language": "fi"}
    return FaqEntry.model_validate({**defaults, "reviewed_at": date(2026, 1, 1), **fields})


def written(folder: Path, answer: str = ANSWER, reviewed: str = "2026-01-01") -> Path:
    path = folder / "faq.yaml"
    path.write_text(FILE.format(answer=answer, reviewed=reviewed), encoding="utf-8")
    return path


def askers(*texts: str, language: str = "fi") -> list:
    return [
        stored_mention(id=f"x:{n}", author=f"a{n}", text=text, language=language)
        for n, text in enumerate(texts)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_wordings_find_their_entry_and_most_other_questions_none(language: str) -> None:
    """The figures of decision 21, as floors."""
    rows = QUESTIONS[language]
    entries = [entry(questions=variants, language=language) for variants in rows["entries"]]
    faq = Faq(entries)
    found = [(faq.match(one["question"], language), one["means"]) for one in rows["asked"]]
    right = sum(match is not None and entries.index(match.entry) == means for match, means in found)
    assert right / sum(match is not None for match, _ in found) >= 0.80
    assert right / sum(means is not None for _, means in found) >= 0.90


def test_an_entry_of_another_topic_or_language_is_not_meant() -> None:
    faq = Faq([entry(topic="Posti")])
    assert faq.match("Missä mun paketti on?", "fi", "Posti") is not None
    assert faq.match("Missä mun paketti on?", "fi", "VR") is None
    assert faq.match("Missä mun paketti on?", "sv", "Posti") is None


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Taas tätä. Missä mun paketti on? Törkeää.", "fi", ["Missä mun paketti on?"]),
        ("miksi kukaan ei vastaa puhelimeen", "fi", ["miksi kukaan ei vastaa puhelimeen"]),
        ("Onkohan paketti hukassa", "fi", []),
        ("Saako tästä korvauksen", "fi", ["Saako tästä korvauksen"]),
        ("Varför svarar ingen i telefonen", "sv", ["Varför svarar ingen i telefonen"]),
        ("Paketti katosi.", "fi", []),
        ("Miksi?", "fi", []),
    ],
)
def test_questions_are_told_by_their_mark_or_their_first_word(
    text: str, language: str, found: list[str]
) -> None:
    assert questions_in(text, language) == found


def test_what_two_people_ask_is_answered_and_one_is_not_enough() -> None:
    faq = Faq([entry()])
    one = askers("Missä pakettini on?")
    assert asked_most(one, faq, "fi", "Posti", "fi") is None
    same = [*one, stored_mention(id="x:9", author="a0", text="Missä se pakettini on?")]
    assert asked_most(same, faq, "fi", "Posti", "fi") is None
    two = asked_most(askers("Missä pakettini on?", "missä mun paketti on"), faq, "fi", "Posti", "fi")
    assert two is not None
    assert two.people == 2


def test_the_suggestion_holds_the_reviewed_answer_and_keeps_every_rule(tmp_path: Path) -> None:
    ours = Organisation(faq=written(tmp_path), updates_url="https://posti.example/nyt")
    asked = askers("Missä pakettini on?", "missä mun paketti on", "Pakettini on hukassa")
    storm = incident(evidence=evidence(top_words=("paketti", "hukassa")))
    found = suggest(storm, asked, ours, AT, channel="facebook")
    assert f"{ANSWER} https://posti.example/seuranta" in found.text
    assert any("Milloin pakettini saapuu?" in step for step in found.next_steps)
    context = context_for(storm, asked, ours, AT, found)
    assert check(found.text, "fi", context).findings == ()
    silent = suggest(storm, askers("Pakettini on hukassa"), ours, AT, channel="facebook")
    assert ANSWER not in silent.text


def test_a_stale_answer_is_a_task(tmp_path: Path) -> None:
    ours = Organisation(faq=written(tmp_path, reviewed="2025-01-01"))
    asked = askers("Missä pakettini on?", "missä mun paketti on")
    steps = suggest(incident(), asked, ours, AT, channel="facebook").next_steps
    assert any("1.1.2025" in step for step in steps)


def test_a_change_of_the_file_is_used_at_once_and_a_mistake_leaves_the_last_good_one(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert faq_for(path).entries[0].answer == ANSWER
    path.write_text(path.read_text().replace("24 tuntia", "aina"), encoding="utf-8")
    assert "aina" in faq_for(path).entries[0].answer
    path.write_text("- questions: 7", encoding="utf-8")
    assert "aina" in faq_for(path).entries[0].answer
    path.unlink()
    assert "aina" in faq_for(path).entries[0].answer


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{a: 1}", "must be a list"),
        ("- {questions: [], answer: A, language: fi, reviewed_at: 2026-01-01}", "questions"),
        ("- {questions: [Miksi], answer: Näin., language: fi, reviewed_at: 2026-01-01}", "no word"),
        ("- {questions: [paketti], answer: Emme kommentoi., language: fi, reviewed_at: 2026-01-01}", "R29"),
        ("- {questions: [A], answer: B., language: de, reviewed_at: 2026-01-01}", "language"),
        ("- {questions: [A], answer: B., language: fi, reviewed_at: eilen}", "reviewed_at"),
        ("- {questions: [A], answer: B., link: 'data:x', language: fi, reviewed_at: 2026-01-01}", "link"),
        ("- : :", "not YAML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "faq.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadConfiguration, match=why):
        load_faq(path)


def test_questions_without_an_answer_are_counted_by_people_the_most_frequent_first() -> None:
    posts = askers(
        "Milloin uusi myymälä avataan?",
        "Koska se uusi myymälä avataan?",
        "Milloin myymälä avataan Ouluun?",
        "Onko teillä lakko huomenna?",
        "Missä pakettini on?",
        "Missä pakettini on?",
        "Missä pakettini on?",
    )
    own = stored_mention(id="o", text="Onko teillä lakko huomenna?", official=True)
    found = unanswered([*posts, own], Faq([entry()]), least=1)
    assert [(one.times, "myymälä" in one.question) for one in found] == [(3, True), (1, False)]
    assert [one.times for one in unanswered(posts, Faq(), least=3)] == [3, 3]
