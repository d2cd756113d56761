"""PagerDuty, Events API v2: pages open alerts, acknowledgement and resolution follow them.

PagerDuty wakes nobody for a second trigger of an open alert, so each further page of an incident (severity
rose, answer overdue) opens an alert of its own; `resolved` and `acknowledged` speak to all of them.
Updates are not sent: after somebody resolved the alert there, one would open it again.
"""

from __future__ import annotations

import json
from typing import Any, Final, Literal

import httpx
from pydantic import Field, SecretStr, field_validator

from alerts.incidents import Incident, Notice, dedup_key
from alerts.notifiers.http import post
from alerts.notifiers.plain import plain
from alerts.notifiers.settings import ReceiverSettings
from streams.clock import Clock
from streams.cloudevents import well_formed

EVENTS_URL: Final = "https://events.pagerduty.com/v2/enqueue"
MAX_BYTES: Final = 512_000
MAX_SUMMARY: Final = 1024
SEVERITIES: Final = {1: "info", 2: "warning", 3: "error", 4: "critical", 5: "critical"}

Event = dict[str, Any]


class PagerDutySettings(ReceiverSettings):
    """A `type: pagerduty` receiver; for accounts in the EU set `url` to events.eu.pagerduty.com."""

    type: Literal["pagerduty"] = "pagerduty"
    routing_key: SecretStr = Field(description="integration key of an Events API v2 integration")
    url: str = Field(default=EVENTS_URL, pattern=r"^https?://[^\s@]+$")

    @field_validator("routing_key")
    @classmethod
    def _looks_like_a_key(cls, value: SecretStr) -> SecretStr:
        key = value.get_secret_value()
        if not (key.isascii() and key.isalnum() and len(key) == 32):
            raise ValueError(
                "not an integration key: it has 32 letters and digits, see the service's Integrations"
            )
        return value


class PagerDutyNotifier:
    """Sends each page, acknowledgement and resolution as events under the incident's dedup_key."""

    def __init__(self, settings: PagerDutySettings, client: httpx.AsyncClient, clock: Clock) -> None:
        self.name = settings.name
        self._settings = settings
        self._client = client
        self._clock = clock

    async def send(self, notice: Notice) -> None:
        """Post the notice's events in turn, or raise `DeliveryFailed`; all may be posted again."""
        key = self._settings.routing_key.get_secret_value()
        for event in render(notice):
            body = encode({"routing_key": key, **event})
            headers = {"Content-Type": "application/json"}
            await post(self._client, self._settings.url, body, headers, now=self._clock.now())

    async def close(self) -> None:
        """The client belongs to the caller."""


def render(notice: Notice) -> tuple[Event, ...]:
    """The events of a notice, without routing key; none for an update."""
    if notice.kind == "page":
        return (_trigger(notice, _page_key(notice.incident, notice.incident.pages)),)
    if notice.kind == "test":
        return (_trigger(notice, f"{dedup_key(notice.incident.id)}-test"),)
    action = {"acknowledged": "acknowledge", "resolved": "resolve"}.get(notice.kind)
    if action is None:
        return ()
    return tuple({"event_action": action, "dedup_key": key} for key in _open_keys(notice.incident))


def encode(event: Event) -> bytes:
    """The event as JSON of at most `MAX_BYTES`; over it the details go, the page stays."""
    body = _dump(event)
    if len(body) > MAX_BYTES and "payload" in event:
        payload = {key: value for key, value in event["payload"].items() if key != "custom_details"}
        body = _dump({**event, "payload": payload})
    return body


def _dump(event: Event) -> bytes:
    return json.dumps(well_formed(event), ensure_ascii=False, separators=(",", ":")).encode()


def _trigger(notice: Notice, key: str) -> Event:
    incident = notice.incident
    event: Event = {
        "event_action": "trigger",
        "dedup_key": key,
        "client": "Palovahti",
        "payload": {
            "summary": plain(notice.lines[0] if notice.lines else incident.topic, MAX_SUMMARY),
            "source": "palovahti",
            "severity": SEVERITIES[incident.severity],
            "timestamp": notice.at.isoformat(),
            "component": plain(incident.topic, 255),
            "group": incident.id,
            "class": notice.reason,
            "custom_details": _details(notice),
        },
    }
    if notice.link:
        event["client_url"] = notice.link
        event["links"] = [{"href": notice.link, "text": plain(incident.topic, 255)}]
    return event


def _details(notice: Notice) -> dict[str, Any]:
    """What the page shows under its summary: the lines, and the draft to copy."""
    suggestion = notice.incident.suggestion
    details: dict[str, Any] = {
        "page": [plain(line) for line in notice.lines],
        "severity": f"{notice.incident.severity}/5",
        "incident": notice.incident.id,
    }
    if suggestion is not None:
        details["suggestion"] = {
            "action": suggestion.action,
            "channel": suggestion.channel,
            "text": suggestion.text,
            "why": suggestion.why,
            "next_steps": list(suggestion.next_steps),
        }
    return details


def _page_key(incident: Incident, page: int) -> str:
    """The key of an incident's nth page: the first has the incident's own, so that it names the alert."""
    key = dedup_key(incident.id)
    return key if page <= 1 else f"{key}-{page}"


def _open_keys(incident: Incident) -> tuple[str, ...]:
    """Every key under which this incident may have an open alert; PagerDuty ignores those that have none."""
    return tuple(_page_key(incident, page) for page in range(1, max(1, incident.pages) + 1))
