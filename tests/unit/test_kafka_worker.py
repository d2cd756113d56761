"""A worker among faults, without a broker: what ends it, and what does not."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import NodeNotReadyError, TopicAuthorizationFailedError

from agents.match import Topic
from agents.runtimes.kafka.apps import Work
from agents.runtimes.kafka.declaring import PatientTransport
from agents.runtimes.kafka.worker import Worker
from agents.settings import Settings
from streams.kafka.settings import KafkaSettings


@pytest.fixture
async def worker(tmp_path: Path) -> Worker:
    """One that scores, as it is while it works."""
    settings = Settings(topics=(Topic(name="Posti", terms=("Posti",)),), kafka=KafkaSettings(), receivers=())
    made = Worker(settings, ("score",), Work(tmp_path))
    made._failed = asyncio.get_running_loop().create_future()
    return made


async def test_a_service_of_faust_that_crashed_ends_the_worker(worker: Worker) -> None:
    """Faust notes it and lives on, reading nothing; then nobody would start us again."""
    worker._notice_crashes()
    assert worker._failed is not None
    assert not worker._failed.done()
    worker.apps["score"]._crash(OSError("no space left"))
    worker._notice_crashes()
    assert str(worker._failed.exception()) == "no space left"
    assert not worker.is_ready()


async def test_what_fails_on_the_way_out_is_no_failure(worker: Worker) -> None:
    """Agents still send when their producer is gone already."""
    assert worker._failed is not None
    await worker._stop(worker.apps["score"])
    worker.fail(RuntimeError("Producer service not yet started"))
    assert not worker._failed.done()


class Client:
    """A client, and the service that it belongs to; nobody waits."""

    should_stop = False

    async def sleep(self, _seconds: float) -> None:
        """At once."""

    async def force_metadata_update(self) -> None:
        """Nothing to learn."""


class Broker(PatientTransport):
    """Answers a request for a topic with each of `errors`, then makes it."""

    errors: list[Exception]
    asked = 0

    async def _really_create_topic(self, *_args: Any, **_kwargs: Any) -> None:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)


def broker(worker: Worker, *errors: Exception) -> Broker:
    app = worker.apps["score"]
    made = Broker(app.conf.broker_consumer, app)
    made.errors = list(errors)
    return made


async def test_a_broker_that_died_when_a_changelog_was_asked_for_is_asked_again(worker: Worker) -> None:
    asked = broker(worker, NodeNotReadyError("node 2"), RuntimeError("Invalid controller: 2"))
    await asked._create_topic(Client(), Client(), "t", 1, 1)
    assert asked.asked == 3


async def test_a_topic_that_may_not_be_made_is_told_at_once(worker: Worker) -> None:
    asked = broker(worker, TopicAuthorizationFailedError("t"))
    with pytest.raises(TopicAuthorizationFailedError):
        await asked._create_topic(Client(), Client(), "t", 1, 1)
    assert asked.asked == 1
