"""A broker with TLS and passwords: who has them works with it, who has not is told what is missing."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from agents.cli.app import main
from agents.match import Topic
from agents.runtimes.kafka.apps import Work, credentials
from agents.runtimes.kafka.worker import STAGES, Worker
from agents.settings import Settings
from alerts.store.sqlite import SqliteStore
from alerts.web.settings import WebSettings
from streams.codec import encode
from streams.errors import BadConfiguration
from streams.feeds.jsonl import JsonlFeed, JsonlFeedSettings
from streams.kafka.creating import check, create_streams
from streams.kafka.offsets import lags, spans
from streams.kafka.reading import read
from streams.kafka.settings import KafkaSettings
from streams.names import ESCALATIONS, STREAMS
from tests.conftest import require
from tests.integration.test_kafka_worker import storm
from tests.kafka_broker import Cluster

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(600)]
NO_CERTIFICATE = {"tls_certificate_file": None, "tls_key_file": None}
WRONG = "salasana-joka-ei-kelpaa"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A broker with an authority, certificates and a user of its own."""
    require("kafka")
    with Cluster.started(1, "--secure") as running:
        yield running


def by_password(cluster: Cluster, prefix: str, **changed: object) -> KafkaSettings:
    """SASL over TLS."""
    secrets = cluster.folder / "secrets"
    told: dict[str, object] = {
        "bootstrap": (cluster.address("SASL"),), "prefix": prefix, "partitions": 2, "security": "sasl_tls",
        "tls_ca_file": secrets / "ca.pem", "sasl_mechanism": "SCRAM-SHA-512", "sasl_username": "palovahti",
        "sasl_password": (secrets / "password").read_text(),
    }  # fmt: skip
    return KafkaSettings.model_validate(told | changed)


def by_certificate(cluster: Cluster, prefix: str, **changed: object) -> KafkaSettings:
    """TLS, and a certificate of ours."""
    secrets = cluster.folder / "secrets"
    told: dict[str, object] = {
        "bootstrap": (cluster.address("TLS"),), "prefix": prefix, "partitions": 2, "security": "tls",
        "tls_ca_file": secrets / "ca.pem", "tls_certificate_file": secrets / "client.pem",
        "tls_key_file": secrets / "client.key",
    }  # fmt: skip
    return KafkaSettings.model_validate(told | changed)


def escalated(kafka: KafkaSettings) -> set[str]:
    """What kinds of escalations the stream holds."""
    records = read(kafka, ESCALATIONS, spans(kafka, ESCALATIONS))
    return {json.loads(raw.value)["data"]["kind"] for raw in records if raw.value}


@pytest.mark.parametrize("settings_by", [by_password, by_certificate])
async def test_a_worker_reads_and_writes_through_it_and_no_secret_shows(
    cluster: Cluster, settings_by: type, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """From a feed to an escalation on the stream, by all four stages; its lag can be asked."""
    caplog.set_level(logging.INFO)
    kafka: KafkaSettings = settings_by(cluster, f"{settings_by.__name__}.")
    create_streams(kafka)
    file = tmp_path / "storm.jsonl"
    file.write_bytes(b"".join(encode(each) + b"\n" for each in storm()))
    settings = Settings(
        topics=(Topic(name="Posti", terms=("Posti",)),), kafka=kafka, web=WebSettings(port=0), receivers=()
    )
    store = SqliteStore(":memory:")
    feed = JsonlFeed(JsonlFeedSettings(name="storm", path=file))
    worker = Worker(settings, STAGES, Work(tmp_path / "w"), store=store, feeds=[feed], recorded=True)
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    while not running.done() and "resolved" not in await asyncio.to_thread(escalated, kafka):  # noqa: ASYNC110 it is not bent for the test
        await asyncio.sleep(0.2)
    stop.set()
    await running
    assert [(one.topic, one.state) for one in store.incidents()] == [("Posti", "resolved")]
    groups = {f"{kafka.prefix}{stage}" for stage in ("score", "watch", "alert")}
    assert {lag.group for lag in lags(kafka)} >= groups
    secret = (cluster.folder / "secrets" / "password").read_text()
    shown = [
        caplog.text,
        repr(settings),
        str(kafka),
        repr(credentials(kafka)),
        *map(repr, worker.apps.values()),
    ]
    assert [each for each in shown if secret in each] == []


@pytest.mark.parametrize("settings_by", [by_password, by_certificate])
def test_the_commands_work_through_it(
    cluster: Cluster, settings_by: type, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kafka: KafkaSettings = settings_by(cluster, f"cli-{settings_by.__name__}.")
    config = tmp_path / "palovahti.yaml"
    told = {name: _plain(value) for name, value in kafka if value is not None}
    if "sasl_password" in told:
        told["sasl_password"] = {"file": str(cluster.folder / "secrets" / "password")}
    config.write_text(yaml.safe_dump({"topics": [{"name": "Posti", "terms": ["Posti"]}], "kafka": told}))
    for words in (["create"], ["check", "--json"], ["lag"], ["tail", "mentions"]):
        assert main(["streams", *words, "--config", str(config)]) == 0, capfd.readouterr()
    assert len([line for line in capfd.readouterr().out.splitlines() if line.startswith("{")]) == len(STREAMS)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value


@pytest.mark.parametrize(
    ("settings_by", "changed", "told"),
    [
        (
            by_password,
            {"sasl_password": WRONG},
            r"not let palovahti in by SCRAM-SHA-512; are .*sasl_password",
        ),
        (by_password, {"security": "plaintext"}, r"speaks TLS; set security to tls or sasl_tls"),
        (by_password, {"tls_ca_file": None}, r"is not trusted .*; give its authority as tls_ca_file"),
        (by_certificate, NO_CERTIFICATE, r"give tls_certificate_file and tls_key_file that it trusts"),
    ],
)
def test_who_lacks_something_is_refused_and_told_what(
    cluster: Cluster, settings_by: type, changed: dict[str, object], told: str
) -> None:
    with pytest.raises(ConnectionError, match=told) as refused:
        check(settings_by(cluster, "x.", **changed))
    assert WRONG not in str(refused.value)


def test_a_file_that_is_not_there_is_named(cluster: Cluster, tmp_path: Path) -> None:
    missing = tmp_path / "ca.pem"
    with pytest.raises(BadConfiguration, match=r"tls_ca_file .*ca\.pem cannot be used .*give a PEM file"):
        check(by_password(cluster, "x.", tls_ca_file=missing))
