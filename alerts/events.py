"""Escalations and incidents as other systems read them from the streams: CloudEvents in JSON. Pure."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any, Final, Literal

from alerts.notifiers.event import OURS
from alerts.records import Incident
from streams.cloudevents import CloudEvent, well_formed
from streams.records import Escalation

ESCALATION_SCHEMA: Final = "urn:palovahti:schema:escalation:1"
INCIDENT_SCHEMA: Final = "urn:palovahti:schema:incident:1"

EscalationType = Literal[
    "palovahti.escalation.opened",
    "palovahti.escalation.raised",
    "palovahti.escalation.cooling",
    "palovahti.escalation.resolved",
    "palovahti.escalation.reopened",
]
IncidentType = Literal["palovahti.incident.state"]


class EscalationEvent(CloudEvent):
    """That a topic or thread starts to run away, rises, cools or is over; `subject` is the incident."""

    type: EscalationType
    data: Escalation


class IncidentEvent(CloudEvent):
    """What an incident is like after a change; `subject` is its id. The last one tells all."""

    type: IncidentType
    data: Incident


def escalation_event(escalation: Escalation, source: str) -> bytes:
    """The event of an escalation; its id is the escalation's, so repeats have the same."""
    return _body(
        EscalationEvent(
            id=escalation.id,
            source=source,
            type=f"palovahti.escalation.{escalation.kind}",
            subject=escalation.incident,
            time=escalation.at,
            dataschema=ESCALATION_SCHEMA,
            partitionkey=escalation.incident,
            data=escalation,
        ).model_dump(mode="json")
    )


def incident_event(incident: Incident, source: str) -> bytes:
    """The event of an incident as it is now, without the desk's bookkeeping; the same state, the same id."""
    told = incident.model_dump(mode="json", exclude=set(OURS))
    version = blake2b(_body(told), digest_size=8).hexdigest()
    event = IncidentEvent(
        id=f"{incident.id}-{version}",
        source=source,
        type="palovahti.incident.state",
        subject=incident.id,
        time=incident.updated_at,
        dataschema=INCIDENT_SCHEMA,
        partitionkey=incident.id,
        data=incident,
    )
    return _body({**event.model_dump(mode="json"), "data": told})


def _body(event: dict[str, Any]) -> bytes:
    return json.dumps(well_formed(event), ensure_ascii=False, separators=(",", ":")).encode()
