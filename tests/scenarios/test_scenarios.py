"""Every scenario file beside this one, and the demo's, through matching, watch and desk.

A new scenario is a new file; no Python is needed. Scenarios give each mention's negativity, so that they
judge the watch alone; the demo's texts are judged by the product's own scorer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from agents.demo import SCENARIO
from agents.match import Topic
from agents.pipeline import Pipeline
from agents.safety import CLASSES
from agents.safety.reader import SafetyReader
from agents.scenario import Scenario, check, load
from agents.scenario_input import mentions_of
from agents.sentiment.loading import load_scorer
from agents.station import Station
from agents.watch.engine import Engine
from agents.watch.planned import PlannedPeak, peaks_of
from agents.watch.policy import WatchPolicy
from agents.watch.watch import TopicBudget
from alerts.desk import Desk
from alerts.incidents import IncidentPolicy
from alerts.organisation import Organisation
from alerts.store.sqlite import SqliteStore
from alerts.store.store import Store
from streams.feeds.feed import FeedBatch
from streams.records import Escalation, Mention

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
BATCH = 500
AFTERWARDS = timedelta(hours=8)

KNOWN_GAPS: dict[str, str] = {}
"""Scenario files that the watch does not meet yet, with the reason; a file that is met leaves the list."""


class GivenOnly:
    """Stands in for the scorer where every mention brings its negativity; asked all the same, it fails."""

    version = "given"

    def negativity(
        self,
        texts: Sequence[str],
        languages: Sequence[str | None] | None = None,  # noqa: ARG002 - as the protocol has it
    ) -> NDArray[np.float64]:
        raise AssertionError(f"nobody gave the negativity of {texts[0]!r}")

    labels = negativity


def scorer_for(mentions: Sequence[Mention]) -> Any:
    """The product's scorer where a text has to be judged."""
    return load_scorer() if any(one.negativity is None for one in mentions) else GivenOnly()


def play(scenario: Scenario, mentions: Sequence[Mention], scorer: Any) -> list[str]:
    """What differs after all mentions and some quiet hours; no clock, a store in memory."""
    return played(scenario, mentions, scorer, SqliteStore(":memory:"))


def played(scenario: Scenario, mentions: Sequence[Mention], scorer: Any, store: Store) -> list[str]:
    """The same on a store of the caller's."""
    config = scenario.config
    if isinstance(config, str):
        config = yaml.safe_load(scenario.beside(config).read_text(encoding="utf-8"))
    station = station_of(config, scorer, store)
    escalations: list[Escalation] = []
    for start in range(0, len(mentions), BATCH):
        batch = FeedBatch(feed="scenario", mentions=list(mentions[start : start + BATCH]))
        station.accept(batch, mentions[start].event_at)
        escalations += station.work(mentions[start].event_at).escalations
    escalations += station.idle(mentions[-1].event_at + AFTERWARDS).escalations
    opening = {one.incident: one.evidence for one in escalations if one.kind == "opened"}
    return check(scenario.expect, station.store.incidents(), opening)


def station_of(config: dict[str, Any], scorer: Any, store: Store) -> Station:
    """The whole way of a mention, as configured."""
    topics = [Topic.model_validate(topic) for topic in config["topics"]]
    policy = WatchPolicy.model_validate(config.get("watch", {}))
    organisation = Organisation.model_validate(config.get("organisation", {}))
    calendar = [PlannedPeak.model_validate(peak) for peak in config.get("calendar", ())]
    safety = SafetyReader(topics, CLASSES, organisation.is_official)
    pipeline = Pipeline(topics, scorer, ("fi", "sv", "en"), safety=safety)
    budgets = [
        TopicBudget(
            one.name, one.budget or policy.budget, peaks=peaks_of(calendar, one.name, organisation.zone)
        )
        for one in topics
    ]
    engine = Engine(budgets, policy)
    desk = Desk(store, IncidentPolicy(), organisation, [], lambda: None)
    return Station(store, pipeline, engine, desk, organisation, recorded=True)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_brings_the_incidents_it_expects_and_no_others(
    path: Path, request: pytest.FixtureRequest
) -> None:
    if path.stem in KNOWN_GAPS:
        request.applymarker(pytest.mark.xfail(strict=True, reason=KNOWN_GAPS[path.stem]))
    scenario = load(path)
    mentions = mentions_of(scenario)
    assert play(scenario, mentions, scorer_for(mentions)) == []


@pytest.mark.slow
def test_the_demo_brings_its_three_incidents_and_no_others(request: pytest.FixtureRequest) -> None:
    if "demo" in KNOWN_GAPS:
        request.applymarker(pytest.mark.xfail(strict=True, reason=KNOWN_GAPS["demo"]))
    scenario = load(SCENARIO)
    assert play(scenario, mentions_of(scenario), load_scorer()) == []


def test_there_are_scenarios() -> None:
    assert len(FILES) >= 10
