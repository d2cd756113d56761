"""`palovahti run` as a process of its own: feeds, page, receiver, reload, and every way to end it."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agents.cli.exits import Exit
from tests.recordings import line, quiet, storm, text_of
from tests.service import CONFIG, Receiver, Service, eventually

BROKEN = "topics: [{name: Kotikori, temrs: [Kotikori]}]\n"
ANOTHER_TOPIC = CONFIG.replace("feeds:\n", "  - {{name: Lumimylly, terms: [Lumimylly]}}\nfeeds:\n", 1)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Takes what the service sends."""
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def service(tmp_path: Path, receiver: Receiver) -> Iterator[Service]:
    """A service that is started by the test."""
    made = Service(tmp_path, receiver)
    yield made
    made.close()


def now() -> datetime:
    return datetime.now(UTC)


def running_storm() -> str:
    """A storm that began an hour and a half ago, while the service was down, and still goes on."""
    return text_of(storm(now() - timedelta(minutes=90), count=270, minutes=90))


def paged(receiver: Receiver) -> Callable[[], list[str]]:
    return lambda: [kind for kind in receiver.kinds if kind == "page"]


def test_complaints_of_the_last_half_hour_page_and_an_acknowledgement_is_told(
    service: Service, receiver: Receiver
) -> None:
    """Half by signed posts, half by a file that grows."""
    service.start()
    lines = storm(now() - timedelta(minutes=30), count=80, minutes=29.9)
    assert service.post_signed(lines[1::2], secret="someone-elses-secret") == 401
    assert service.post_signed({"mentions": lines[1::2]}) == 200
    assert service.post_signed({"mentions": lines[1::2]}) == 200  # once more: duplicates
    service.append("a.jsonl", text_of(lines[::2]))
    eventually(paged(receiver), what=service.why)
    (incident,) = service.incidents()
    page = receiver.events[0]
    assert page["type"] == "palovahti.incident.opened"
    assert incident["topic"] == "Kotikori"
    assert incident["state"] in ("open", "escalated")
    assert page["data"]["incident"]["id"] == incident["id"]
    assert len(page["data"]["lines"]) == 5
    action = {"kind": "acknowledge", "by": "maija"}
    assert service.post(f"api/v1/incidents/{incident['id']}/actions", action) == 200
    eventually(lambda: "acknowledged" in receiver.kinds, what=service.why)
    after = service.incidents()[0]
    assert after["state"] == "acknowledged"
    assert receiver.kinds.count("page") == after["pages"]
    assert service.get("readyz")["ready"] is True
    eventually(lambda: service.metric("palovahti_mentions_matched_total", feed="arkisto") == 40)
    assert service.metric("palovahti_mentions_in_total", feed="koukku") == 80
    assert service.metric("palovahti_mentions_duplicate_total", feed="koukku") == 40
    assert service.metric("palovahti_mentions_matched_total", feed="koukku") == 40
    assert service.metric("palovahti_pages_total", reason="opened") == 1
    sent = {"receiver": "muut", "outcome": "sent"}
    eventually(lambda: service.metric("palovahti_deliveries_total", **sent) == len(receiver.events))
    assert service.metric("palovahti_time_to_page_seconds_count", receiver="muut") == after["pages"]
    assert service.end() == Exit.DONE


@pytest.mark.slow
def test_what_is_published_now_pages_with_the_next_full_minute(service: Service, receiver: Receiver) -> None:
    service.start()
    begun = now()
    for at in range(30):
        assert service.post_signed(line(at, now())) == 200
    eventually(paged(receiver), seconds=80, what=service.why)
    assert now() - begun < timedelta(seconds=70)
    (incident,) = service.incidents()
    assert (incident["pages"], receiver.kinds.count("page")) == (1, 1)


def test_a_storm_that_runs_on_at_the_start_pages_at_once(service: Service, receiver: Receiver) -> None:
    service.append("a.jsonl", running_storm())
    service.start()
    eventually(paged(receiver), what=service.why)
    assert service.metric("palovahti_pages_total", reason="opened") == 1


def test_killed_and_started_again_nothing_is_lost_and_nobody_is_paged_twice(
    service: Service, receiver: Receiver
) -> None:
    service.append("a.jsonl", running_storm())
    service.start()
    eventually(paged(receiver), what=service.why)
    eventually(lambda: service.metric("palovahti_mentions_matched_total", feed="arkisto") == 270)
    (before,) = service.incidents()
    action = {"kind": "acknowledge", "by": "maija"}
    assert service.post(f"api/v1/incidents/{before['id']}/actions", action) == 200
    eventually(lambda: "acknowledged" in receiver.kinds, what=service.why)
    assert service.post_signed(line(1, now())) == 200
    told = list(receiver.events)
    assert service.end(signal.SIGKILL) == -signal.SIGKILL
    service.start()
    assert service.post_signed([line(1, now()), line(2, now())]) == 200
    eventually(
        lambda: service.metric("palovahti_mentions_matched_total", feed="koukku") >= 1, what=service.why
    )
    assert service.metric("palovahti_mentions_duplicate_total", feed="koukku") == 1
    assert service.metric("palovahti_mentions_in_total", feed="arkisto") == 0  # its cursor stands at the end
    (after,) = service.incidents()
    assert (after["id"], after["state"], after["acknowledged_by"]) == (before["id"], "acknowledged", "maija")
    assert service.end() == Exit.DONE
    again = [event["id"] for event in receiver.events]
    assert len(again) == len(set(again))
    assert [event for event in receiver.events if event not in told and event["data"]["kind"] == "page"] == []


