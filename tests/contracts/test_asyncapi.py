"""docs/asyncapi.yaml is valid AsyncAPI 3, and says of the public streams what is true of them."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator

from alerts.events import escalation_event, incident_event
from alerts.notifiers.event import OURS
from streams.cloudevents import CONTENT_TYPE
from streams.kafka.settings import KafkaSettings
from streams.names import STREAMS
from tests.build import escalation, incident, suggestion

DOCS = Path(__file__).parents[2] / "docs"
SPECIFICATION = json.loads(gzip.decompress((Path(__file__).parent / "asyncapi-3.0.0.json.gz").read_bytes()))
EVENTS = {
    "escalation": escalation_event(escalation(), "urn:test"),
    "incident": incident_event(incident(suggestion=suggestion()), "urn:test"),
}


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DOCS / "asyncapi.yaml").read_text(encoding="utf-8"))
    return loaded


def test_the_document_obeys_the_specification() -> None:
    Draft7Validator(SPECIFICATION).validate(document())


def test_a_document_with_a_mistake_does_not() -> None:
    wrong = document()
    wrong["operations"]["sendIncidents"]["action"] = "shout"
    assert not Draft7Validator(SPECIFICATION).is_valid(wrong)


def test_it_tells_of_every_public_stream_and_of_no_other() -> None:
    prefix = KafkaSettings().prefix
    public = {stream.name: stream for stream in STREAMS if stream.public}
    assert set(document()["channels"]) == set(public)
    for name, channel in document()["channels"].items():
        configuration = channel["bindings"]["kafka"]["topicConfiguration"]
        assert channel["address"] == channel["bindings"]["kafka"]["topic"] == public[name].full_name(prefix)
        assert ",".join(configuration["cleanup.policy"]) == public[name].cleanup
        kept = configuration.get("retention.ms")
        assert public[name].retention == (kept and timedelta(milliseconds=kept))


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_as_we_write_it_obeys_the_payloads_schema(name: str) -> None:
    reference = document()["components"]["messages"][name]["payload"]["schema"]["$ref"]
    schema = json.loads((DOCS / reference).read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(EVENTS[name]))


def test_the_header_is_the_one_we_send() -> None:
    headers = document()["components"]["schemas"]["headers"]
    assert headers["properties"]["content-type"]["const"] == CONTENT_TYPE


def test_the_same_incident_is_the_same_event_and_a_changed_one_another() -> None:
    same, other = incident_event(incident(), "urn:test"), incident_event(incident(severity=5), "urn:test")
    assert same == incident_event(incident(), "urn:test")
    assert json.loads(same)["id"] != json.loads(other)["id"]


def test_the_desks_own_bookkeeping_stays_inside() -> None:
    assert not OURS & set(json.loads(EVENTS["incident"])["data"])


def test_hostile_text_becomes_valid_utf_8() -> None:
    event = escalation_event(escalation(reason="\ud800 boom"), "urn:test")
    assert json.loads(event.decode("utf-8"))["data"]["reason"] == "? boom"
