"""The whole system in one visible place: from settings to the parts that run."""

from __future__ import annotations

import gc

from agents.match import Topic
from agents.pipeline import ClockOf, Pipeline, event_clock
from agents.receivers import receiver_infos
from agents.safety.reader import SafetyReader
from agents.sentiment.loading import load_scorer
from agents.settings import Settings
from agents.station import Station
from agents.watch.engine import Engine
from agents.watch.planned import peaks_of
from agents.watch.safety import SafetyRule
from agents.watch.watch import TopicBudget
from agents.watch.words import ordinary_words
from alerts.composing import DataStateOf
from alerts.desk import Desk
from alerts.respond.suggest import prepare
from alerts.store.store import Store


def collect_rarely() -> None:
    """Let the cyclic garbage collector run seldom: state is large, lives long and makes few cycles.

    Its default walks over all mentions at hand every 700 objects, a tenth to a third of the time.
    """
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


def build_pipeline(settings: Settings, clock_of: ClockOf) -> Pipeline:
    """Matching and scoring as configured."""
    scorer = load_scorer(settings.sentiment)
    return Pipeline(settings.topics, scorer, settings.languages, clock_of, safety_reader(settings))


def safety_reader(settings: Settings) -> SafetyReader:
    """What tells of harm in which topic."""
    return SafetyReader(settings.topics, settings.safety.classes, settings.organisation.is_official)


def topic_budgets(settings: Settings) -> list[TopicBudget]:
    """Every topic as the watch needs it."""
    return [_budget(topic, settings) for topic in settings.topics]


def build_engine(settings: Settings) -> Engine:
    """The watch over all topics as configured."""
    return Engine(topic_budgets(settings), settings.watch)


def build_desk(settings: Settings, store: Store, data_state: DataStateOf, *, drill: bool = False) -> Desk:
    """The desk with its receivers; every mistake in a playbook is raised here, before anything runs."""
    prepare(settings.organisation)
    receivers = receiver_infos(settings.receivers)
    return Desk(store, settings.incidents, settings.organisation, receivers, data_state, drill=drill)


def build_station(
    settings: Settings, store: Store, data_state: DataStateOf, *, recorded: bool, drill: bool = False
) -> Station:
    """feeds ─► queue ─► match ─► score ─► watch ─► desk ─► outbox, on one store."""
    return Station(
        store,
        build_pipeline(settings, event_clock),
        build_engine(settings),
        build_desk(settings, store, data_state, drill=drill),
        settings.organisation,
        recorded=recorded,
    )


def _budget(topic: Topic, settings: Settings) -> TopicBudget:
    rule = settings.safety
    return TopicBudget(
        topic.name,
        topic.budget or settings.watch.budget,
        ordinary_words(topic.terms),
        peaks_of(settings.calendar, topic.name, settings.organisation.zone),
        SafetyRule(rule.authors, rule.within_hours, rule.quiet_hours),
    )
