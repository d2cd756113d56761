"""The schemas in docs/schemas are those of the records, and what goes out obeys them."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator, ValidationError
from pydantic import BaseModel

from alerts.incidents import State
from alerts.notifiers.event import OURS, SCHEMA, EventType
from alerts.notifiers.webhook import render
from alerts.schemas import FOLDER, RECORDS, schema, text, write
from tests.build import AT, action, escalation, incident, mention, notice, pulse, suggestion


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema(name), format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("name", RECORDS)
def test_the_committed_schema_is_the_records_own(name: str) -> None:
    """Out of date? Run `python -m alerts.schemas`."""
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == text(name)


def test_no_schema_lies_about_that_nobody_makes(tmp_path: Any) -> None:
    write(tmp_path / "schemas")
    assert {path.name for path in FOLDER.glob("*.json")} == {
        path.name for path in (tmp_path / "schemas").iterdir()
    }


@pytest.mark.parametrize("name", RECORDS)
def test_every_schema_is_a_valid_schema(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("mention", mention()),
        ("human_action", action("snooze", until=AT)),
        ("escalation", escalation()),
        ("incident", incident(suggestion=suggestion())),
        ("pulse", pulse()),
    ],
)
def test_a_record_as_we_write_it_obeys_its_schema(name: str, record: BaseModel) -> None:
    validator(name).validate(json.loads(record.model_dump_json(by_alias=True)))


def test_a_mention_needs_only_its_four_fields() -> None:
    least: dict[str, Any] = {"id": "x:1", "platform": "x", "text": "", "published_at": "2026-03-10T12:00:00Z"}
    validator("mention").validate(least)
    for field in least:
        with pytest.raises(ValidationError):
            validator("mention").validate({key: value for key, value in least.items() if key != field})


NOTICES = [
    notice(),
    notice(kind="page", reason="severity_rose", incident=incident(severity=5, suggestion=suggestion())),
    notice(kind="update", reason="changed", incident=incident(thread="x:1")),
    notice(
        kind="acknowledged",
        reason="changed",
        incident=incident(state=State.ACKNOWLEDGED, acknowledged_by="maija"),
    ),
    notice(kind="resolved", reason="resolved", incident=incident(state=State.RESOLVED, resolved_at=AT)),
    notice(kind="test", reason="test", link=None),
    notice(lines=("ä" * 200_000,) * 5),
]


@pytest.mark.parametrize("sent", NOTICES, ids=lambda sent: f"{sent.kind}-{sent.reason}-{len(sent.lines[0])}")
def test_a_webhook_body_obeys_the_schemas_of_event_and_notice(sent: Any) -> None:
    body = json.loads(render(sent, "urn:palovahti"))
    validator("event").validate(body)
    validator("notice").validate(body["data"])


def test_a_body_that_lost_a_fact_does_not_obey() -> None:
    body = json.loads(render(notice(), "urn:palovahti"))
    del body["data"]["incident"]["evidence"]["usual_low"]
    with pytest.raises(ValidationError, match="usual_low"):
        validator("event").validate(body)


def test_the_desks_bookkeeping_is_neither_sent_nor_promised() -> None:
    sent = json.loads(render(notice(), "urn:palovahti"))["data"]["incident"]
    promised = schema("event")["$defs"]["Incident"]["properties"]
    assert not OURS & (sent.keys() | promised.keys())
    assert sent.keys() == promised.keys()
    assert schema("incident")["properties"].keys() >= OURS


def test_the_event_names_the_schema_of_its_data() -> None:
    assert schema("notice")["$id"] == SCHEMA


def test_the_stable_types_are_all_in_the_schema() -> None:
    assert schema("event")["properties"]["type"]["enum"] == list(get_args(EventType))


def test_a_field_that_a_later_version_adds_does_not_break_receivers() -> None:
    body = json.loads(render(notice(), "urn:palovahti"))
    body["data"]["incident"]["later"] = 1
    validator("event").validate(body)