def test_a_first_run_on_old_history_records_its_storm_in_silence(
    service: Service, receiver: Receiver
) -> None:
    """Last month's storm is an incident that nobody is woken for, and teaches what is usual."""
    start = now() - timedelta(days=30)
    lines = (
        quiet(start, 24 * 12)
        + storm(start + timedelta(days=12))
        + quiet(start + timedelta(days=13), 99, 5000)
    )
    service.append("history.jsonl", text_of(lines))
    service.start()
    eventually(service.incidents, what=service.why)
    eventually(lambda: service.metric("palovahti_mentions_matched_total", feed="arkisto") == len(lines))
    eventually(lambda: service.incidents()[0]["state"] == "resolved", what=service.why)
    (incident,) = service.incidents()
    opened = datetime.fromisoformat(incident["opened_at"])
    assert timedelta(0) < opened - (start + timedelta(days=12)) < timedelta(hours=1)
    assert incident["pages"] == 0
    assert service.metric("palovahti_mentions_late_total", feed="arkisto") == 0
    assert service.end() == Exit.DONE
    assert receiver.events == []


def test_a_bad_reload_keeps_the_last_good_configuration_and_a_good_one_takes_over(service: Service) -> None:
    service.start()
    before = service.address
    service.config.write_text(BROKEN)
    service.send(signal.SIGHUP)
    eventually(lambda: "the last good one goes on" in service.why(), what=service.why)
    assert "temrs: unknown key; did you mean terms?" in service.why()
    assert service.metric("palovahti_config_last_reload_successful") == 0
    assert service.address == before
    service.configure(ANOTHER_TOPIC)
    service.send(signal.SIGHUP)
    service.await_address(1)
    assert service.metric("palovahti_config_last_reload_successful") == 1
    assert service.metric("palovahti_topic_unanswered_seconds", topic="Lumimylly") == 0
    service.append("b.jsonl", text_of([line(1, now(), text="Lumimyllyn huolto ei vastaa")]))
    eventually(
        lambda: service.metric("palovahti_mentions_matched_total", feed="arkisto") == 1, what=service.why
    )
    assert service.end() == Exit.DONE


def test_a_reload_to_an_address_that_is_taken_goes_back_to_the_last_good_one(service: Service) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        service.start()
        service.configure(CONFIG, port=taken.getsockname()[1])
        service.send(signal.SIGHUP)
        service.await_address(1)
        assert "cannot listen on 127.0.0.1" in service.why()
        assert service.metric("palovahti_config_last_reload_successful") == 0
        assert service.post_signed(line(1, now())) == 200
    assert service.end() == Exit.DONE


def test_a_second_service_on_the_same_store_is_refused(service: Service, receiver: Receiver) -> None:
    service.start()
    second = Service(service.folder, receiver)
    with pytest.raises(AssertionError, match=r"another palovahti run works on .*stop it first"):
        second.start()
    assert second.wait() == Exit.INPUT
    assert service.get("readyz")["ready"] is True
    assert service.end(signal.SIGINT) == Exit.DONE


def test_the_running_services_configuration_is_checked_and_its_receivers_tried_beside_it(
    service: Service, receiver: Receiver
) -> None:
    service.start()
    assert service.command("check-config", "--json") == (
        Exit.DONE,
        '{"ok": true, "topics": 1, "feeds": 2, "receivers": 1}\n',
    )
    code, told = service.command("test-page", "--json")
    assert (code, json.loads(told)["ok"]) == (Exit.DONE, True)
    assert receiver.kinds == ["test"]
    assert service.incidents() == []
    receiver.status = 410
    assert service.command("test-page", "--json")[0] == Exit.FOUND


def test_a_page_whose_address_is_taken_stops_the_start(service: Service) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        service.configure(CONFIG, port=taken.getsockname()[1])
        with pytest.raises(AssertionError, match="cannot listen on"):
            service.start()
        assert service.wait() == Exit.CONFIGURATION


def test_what_could_not_be_delivered_is_delivered_when_the_receiver_is_back(
    service: Service, receiver: Receiver
) -> None:
    receiver.status = 503
    service.append("a.jsonl", running_storm())
    service.start()
    wanted = {"receiver": "muut", "outcome": "retried"}
    eventually(lambda: service.metric("palovahti_deliveries_total", **wanted) >= 1, what=service.why)
    assert "receiver in trouble receiver=muut" in service.why()
    assert receiver.events == []
    receiver.status = 200
    eventually(paged(receiver), seconds=60, what=service.why)
