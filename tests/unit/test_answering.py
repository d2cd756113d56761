"""The clock of the first public answer: when it starts, what stops it, and when its lateness pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from alerts.answering import AnswerClock, answers, clock_at_opening, open_posts
from alerts.desk import Desk
from alerts.incidents import IncidentPolicy, State, answer_due_at, answer_target_at, waited
from alerts.organisation import LANGUAGES, Organisation
from alerts.page import page_lines
from alerts.routing import ReceiverInfo
from alerts.store.sqlite import SqliteStore
from alerts.store.store import StoredMention
from tests.build import AT, action, escalation, evidence, incident, minutes, stored_mention, suggestion

HOUR = timedelta(hours=1)


def post(name: str, minute: float, **fields: Any) -> StoredMention:
    return stored_mention(**{"id": name, "thread": "t", "published_at": AT + minutes(minute), **fields})


def ours(name: str, minute: float, **fields: Any) -> StoredMention:
    return post(name, minute, official=True, negativity=0.1, **fields)


class TestOpening:
    """How the clock stands when an incident opens."""

    def test_it_starts_at_the_first_negative_post_and_no_earlier(self) -> None:
        mild = post("mild", -50, negativity=0.3)
        assert clock_at_opening([post("b", -20), mild, post("a", -40)], None) == AnswerClock(AT - minutes(40))

    def test_without_a_negative_post_it_is_not_known(self) -> None:
        assert clock_at_opening([post("a", -5, negativity=0.2), ours("o", -4)], "t") == AnswerClock()

    def test_a_thread_that_we_answered_before_the_page_is_answered(self) -> None:
        told = clock_at_opening([post("a", -40), ours("o", -30), post("b", -20)], "t")
        assert told == AnswerClock(AT - minutes(40), AT - minutes(30))

    def test_an_answer_before_the_first_complaint_is_none(self) -> None:
        assert clock_at_opening([ours("o", -50), post("a", -40)], "t").answered_at is None

    def test_an_everyday_answer_settles_only_its_own_thread(self) -> None:
        mentions = [post("a", -40), ours("o", -30), post("b", -20, thread="other")]
        assert clock_at_opening(mentions, None) == AnswerClock(AT - minutes(20))

    def test_of_a_thread_posts_after_our_answer_wait_again(self) -> None:
        mentions = [post("late", -10), ours("o", -30), post("a", -40)]
        assert [one.id for one in open_posts(mentions)] == ["late"]


class TestStopping:
    """Which posts of ours are the public answer."""

    def test_in_its_thread(self) -> None:
        one = incident(thread="t")
        assert answers(one, ours("o", 5), [])
        assert not answers(one, ours("o", 5, thread="elsewhere"), [post("a", 1)])

    def test_of_a_topic_where_somebody_complained(self) -> None:
        assert answers(incident(), ours("o", 5), [post("a", 1)])
        assert not answers(incident(), ours("o", 5), [post("a", 1, negativity=0.1)])
        assert answers(incident(), ours("o", 5, topics=()), [post("a", 1)])

    @pytest.mark.parametrize(("text", "counts"), [("Paketti on kateissa", True), ("Syksyn tarjous", False)])
    def test_of_a_topic_a_post_of_our_own_that_names_the_matter(self, text: str, *, counts: bool) -> None:
        assert answers(incident(), ours("o", 5, thread="o", text=text), []) is counts
        assert not answers(incident(), ours("o", 5, thread="o", text=text, topics=("Muu",)), [])

    def test_nobody_elses_nor_one_from_before_the_onset_nor_a_second(self) -> None:
        one = incident(thread="t")
        assert not answers(one, post("stranger", 5), [])
        assert not answers(one, ours("o", -60), [])
        assert not answers(incident(thread="t", answered_at=AT), ours("o", 5), [])


class TestDueTime:
    """The target runs from the first unanswered post; the page leaves those woken half of it."""

    def test_the_target_counts_from_the_first_post_that_waits(self) -> None:
        one = incident(waiting_since=AT - minutes(20))
        assert answer_target_at(one, HOUR) == AT + minutes(40)
        assert answer_due_at(one, HOUR) == AT + minutes(40)

    def test_those_who_were_woken_late_have_half_the_time_before_they_are_woken_again(self) -> None:
        one = incident(waiting_since=AT - minutes(300))
        assert answer_target_at(one, HOUR) == AT - minutes(240)
        assert answer_due_at(one, HOUR) == AT + minutes(30)

    def test_waiting_ends_with_the_answer_or_with_the_matter(self) -> None:
        start = {"waiting_since": AT - minutes(20)}
        assert waited(incident(**start), AT) == minutes(20)
        assert waited(incident(**start, answered_at=AT - minutes(5)), AT) == minutes(15)
        assert waited(incident(**start, resolved_at=AT - minutes(8)), AT) == minutes(12)

    def test_nothing_is_due_where_the_advice_is_to_watch(self) -> None:
        one = incident(waiting_since=AT, suggestion=suggestion(action="watch", text=""))
        assert answer_target_at(one, HOUR) is None


class TestDesk:
    """The clock through the desk: found at the opening, stopped by us, told when overdue."""

    def desk(self, store: SqliteStore, **fields: Any) -> Desk:
        us = Organisation(language="fi", **fields)
        return Desk(store, IncidentPolicy(), us, [ReceiverInfo("p", "fi")], lambda: None)

    def test_at_its_opening_an_incident_knows_since_when_people_wait(self) -> None:
        store = SqliteStore(":memory:")
        with store.transaction() as tx:
            tx.add_mentions([post("a", -25), post("b", -5)])
            self.desk(store).take(tx, [escalation()], AT)
        opened = store.incident("inc-1")
        assert opened is not None
        assert opened.waiting_since == AT - minutes(25)

    def test_a_thread_answered_before_the_page_is_told_so_in_its_history(self) -> None:
        store = SqliteStore(":memory:")
        with store.transaction() as tx:
            tx.add_mentions([post("a", -25), ours("o", -10)])
            self.desk(store).take(tx, [escalation(thread="t")], AT)
        opened = store.incident("inc-1")
        assert opened is not None
        assert opened.answered_at == AT - minutes(10)
        assert ("official account", "answered") in [(one.by, one.what) for one in store.audit("inc-1")]

    def test_overdue_pages_by_the_target_of_the_situation(self) -> None:
        store = SqliteStore(":memory:")
        desk = self.desk(store, response_times={"outage": 20})
        with store.transaction() as tx:
            tx.add_mentions([post("a", -5, text="Palvelu on nurin eikä toimi, käyttökatko")])
            opened = escalation(thread="t", evidence=evidence(top_words=("käyttökatko",)))
            desk.take(tx, [opened], AT)
            assert desk.tick(tx, AT + minutes(14)) == []
            assert [one.reason for one in desk.tick(tx, AT + minutes(15))] == ["answer_overdue"]

    def test_our_answer_in_the_thread_stops_it(self) -> None:
        store = SqliteStore(":memory:")
        desk = self.desk(store)
        with store.transaction() as tx:
            tx.add_mentions([post("a", -5)])
            desk.take(tx, [escalation(thread="t")], AT)
            desk.hear_from_us(tx, ours("elsewhere", 9, thread="u"))
            desk.hear_from_us(tx, ours("o", 10))
            assert desk.tick(tx, AT + minutes(200)) == []
        one = store.incident("inc-1")
        assert one is not None
        assert one.answered_at == AT + minutes(10)
        assert one.answered_at - (one.waiting_since or AT) == minutes(15)

    def test_what_a_person_says_about_the_answer_stops_it_too(self) -> None:
        store = SqliteStore(":memory:")
        desk = self.desk(store)
        with store.transaction() as tx:
            desk.take(tx, [escalation()], AT)
        assert desk.act(action("answered")).answered_at == AT + minutes(5)


class TestTold:
    """The page says for how long people have waited, and at the end when they got their answer."""

    def last_line(self, minute: float, language: str = "en", **fields: Any) -> str:
        one = incident(**{"suggestion": suggestion(), "waiting_since": AT - minutes(10), **fields})
        return page_lines(one, Organisation(), language, AT + minutes(minute), None)[4]

    def test_a_late_answer_is_told_with_its_target_and_one_in_time_is_not(self) -> None:
        assert "Without a public answer for 1 h 15 min (target 60 min)" in self.last_line(65)
        assert "Without" not in self.last_line(45)
        assert "Without" not in self.last_line(65, answered_at=AT)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_is_told_in_every_language(self, language: str) -> None:
        assert "60 min" in self.last_line(65, language)

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"answered_at": AT + minutes(30)}, "came 40 min after the first post that waited"),
            ({}, "No public answer was given"),
            ({"suggestion": suggestion(action="watch", text="")}, "No answer was needed"),
        ],
    )
    def test_the_all_clear_says_when_the_answer_came(self, fields: Any, told: str) -> None:
        over = {"state": State.RESOLVED, "resolved_at": AT + minutes(90)}
        assert told in self.last_line(91, **over, **fields)
