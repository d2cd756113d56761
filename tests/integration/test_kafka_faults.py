"""The kill matrix in short: ten kills of workers and brokers, and nothing is lost or comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.fleet import Sink
from tests.faults.load import mentions
from tests.faults.reference import expected
from tests.faults.trial import Plan, configured, run, settings_of
from tests.kafka_broker import Cluster

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow, pytest.mark.timeout(1500)]
FAULTS = (
    "kill -9 of a score worker",
    "kill -9 of the coordinator's broker",
    "kill -9 of a watch worker",
    "kill -9 of both workers of a stage",
    "kill -9 of an alert worker",
    "kill -9 of a partition leader",
    "kill -9 of an ingest worker",
    "kill -9 of a watch worker",
    "kill -9 of an alert worker",
)


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A receiver that counts pages."""
    made = Sink()
    yield made
    made.close()


def test_ten_kills_lose_nothing_and_page_nobody_twice(
    kafka_cluster: Cluster, postgres: str, sink: Sink, tmp_path: Path
) -> None:
    """0 mentions lost, 0 escalations missing or phantom, 0 duplicate pages, state equal key by key."""
    config = configured(tmp_path, kafka_cluster.bootstrap, "t.", postgres, sink.url)
    load = mentions(2_000)
    want = expected(settings_of(config), load, tmp_path)
    assert len(want.escalations) > 50
    assert len(want.pages) > 20
    outcome = run(Plan(load, FAULTS, per_second=50, gap_seconds=2), config, kafka_cluster, want, sink)
    assert sum(outcome.kills.values()) >= 10
    assert outcome.verdict.told() == {
        "lost": 0, "missing": 0, "phantom": 0, "pages missing": 0, "pages double": 0,
        "repeats of a page by id": outcome.verdict.repeats,
    }  # fmt: skip
