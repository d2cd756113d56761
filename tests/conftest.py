"""What every test may ask for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from streams.kafka.removing import remove_streams
from streams.kafka.settings import KafkaSettings
from tests.kafka_broker import Cluster
from tests.postgres import Server, places

SHARED = Path(__file__).parents[2] / "shared" / "data"
PROGRAMS = {"browser": "chromium", "prometheus": "prometheus", "postgres": "initdb", "kafka": "mvn"}
PACKAGES = {"initdb": "postgresql", "mvn": "maven"}


def require(name: str) -> str:
    """Path of the program behind `name`; without it the test is skipped by name.

    It fails instead where the environment's PALOVAHTI_REQUIRE lists `name`, so that CI never passes
    by skipping.
    """
    path = shutil.which(PROGRAMS[name], path=places())
    if path:
        return path
    package = PACKAGES.get(PROGRAMS[name], PROGRAMS[name])
    message = f"{PROGRAMS[name]} is not installed (Debian: apt-get install {package})"
    if name in os.environ.get("PALOVAHTI_REQUIRE", "").split(","):
        pytest.fail(message)
    pytest.skip(message)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run in several processes, a file stays in one, as do all that need the same server."""
    for item in items:
        servers = (name for name in ("kafka", "postgres") if item.get_closest_marker(name))
        item.add_marker(pytest.mark.xdist_group(next(servers, item.nodeid.partition("::")[0])))


@pytest.fixture
def chromium() -> str:
    """Path of Chromium."""
    return require("browser")


@pytest.fixture
def prometheus() -> str:
    """Path of the Prometheus server."""
    return require("prometheus")


@pytest.fixture
def shared_data() -> Path:
    """The folder of development data beside the project; the test is skipped where it is missing."""
    if not SHARED.is_dir():
        pytest.skip(f"the data folder {SHARED} is not there")
    return SHARED


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL server of our own, for all tests of the session; never stop it."""
    with Server.started(require("postgres")) as server:
        yield server


@pytest.fixture
def postgres(postgres_server: Server) -> str:
    """Address of an empty database."""
    return postgres_server.new_database()


@pytest.fixture(scope="session")
def kafka_broker() -> Iterator[tuple[str, ...]]:
    """Addresses of a broker for all tests of the session: that of PALOVAHTI_BROKER, or one of our own."""
    if given := os.environ.get("PALOVAHTI_BROKER"):
        yield tuple(given.split(","))
        return
    require("kafka")
    with Cluster.started() as running:
        yield running.bootstrap


@pytest.fixture
def kafka(kafka_broker: tuple[str, ...]) -> Iterator[KafkaSettings]:
    """Settings of a broker on which nobody else uses the prefix; no stream is there yet."""
    settings = KafkaSettings(bootstrap=kafka_broker, prefix=f"test-{uuid4().hex[:12]}.", partitions=3)
    yield settings
    remove_streams(settings)


@pytest.fixture
def kafka_cluster() -> Iterator[Cluster]:
    """Three brokers of its own for a test that kills them."""
    require("kafka")
    with Cluster.started(3) as running:
        yield running
