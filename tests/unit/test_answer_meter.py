"""Metrics of answering: late answers, load and capacity."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from agents.match import Topic
from agents.runtimes.answer_meter import AnswerMeter
from agents.settings import Settings
from alerts.organisation import Organisation
from alerts.store.sqlite import SqliteStore
from streams.metrics import Metrics
from tests.build import AT, incident, minutes, stored_mention


class Case:
    """A meter over a store, and what it tells."""

    def __init__(self) -> None:
        self.store, self.registry = SqliteStore(":memory:"), CollectorRegistry()
        metrics = Metrics(self.registry)
        metrics.know(topics=["Posti"])
        us = Organisation(replies_per_hour=7)
        settings = Settings(organisation=us, topics=(Topic(name="Posti", terms=("Posti",)),))
        self.meter = AnswerMeter(metrics, self.store, settings)

    def told(self, name: str, **labels: str) -> Any:
        return self.registry.get_sample_value(f"palovahti_{name}", labels)


@pytest.fixture
def case() -> Case:
    return Case()


def test_late_answers_are_counted_by_their_target(case: Case) -> None:
    with case.store.transaction() as tx:
        tx.put_incident(incident(id="late", waiting_since=AT - minutes(61)))
        tx.put_incident(incident(id="in-time", waiting_since=AT - minutes(59)))
        tx.put_incident(incident(id="answered", waiting_since=AT - minutes(90), answered_at=AT))
    case.meter.look(AT)
    assert case.told("topic_answers_overdue", topic="Posti") == 1


def test_the_load_is_what_waits_of_the_last_hour_and_the_capacity_that_of_those_on_duty(case: Case) -> None:
    with case.store.transaction() as tx:
        tx.add_mentions(
            [
                stored_mention(id="a", thread="a", published_at=AT - minutes(5)),
                stored_mention(id="b", thread="b", published_at=AT - minutes(90)),
                stored_mention(
                    id="c", thread="c", published_at=AT - minutes(9), negativity=0.1, text="Onko auki?"
                ),
                stored_mention(id="d", thread="d", published_at=AT - minutes(9), negativity=0.1, text="Hei"),
            ]
        )
    case.meter.look(AT)
    assert case.told("topic_reply_load", topic="Posti") == 2
    assert case.told("reply_capacity_per_hour") == 7


def test_it_looks_once_a_minute(case: Case) -> None:
    case.meter.look(AT)
    with case.store.transaction() as tx:
        tx.add_mentions([stored_mention(published_at=AT)])
    case.meter.look(AT + minutes(0.5))
    assert case.told("topic_reply_load", topic="Posti") == 0
    case.meter.look(AT + minutes(1))
    assert case.told("topic_reply_load", topic="Posti") == 1
