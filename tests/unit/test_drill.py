"""The drill's storm, clock, marks and report."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from agents.drill.arena import arena, term_of
from agents.drill.clock import DrillClock
from agents.drill.report import DrillReport, drill_report, markdown
from agents.drill.stage import post_answer
from agents.drill.storm import QUIET, SITUATIONS, THREAD, StormPlan, answer, quiet_days, storm, texts
from agents.match.topic import Topic
from agents.settings import Settings, load_settings
from alerts.incidents import State
from alerts.languages import LANGUAGES, Language
from alerts.notifiers.event import event_body
from alerts.notifiers.pagerduty import render as pagerduty
from alerts.organisation import Organisation
from alerts.page.drill import drill_lines
from alerts.respond.recognise import recognise
from alerts.store.store import Delivery
from alerts.web.settings import WebSettings
from streams.clock import ManualClock
from streams.errors import BadConfiguration
from streams.records import Mention
from tests.build import AT, incident, minutes, notice, stored_mention, suggestion

GOOD = (
    "Hei, olemme lukeneet viestinne siitä, että palvelu ei toimi ja sovellus kaatuu. Ymmärrämme, että häiriö "
    "haittaa arkeanne. Emme vielä tiedä häiriön syytä. Selvitämme sitä parhaillaan ja kerromme lisää klo "
    "15.00. Aino, asiakaspalvelu"
)


def plan(**fields: Any) -> StormPlan:
    values: dict[str, Any] = {
        "situation": "outage",
        "term": "Posti",
        "language": "fi",
        "starts": AT,
        "length": timedelta(hours=1),
    }
    return StormPlan(**{**values, **fields})


class TestStorm:
    """What is told in a drill."""

    @pytest.mark.parametrize("situation", SITUATIONS)
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_its_situation_is_recognised_from_its_own_words(self, situation: str, language: str) -> None:
        told = list(storm(plan(situation=situation, language=language)))
        mentions = [
            stored_mention(id=one.id, text=one.text, language=language, negativity=0.9) for one in told[:50]
        ]
        assert recognise(mentions, language).situation == situation

    @pytest.mark.parametrize("situation", [*SITUATIONS, "calm"])
    def test_every_language_says_everything_and_names_the_topic(self, situation: str) -> None:
        told = texts()[situation]
        assert set(told) == set(LANGUAGES)
        lines = json.dumps(told, ensure_ascii=False)
        assert "{T}" in lines
        for language in LANGUAGES:
            each = told[language] if situation == "calm" else [told[language]["root"], *told[language]["neg"]]
            assert all("{T}" in line for line in each)

    def test_the_same_plan_tells_the_same_storm_in_order_of_time(self) -> None:
        first, second = list(storm(plan())), list(storm(plan()))
        assert first == second
        assert first != list(storm(plan(seed=2)))
        times = [one.published_at for one in first]
        assert times == sorted(times)
        assert times[0] == AT
        assert times[-1] <= AT + minutes(61)

    def test_the_days_before_are_quiet_and_end_when_it_begins(self) -> None:
        days = list(quiet_days(plan()))
        assert days[0].published_at >= AT - QUIET
        assert days[-1].published_at < AT
        assert len(days) / (24 * QUIET.days) < 10
        assert {one.thread for one in days} == {one.id for one in days}

    def test_an_answer_comes_into_the_storms_thread_from_an_official_account(self, tmp_path: Path) -> None:
        post_answer(tmp_path, answer("Selvitämme.", AT, "fi"))
        line = (tmp_path / "feeds" / "answers.jsonl").read_text(encoding="utf-8")
        read = Mention.model_validate_json(line)
        assert (read.thread, read.text) == (THREAD, "Selvitämme.")
        assert read.author is not None
        assert Organisation().is_official(read.author)


class TestClock:
    """It waits, then runs as fast as asked."""

    def test_it_stands_until_it_is_released(self) -> None:
        wall = ManualClock(AT + minutes(3))
        clock = DrillClock(AT, wall, speed=60)
        wall.advance(minutes(5))
        assert clock.now() == AT
        clock.release()
        wall.advance(minutes(1))
        assert clock.now() == AT + minutes(60)
        clock.release()
        assert clock.now() == AT + minutes(60)


class TestArena:
    """The configuration of a drill."""

    def test_what_is_watched_bears_the_word(self) -> None:
        given = Settings(topics=(Topic(name="Posti", terms=("Posti",)), Topic(name="Kela", terms=("Kela",))))
        assert arena(given, "Kela", Path("d"), 0).topics[0].name == "HARJOITUS (DRILL) Kela"
        english = given.model_copy(update={"organisation": Organisation(language="en")})
        assert arena(english, None, Path("d"), 0).topics[0].name == "DRILL Posti"

    def test_a_topic_that_is_not_there_is_refused(self) -> None:
        with pytest.raises(BadConfiguration, match="no topic Muu"):
            arena(Settings(topics=(Topic(name="Posti", terms=("Posti",)),)), "Muu", Path("d"), 0)

    def test_facts_of_the_topic_are_known_in_the_drill(self) -> None:
        us = Organisation.model_validate(
            {"facts": [{"statement": "On.", "topic": "Posti", "confirmed_by": "A"}]}
        )
        drill = arena(
            Settings(organisation=us, topics=(Topic(name="Posti", terms=("P",)),)), None, Path("d"), 0
        )
        assert drill.organisation.facts_for(drill.topics[0].name, AT)

    def test_its_page_is_for_this_machine_unless_a_token_protects_it(self) -> None:
        topics = (Topic(name="Posti", terms=("Posti",)),)
        bare = Settings(topics=topics, web=WebSettings(port=80))
        alone = arena(bare, None, Path("d"), 8788)
        assert (alone.web.host, alone.web.port, alone.web.token) == ("127.0.0.1", 8788, None)
        assert alone.organisation.link("i") == "http://127.0.0.1:8788/incidents/i"
        guarded = WebSettings(host="0.0.0.0", token=SecretStr("correct-horse-battery"))
        open_to_us = arena(
            bare.model_copy(update={"web": guarded}), None, Path("d"), 1, "https://v.example:1"
        )
        assert (open_to_us.web.host, open_to_us.web.token) == (guarded.host, guarded.token)
        assert open_to_us.organisation.link("i") == "https://v.example:1/incidents/i"

    @pytest.mark.parametrize(
        ("topic", "term"),
        [
            (Topic(name="a", terms=("Posti", "x")), "Posti"),
            (Topic(name="a", hashtags=("#posti",)), "#posti"),
            (Topic(name="a", accounts=("posti",)), "@posti"),
            (Topic(name="a", links=("posti.fi",)), "posti.fi"),
        ],
    )
    def test_people_in_it_name_the_topic_so_that_it_is_found(self, topic: Topic, term: str) -> None:
        assert term_of(topic) == term

    def test_a_roster_of_receivers_that_do_not_exist_is_a_mistake(self, tmp_path: Path) -> None:
        file = tmp_path / "palovahti.yaml"
        file.write_text(
            "organisation:\n  drill_roster: [gone]\n  roster: [{name: A, receivers: [away]}]\n"
            "topics: [{name: a, terms: [a]}]\nreceivers: [{type: console, name: here}]\n",
            encoding="utf-8",
        )
        with pytest.raises(BadConfiguration) as raised:
            load_settings(file, {})
        told = "\n".join(raised.value.mistakes)
        assert "organisation.drill_roster" in told
        assert "organisation.roster" in told


def test_an_event_of_a_drill_says_so_and_a_real_one_has_no_such_attribute() -> None:
    real, drilled = (notice(incident=incident(drill=drill)) for drill in (False, True))
    assert "drill" not in json.loads(event_body(real, "urn:x"))
    event = json.loads(event_body(drilled, "urn:x"))
    assert event["drill"] is True
    assert event["data"]["incident"]["drill"] is True


def test_a_pager_shows_the_word_in_its_summary() -> None:
    one = incident(drill=True, topic="HARJOITUS (DRILL) Posti")
    told = notice(incident=one, lines=drill_lines(one, Organisation(), "fi", AT, None))
    assert all("DRILL" in line for line in told.lines)
    assert "DRILL" in pagerduty(told)[0]["payload"]["summary"]


class TestReport:
    """Times against targets, the rules of the answer, and what was missed."""

    def report(self, said: str = GOOD, deliveries: tuple[Delivery, ...] = (), **fields: Any) -> DrillReport:
        values: dict[str, Any] = {
            "first_page_at": AT + minutes(8),
            "waiting_since": AT,
            "acknowledged_at": AT + minutes(10),
            "acknowledged_by": "maija",
            "answered_at": AT + minutes(25),
            "suggestion": suggestion(situation="outage"),
            "thread": THREAD,
            **fields,
        }
        posts = [stored_mention(id="a", thread=THREAD, text="Palvelu ei toimi, sovellus kaatuu")]
        if said:
            posts.append(stored_mention(id="o", thread=THREAD, text=said, official=True, negativity=0.1))
        return drill_report(
            incident(**values),
            posts,
            deliveries or [delivery("p", "sent")],
            Organisation(signature="Aino, asiakaspalvelu"),
            started_at=AT,
            ended_at=AT + minutes(60),
            situation="outage",
            topic="HARJOITUS (DRILL) Posti",
            speed=1,
            receivers=["p"],
        )

    def test_a_drill_in_which_all_went_well_has_no_misses(self) -> None:
        found = self.report()
        assert (found.minutes_to_page, found.minutes_to_acknowledge, found.minutes_to_answer) == (8, 2, 25)
        assert (found.misses, found.findings, found.passed) == ((), (), True)

    def test_each_miss_is_named(self) -> None:
        late = self.report(acknowledged_at=AT + minutes(30), answered_at=AT + minutes(45))
        assert late.misses == ("late_acknowledged", "late_answered")
        never = self.report(said="", acknowledged_at=None, answered_at=None)
        assert never.misses == ("not_acknowledged", "not_answered")
        assert self.report(said="").misses == ("answer_not_seen",)

    def test_a_situation_that_was_taken_for_another_is_a_miss(self) -> None:
        assert "situation" in self.report(suggestion=suggestion(situation="service_failure")).misses

    def test_a_receiver_that_got_nothing_is_a_miss(self) -> None:
        assert self.report(deliveries=(delivery("p", "failed"),)).misses == ("receiver:p",)
        assert self.report(deliveries=(delivery("other", "sent"),)).misses == ("receiver:p",)

    def test_the_rules_that_the_answer_broke_are_told(self) -> None:
        found = self.report(said="Olet ymmärtänyt väärin. Ei kommenttia.")
        assert {"R11"} <= {one.rule for one in found.findings}
        assert "rule:R11" in found.misses

    def test_without_a_page_that_is_all_there_is_to_tell(self) -> None:
        quiet = drill_report(
            None,
            [],
            [],
            Organisation(),
            started_at=AT,
            ended_at=AT,
            situation="outage",
            topic="t",
            speed=1,
            receivers=[],
        )
        assert quiet.misses == ("not_paged",)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_is_told_in_every_language_and_says_that_it_was_a_drill(self, language: Language) -> None:
        text = markdown(self.report(said="Olet ymmärtänyt <b>väärin</b>.", acknowledged_at=None), language)
        assert "DRILL" in text
        assert "R11" in text
        assert "<b>" not in text
        assert "{" not in text

    def test_every_miss_has_its_words(self) -> None:
        codes = (
            "not_paged",
            "receiver:p",
            "not_acknowledged",
            "late_acknowledged",
            "not_answered",
            "late_answered",
        )
        every = self.report().model_copy(
            update={"misses": (*codes, "answer_not_seen", "situation", "rule:R11")}
        )
        assert markdown(every, "sv").count("\n- ") >= 9


def delivery(receiver: str, state: str) -> Delivery:
    page = notice(incident=incident(state=State.OPEN))
    return Delivery(id=1, receiver=receiver, notice=page, attempts=1, due_at=AT, state=state)
