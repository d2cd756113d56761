"""A notice as other systems read it: a CloudEvent with a stable type. Pure."""

from __future__ import annotations

import json
from typing import Any, Final, Literal

from pydantic import Field

from alerts.incidents import Notice, NoticeReason
from streams.cloudevents import CloudEvent, well_formed

SCHEMA: Final = "urn:palovahti:schema:notice:1"
MAX_BYTES: Final = 64 * 1024
"""What CloudEvents asks every intermediary to carry."""
OURS: Final = frozenset(
    {"before", "last_escalation", "last_escalation_at", "notices", "page_held", "recent_escalations"}
)
"""Fields of an incident that are the desk's own bookkeeping: nobody outside should build on them."""

EventType = Literal[
    "palovahti.incident.opened",
    "palovahti.incident.raised",
    "palovahti.incident.reopened",
    "palovahti.incident.overdue",
    "palovahti.incident.updated",
    "palovahti.incident.acknowledged",
    "palovahti.incident.resolved",
    "palovahti.incident.test",
    "palovahti.delivery.failed",
]

PAGE_TYPES: Final[dict[NoticeReason, EventType]] = {
    "opened": "palovahti.incident.opened",
    "severity_rose": "palovahti.incident.raised",
    "reopened": "palovahti.incident.reopened",
    "answer_overdue": "palovahti.incident.overdue",
    "changed": "palovahti.incident.updated",
    "resolved": "palovahti.incident.resolved",
    "test": "palovahti.incident.test",
    "delivery_failed": "palovahti.delivery.failed",
}


class NoticeEvent(CloudEvent):
    """A notice in its envelope; `subject` is the incident's id."""

    type: EventType
    drill: bool = Field(default=False, description="extension: true in a drill, else left out")
    data: Notice


def event_type(notice: Notice) -> EventType:
    """The stable name of what happened."""
    if notice.kind in ("page", "test"):
        return "palovahti.incident.test" if notice.kind == "test" else PAGE_TYPES[notice.reason]
    if notice.reason == "delivery_failed":
        return "palovahti.delivery.failed"
    if notice.kind == "acknowledged":
        return "palovahti.incident.acknowledged"
    return "palovahti.incident.resolved" if notice.kind == "resolved" else "palovahti.incident.updated"


def envelope(notice: Notice, source: str) -> NoticeEvent:
    """The notice as an event of the installation `source`; repeats of one notice have the same id."""
    return NoticeEvent(
        id=notice.id,
        source=source,
        type=event_type(notice),
        drill=notice.incident.drill,
        subject=notice.incident.id,
        time=notice.at,
        dataschema=SCHEMA,
        partitionkey=notice.incident.id,
        data=notice,
    )


def event_body(notice: Notice, source: str) -> bytes:
    """The event as structured JSON of at most `MAX_BYTES`; over it texts and lists are cut, never facts."""
    event = well_formed(
        envelope(notice, source).model_dump(mode="json", exclude={"data": {"incident": set(OURS)}})
    )
    if not event["drill"]:
        del event["drill"]  # an extension attribute that only a drill carries
    body = _encode(event)
    longest = 4000
    while len(body) > MAX_BYTES:
        body = _encode(_cut(event, longest, items=20))
        longest //= 2
    return body


def _encode(event: Any) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def _cut(value: Any, longest: int, items: int) -> Any:
    """`value` with strings of at most `longest` characters and free lists and maps of at most `items`."""
    if isinstance(value, str):
        return value if len(value) <= longest else value[: longest - 1] + "…"
    if isinstance(value, list):
        return [_cut(item, longest, items) for item in value[:items]]
    if isinstance(value, dict):
        kept = {key: item for at, (key, item) in enumerate(value.items()) if at < items or key in _FIELDS}
        return {_cut(key, longest, items): _cut(item, longest, items) for key, item in kept.items()}
    return value


def _names(schema: dict[str, Any]) -> frozenset[str]:
    models = [schema, *schema.get("$defs", {}).values()]
    return frozenset(name for model in models for name in model.get("properties", {}))


_FIELDS: Final = _names(NoticeEvent.model_json_schema())
