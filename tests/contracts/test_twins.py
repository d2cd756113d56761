"""The embedded runtime and the Kafka twin decide the same of the same mentions: here without a broker.

`tests/integration/test_kafka_worker.py` does it on a real one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from agents.match import Topic
from agents.pipeline import Pipeline
from agents.scenario import Scenario, load
from agents.scenario_input import mentions_of
from agents.station import Station
from agents.watch.engine import Engine
from agents.watch.policy import WatchPolicy
from agents.watch.watch import TopicBudget
from alerts.desk import Desk
from alerts.incidents import IncidentPolicy
from alerts.organisation import Organisation
from alerts.store.sqlite import SqliteStore
from streams.feeds.feed import FeedBatch
from streams.records import Mention, ScoredMention
from tests.build import minutes
from tests.scenarios.test_scenarios import scorer_for
from tests.storms import TOPICS, Arrival, Plan, differences, engine, run, stream, written
from tests.twin import AFTERWARDS, Twin, Way

FILES = sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))
STEADY = settings(derandomize=True, max_examples=8, deadline=None, phases=(Phase.explicit, Phase.generate))


class Both:
    """One configuration for both runtimes."""

    def __init__(self, config: dict[str, Any], scorer: Any) -> None:
        self.topics = [Topic.model_validate(topic) for topic in config["topics"]]
        self.policy = WatchPolicy.model_validate(config.get("watch", {}))
        self.organisation = Organisation.model_validate(config.get("organisation", {}))
        self.pipeline = Pipeline(self.topics, scorer, ("fi", "sv", "en"))
        self.budgets = [TopicBudget(one.name, one.budget or self.policy.budget) for one in self.topics]

    def embedded(self, mentions: list[Mention]) -> SqliteStore:
        store = SqliteStore(":memory:")
        station = Station(
            store, self.pipeline, Engine(self.budgets, self.policy), self._desk(store), self.organisation,
            recorded=True,
        )  # fmt: skip
        for mention in mentions:
            station.accept(FeedBatch(feed="scenario", mentions=[mention]), mention.event_at)
            station.work(mention.event_at)
        end = max(m.event_at for m in mentions)
        for minute in range(int(AFTERWARDS.total_seconds()) // 60):
            station.idle(end + minutes(minute + 1))  # as the service does each second
        return store

    def kafka(self, mentions: list[Mention], way: Way) -> SqliteStore:
        twin = Twin(self.budgets, self.policy, self.pipeline, way)
        twin.run(mentions, self.organisation)
        store = SqliteStore(":memory:")
        twin.alert(store, self._desk(store))
        return store

    def _desk(self, store: SqliteStore) -> Desk:
        return Desk(store, IncidentPolicy(), self.organisation, [], lambda: None)


def both_for(scenario: Scenario, mentions: list[Mention]) -> Both:
    config = scenario.config
    if isinstance(config, str):
        config = yaml.safe_load(scenario.beside(config).read_text(encoding="utf-8"))
    return Both(config, scorer_for(mentions))


def told(store: SqliteStore) -> list[dict[str, Any]]:
    """Incidents as they stand. When an overdue answer is noticed hangs on when somebody looks."""
    looked = {"overdue_paged_at", "last_page_at"}
    return sorted(
        (i.model_dump(mode="json", exclude=looked) for i in store.incidents()), key=lambda i: i["id"]
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_ends_in_the_same_incidents(path: Path) -> None:
    scenario = load(path)
    mentions = mentions_of(scenario)
    both = both_for(scenario, mentions)
    embedded = told(both.embedded(mentions))
    assert told(both.kafka(mentions, Way(seed=1))) == embedded
    assert told(both.kafka(mentions, Way(seed=2, crashes=0.01))) == embedded


class AsGiven:
    """A pipeline that knows what was found in each mention, as `tests.storms` makes them."""

    def __init__(self, arrivals: list[Arrival]) -> None:
        self._scored = {(a.mention.id, a.mention.version): a.scored for a in arrivals}

    def judged(self, mentions: list[Mention]) -> dict[int, ScoredMention]:
        found = [self._scored[m.id, m.version] for m in mentions]
        return {place: scored for place, scored in enumerate(found) if scored is not None}


plans = st.builds(
    Plan,
    seed=st.integers(0, 10_000),
    quiet_hours=st.integers(2, 40),
    storm=st.integers(60, 120),
    second_wave=st.sampled_from((0, 90)),
    copies=st.sampled_from((0.0, 0.3)),
    edits=st.sampled_from((0.0, 0.1)),
    unknown_authors=st.sampled_from((0.0, 0.2)),
)


@pytest.mark.slow
@STEADY
@given(plans, st.integers(1, 5), st.integers(0, 10_000), st.sampled_from(((0.0, 60), (0.05, 6))))
def test_a_storm_is_decided_the_same_to_the_byte(
    plan: Plan, partitions: int, seed: int, trouble: tuple[float, int]
) -> None:
    """However the streams are cut and interleaved, and whatever stage dies in between."""
    assert not differing(plan, Way(partitions, seed, *trouble))


def test_one_storm_is_decided_the_same_to_the_byte() -> None:
    """The same for one plan, quickly."""
    assert not differing(Plan(quiet_hours=4, storm=60), Way(seed=1, crashes=0.08, chunk=6))


def test_findings_begin_and_end_at_the_same_places_however_much_is_decided_at_once() -> None:
    """A worker that catches up after a crash must number them as the one before it did."""
    arrivals = stream(Plan(quiet_hours=4, storm=60))
    pipeline: Any = AsGiven(arrivals)
    twin = Twin([TopicBudget(name) for name in TOPICS], WatchPolicy(), pipeline, Way(partitions=1))
    twin.ingest([arrival.mention for arrival in arrivals])
    twin.score(Organisation())
    one_by_one = twin.findings(0, every=1)
    assert len(one_by_one) > 100
    assert twin.findings(0, every=7) == one_by_one
    assert twin.findings(0, every=1_000_000) == one_by_one


def differing(plan: Plan, way: Way) -> list[tuple[str, str]]:
    arrivals = stream(plan)
    expected = sorted(written(run(engine(), arrivals)))
    pipeline: Any = AsGiven(arrivals)
    twin = Twin([TopicBudget(name) for name in TOPICS], WatchPolicy(), pipeline, way)
    twin.run([arrival.mention for arrival in arrivals])
    return differences(expected, twin.decided())
