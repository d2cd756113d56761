"""The webhook receiver: signed CloudEvents, public addresses only."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from datetime import timedelta, timezone
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from alerts.incidents import State
from alerts.notifiers.addresses import is_public
from alerts.notifiers.event import MAX_BYTES, OURS
from alerts.notifiers.signature import signed_headers, signing_key
from alerts.notifiers.webhook import WebhookNotifier, WebhookSettings, render
from streams.clock import ManualClock, SystemClock
from streams.errors import DeliveryFailed
from tests.build import AT, evidence, incident, notice

SECRET = "whsec_" + base64.b64encode(b"the first key, 32 bytes long ...").decode()
OTHER = "whsec_" + base64.b64encode(b"another key, of 32 bytes as well").decode()
URL = "https://hooks.example/in?token=hidden"

Handler = Callable[[httpx.Request], httpx.Response]


def settings(**fields: Any) -> WebhookSettings:
    return WebhookSettings.model_validate({"name": "muut", "url": URL, "secret": SECRET, **fields})


def ok(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(204)


async def lookup_public(_host: str, _port: int) -> list[str]:
    return ["93.184.215.14"]


async def sent(
    handler: Handler = ok, lookup: Any = lookup_public, clock: Any = None, **fields: Any
) -> httpx.Request:
    """The one request that a notice caused."""
    seen: list[httpx.Request] = []

    def keep(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return handler(request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(keep), follow_redirects=True) as client:
        notifier = WebhookNotifier(settings(**fields), client, clock or SystemClock(), lookup)
        await notifier.send(notice())
        await notifier.close()
    (request,) = seen
    return request


async def test_the_body_is_a_structured_cloud_event() -> None:
    request = await sent()
    event = json.loads(request.content)
    assert request.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert {key: event[key] for key in event if key != "data"} == {
        "specversion": "1.0",
        "id": "inc-1:page:1",
        "source": "urn:palovahti",
        "type": "palovahti.incident.opened",
        "subject": "inc-1",
        "time": "2026-03-10T12:00:00Z",
        "datacontenttype": "application/json",
        "dataschema": "urn:palovahti:schema:notice:1",
        "partitionkey": "inc-1",
    }
    assert event["data"]["incident"]["evidence"]["negative_last_hour"] == 48.0
    assert event["data"]["lines"] == list(notice().lines)


@pytest.mark.parametrize(
    ("kind", "reason", "expected"),
    [
        ("page", "opened", "palovahti.incident.opened"),
        ("page", "severity_rose", "palovahti.incident.raised"),
        ("page", "reopened", "palovahti.incident.reopened"),
        ("page", "answer_overdue", "palovahti.incident.overdue"),
        ("page", "delivery_failed", "palovahti.delivery.failed"),
        ("update", "delivery_failed", "palovahti.delivery.failed"),
        ("update", "changed", "palovahti.incident.updated"),
        ("acknowledged", "changed", "palovahti.incident.acknowledged"),
        ("resolved", "resolved", "palovahti.incident.resolved"),
        ("test", "test", "palovahti.incident.test"),
    ],
)
def test_event_types_are_stable(kind: str, reason: str, expected: str) -> None:
    assert json.loads(render(notice(kind=kind, reason=reason), "urn:x"))["type"] == expected


@pytest.mark.parametrize("key", [SECRET, OTHER])
async def test_each_key_of_a_rotation_verifies_with_an_independent_library(key: str) -> None:
    request = await sent(other_secrets=[OTHER])
    Webhook(key).verify(request.content, dict(request.headers))


async def test_a_changed_body_or_a_foreign_key_does_not_verify() -> None:
    request = await sent()
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.content + b" ", dict(request.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(request.content, dict(request.headers))


async def test_a_second_attempt_has_the_same_id_and_its_own_time() -> None:
    clock = ManualClock(AT)
    first = await sent(clock=clock)
    clock.advance(timedelta(minutes=5))
    second = await sent(clock=clock)
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == "inc-1:page:1"
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 300
    assert first.content == second.content


def test_the_time_zone_of_the_clock_does_not_matter() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=9)))
    key = [signing_key(SECRET)]
    assert signed_headers("m", AT, b"{}", key) == signed_headers("m", elsewhere, b"{}", key)


PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "192.168.1.1",
    "172.16.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "100.64.0.1",
    "224.0.0.1",
    "::1",
    "fe80::1%eth0",
    "fd00::1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "rubbish",
]


@pytest.mark.parametrize("address", PRIVATE)
async def test_an_address_that_is_not_public_is_refused_for_good(address: str) -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        return ["93.184.215.14", address]

    with pytest.raises(DeliveryFailed, match="allow_private") as caught:
        await sent(lookup=lookup)
    assert caught.value.permanent


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"]
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


async def test_the_request_goes_to_the_very_address_that_was_checked() -> None:
    request = await sent()
    assert request.url.host == "93.184.215.14"
    assert request.headers["host"] == "hooks.example"
    assert request.extensions["sni_hostname"] == "hooks.example"
    assert request.headers["connection"] == "close"
    assert request.url.params["token"] == "hidden"


async def test_a_private_address_is_reached_when_the_operator_says_so() -> None:
    request = await sent(url="http://127.0.0.1:9/x", allow_private=True)
    assert request.url == "http://127.0.0.1:9/x"


async def test_a_name_that_does_not_resolve_is_tried_again() -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(DeliveryFailed) as caught:
        await sent(lookup=lookup)
    assert not caught.value.permanent


async def test_a_redirect_is_not_followed() -> None:
    def away(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"Location": "http://169.254.169.254/"})

    with pytest.raises(DeliveryFailed, match="answer 302") as caught:
        await sent(away)
    assert caught.value.permanent


async def test_a_lost_connection_is_tried_again_and_the_error_names_no_address() -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError(f"lost {request.url}")

    with pytest.raises(DeliveryFailed) as caught:
        await sent(broken)
    assert str(caught.value) == "no answer (ReadError)"
    assert not caught.value.permanent


async def test_an_answer_without_end_is_not_read() -> None:
    async def endless() -> Any:
        while True:
            await asyncio.sleep(0)
            yield b"x" * 1000

    await sent(lambda _request: httpx.Response(200, content=endless()))


def test_secrets_show_neither_in_repr_nor_in_mistakes() -> None:
    shown = repr(settings(other_secrets=[OTHER])) + str(settings().model_dump())
    with pytest.raises(ValidationError) as caught:
        settings(url="ftp://user:hidden@x/", secret="whsec_hidden", min_severity="hidden")
    shown += str(caught.value) + repr(caught.value)
    assert "hidden" not in shown
    assert SECRET[6:] not in shown
    assert OTHER[6:] not in shown


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "http://hooks.example/"},
        {"url": "https://localhost/"},
        {"url": "https://10.0.0.1/"},
        {"url": "https://[::1]/"},
        {"url": "https://user:pass@hooks.example/"},
        {"url": "hooks.example/x"},
        {"url": "https://"},
        {"secret": "plain text"},
        {"secret": "whsec_" + base64.b64encode(b"short").decode()},
        {"other_secrets": ["whsec_%%%"]},
        {"min_severity": 6},
        {"language": "de"},
        {"unknown": 1},
    ],
)
def test_a_mistake_in_the_settings_is_found_at_the_start(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**fields)


def test_any_notice_fits_and_keeps_its_facts() -> None:
    huge = evidence(
        largest_thread="x" * 2_000_000,
        channels={f"{at}" * 200: at for at in range(3000)},
        top_words=["\x00" * 100_000] * 50,
    )
    body = render(notice(incident=incident(evidence=huge, severity=5), lines=["ä" * 100_000] * 5), "urn:x")
    event = json.loads(body)
    assert len(body) <= MAX_BYTES
    assert event["data"]["incident"]["severity"] == 5
    assert event["data"]["incident"]["evidence"]["people_last_hour"] == 41
    assert set(event["data"]["incident"]) == set(incident().model_dump()) - OURS


def test_lone_surrogates_are_replaced() -> None:
    body = render(notice(lines=("a\ud800b",), incident=incident(topic="\udfff", state=State.OPEN)), "urn:x")
    assert json.loads(body.decode("utf-8"))["data"]["lines"] == ["a?b"]
