"""`palovahti run` on PostgreSQL: the same service, also while the server goes away and comes back."""

from __future__ import annotations

import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agents.cli.exits import Exit
from agents.demo import SCENARIO
from agents.scenario import load
from agents.scenario_input import mentions_of
from agents.sentiment.loading import load_scorer
from alerts.incidents import Incident
from alerts.store.postgres import PostgresStore
from alerts.store.sqlite import SqliteStore
from alerts.store.store import Store
from tests.conftest import require
from tests.postgres import Server
from tests.recordings import line, storm, text_of
from tests.scenarios.test_scenarios import played
from tests.service import CONFIG, Receiver, Service, eventually

pytestmark = pytest.mark.postgres
ACKNOWLEDGE = {"kind": "acknowledge", "by": "maija"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that may be stopped; whoever stops it starts it again."""
    with Server.started(require("postgres")) as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Takes what the service sends."""
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def service(server: Server, tmp_path: Path, receiver: Receiver) -> Iterator[Service]:
    """A service on a database of its own, started by the test."""
    made = Service(tmp_path, receiver, f"{CONFIG}store: {{{{url: '{server.new_database()}'}}}}\n")
    yield made
    made.close()


def now() -> datetime:
    return datetime.now(UTC)


def status(service: Service, path: str) -> int:
    """Of an answer."""
    try:
        with urllib.request.urlopen(service.address + path, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


def paged(service: Service, receiver: Receiver) -> str:
    """Let a storm come that pages; the incident."""
    service.append("a.jsonl", text_of(storm(now() - timedelta(minutes=30), count=80, minutes=29.9)))
    eventually(lambda: "page" in receiver.kinds, what=service.why)
    return str(service.incidents()[0]["id"])


def test_while_the_server_is_away_all_is_told_and_afterwards_all_goes_on(
    server: Server, service: Service, receiver: Receiver
) -> None:
    service.start()
    incident = paged(service, receiver)
    server.stop()
    try:
        eventually(lambda: status(service, "readyz") == 503, what=service.why)
        assert service.metric("palovahti_store_reachable") == 0
        assert status(service, "livez") == 200
        assert status(service, f"incidents/{incident}") == 503
        assert service.post(f"api/v1/incidents/{incident}/actions", ACKNOWLEDGE) == 503
        assert service.post_signed(line(1, now())) == 503
        service.append("a.jsonl", text_of([line(2, now())]))
    finally:
        server.start()
    eventually(lambda: status(service, "readyz") == 200, what=service.why)
    assert service.post_signed([line(1, now()), line(3, now())]) == 200
    assert service.post(f"api/v1/incidents/{incident}/actions", ACKNOWLEDGE) == 200
    eventually(lambda: "acknowledged" in receiver.kinds, what=service.why)
    eventually(lambda: service.metric("palovahti_mentions_matched_total", feed="koukku") == 2)
    eventually(lambda: service.metric("palovahti_mentions_matched_total", feed="arkisto") == 81)
    eventually(lambda: receiver.kinds.count("page") == service.incidents()[0]["pages"], what=service.why)
    assert len(service.incidents()) == 1
    assert service.metric("palovahti_store_reachable") == 1
    assert service.end() == Exit.DONE
    assert service.why().count("ERROR store_unreachable") == service.why().count("INFO store_reachable") == 1


def test_killed_and_started_again_it_goes_on_where_it_was(service: Service, receiver: Receiver) -> None:
    service.start()
    incident = paged(service, receiver)
    assert service.end(signal.SIGKILL) == -signal.SIGKILL
    service.start()
    assert [one["id"] for one in service.incidents()] == [incident]
    assert service.post_signed(line(1, now())) == 200
    eventually(lambda: service.metric("palovahti_mentions_matched_total", feed="koukku") == 1)
    assert service.metric("palovahti_mentions_in_total", feed="arkisto") == 0  # its cursor stands at the end
    assert service.end() == Exit.DONE
    again = [event["id"] for event in receiver.events]
    assert len(again) == len(set(again))


def test_commands_look_and_act_on_it_and_a_second_service_is_refused(
    service: Service, receiver: Receiver
) -> None:
    service.start()
    incident = paged(service, receiver)
    assert service.command("incidents", "ack", incident, "--by", "maija")[0] == Exit.DONE
    assert service.incidents()[0]["acknowledged_by"] == "maija"
    code, said = service.command("run")
    assert (code, said) == (Exit.INPUT, "")


def test_a_server_that_cannot_be_reached_stops_the_start(tmp_path: Path, receiver: Receiver) -> None:
    (tmp_path / "url").write_text("postgresql://palovahti:salainen@127.0.0.1:1/palovahti")
    service = Service(tmp_path, receiver, f"{CONFIG}store: {{{{url: {{{{file: url}}}}}}}}\n")
    code, said = service.command("run")
    assert code == Exit.INPUT
    assert "salainen" not in said


@pytest.mark.slow
def test_the_demo_brings_the_same_incidents_on_both_stores(postgres: str) -> None:
    scenario = load(SCENARIO)
    mentions = mentions_of(scenario)
    stores: list[Store] = [SqliteStore(":memory:"), PostgresStore(postgres)]
    found: list[list[Incident]] = []
    for store in stores:
        assert played(scenario, mentions, load_scorer(), store) == []
        found.append(store.incidents())
        store.close()
    assert len(found[0]) == 3
    assert found[0] == found[1]
