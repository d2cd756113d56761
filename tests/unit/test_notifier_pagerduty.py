"""The PagerDuty receiver: Events API v2."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from alerts.incidents import dedup_key
from alerts.notifiers.pagerduty import MAX_BYTES, PagerDutyNotifier, PagerDutySettings, encode, render
from streams.clock import ManualClock
from streams.errors import DeliveryFailed
from tests.build import AT, incident, notice, suggestion

KEY = "0123456789abcdef0123456789ABCDEF"


def settings(**fields: Any) -> PagerDutySettings:
    return PagerDutySettings.model_validate({"name": "päivystys", "routing_key": KEY, **fields})


async def posted(status: int = 202, url: str | None = None, **fields: Any) -> list[httpx.Request]:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(status, json={"status": "success"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        notifier = PagerDutyNotifier(settings(**({"url": url} if url else {})), client, ManualClock(AT))
        await notifier.send(notice(**fields))
        await notifier.close()
    return seen


async def test_a_page_triggers_an_alert_with_all_a_tired_person_needs() -> None:
    (request,) = await posted(incident=incident(suggestion=suggestion()))
    event = json.loads(request.content)
    details = event["payload"].pop("custom_details")
    assert event == {
        "routing_key": KEY,
        "event_action": "trigger",
        "dedup_key": "palovahti-inc-1",
        "client": "Palovahti",
        "client_url": "https://vahti.example/incidents/inc-1",
        "links": [{"href": "https://vahti.example/incidents/inc-1", "text": "Posti"}],
        "payload": {
            "summary": "Posti: kielteisten viestien määrä karkaa (vakavuus 3/5)",
            "source": "palovahti",
            "severity": "error",
            "timestamp": "2026-03-10T12:00:00+00:00",
            "component": "Posti",
            "group": "inc-1",
            "class": "opened",
        },
    }
    assert details["page"] == list(notice().lines)
    assert details["suggestion"]["text"] == suggestion().text
    assert request.url == "https://events.pagerduty.com/v2/enqueue"


@pytest.mark.parametrize(
    ("ours", "theirs"), [(1, "info"), (2, "warning"), (3, "error"), (4, "critical"), (5, "critical")]
)
def test_severities_map_to_theirs(ours: int, theirs: str) -> None:
    (event,) = render(notice(incident=incident(severity=ours)))
    assert event["payload"]["severity"] == theirs


@pytest.mark.parametrize(("kind", "action"), [("acknowledged", "acknowledge"), ("resolved", "resolve")])
def test_what_people_do_follows_under_the_same_key(kind: str, action: str) -> None:
    (event,) = render(notice(kind=kind, reason="changed"))
    assert event == {"event_action": action, "dedup_key": dedup_key("inc-1")}


def test_a_further_page_wakes_again_and_one_resolution_ends_them_all() -> None:
    keys = [render(notice(incident=incident(pages=pages)))[0]["dedup_key"] for pages in (1, 2, 3)]
    over = render(notice(kind="resolved", reason="resolved", incident=incident(pages=3)))
    assert len(set(keys)) == 3
    assert [event["dedup_key"] for event in over] == keys


def test_an_incident_that_never_paged_is_still_resolved_under_its_key() -> None:
    (event,) = render(notice(kind="resolved", reason="resolved", incident=incident(pages=0)))
    assert event["dedup_key"] == dedup_key("inc-1")


def test_an_update_is_not_sent_because_it_might_open_an_alert_again() -> None:
    assert render(notice(kind="update", reason="changed")) == ()


def test_a_test_page_has_a_key_of_its_own() -> None:
    (event,) = render(notice(kind="test", reason="test"))
    assert event["event_action"] == "trigger"
    assert event["dedup_key"] != dedup_key("inc-1")


def test_texts_are_one_line_plain_and_short_enough() -> None:
    (event,) = render(notice(lines=("\x1b[31mää\nä" + "ö" * 5000,)))
    assert len(event["payload"]["summary"]) == 1024
    assert "\x1b" not in event["payload"]["summary"]
    assert "\n" not in event["payload"]["summary"]


def test_an_oversized_event_loses_its_details_not_its_page() -> None:
    (event,) = render(notice(incident=incident(suggestion=suggestion(text="ä" * 600_000))))
    body = encode({"routing_key": KEY, **event})
    assert len(body) <= MAX_BYTES
    assert json.loads(body)["payload"]["summary"] == notice().lines[0]


async def test_the_address_is_a_setting_for_the_eu() -> None:
    (request,) = await posted(url="https://events.eu.pagerduty.com/v2/enqueue")
    assert request.url.host == "events.eu.pagerduty.com"


async def test_throttling_is_temporary_and_a_bad_request_is_not() -> None:
    with pytest.raises(DeliveryFailed) as throttled:
        await posted(429)
    with pytest.raises(DeliveryFailed) as refused:
        await posted(400)
    assert not throttled.value.permanent
    assert refused.value.permanent


def test_the_key_shows_neither_in_repr_nor_in_mistakes() -> None:
    assert KEY not in repr(settings())
    with pytest.raises(ValidationError) as caught:
        settings(routing_key="hidden-key")
    assert "hidden" not in repr(caught.value)
