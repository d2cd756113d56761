"""The JSON API answers as its OpenAPI document says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate
from pydantic import SecretStr

from alerts.incidents import State
from alerts.web.openapi import document
from alerts.web.settings import WebSettings
from tests.browser.scene import scene
from tests.browser.visitor import visiting

TOKEN = "correct-horse-battery-staple"
DOCS = Path(__file__).parents[2] / "docs"
ONE = "/api/v1/incidents/inc-storm"


def check(answer: Any, schema: str) -> None:
    """`answer` holds to a schema of the document."""
    components = document()["components"]
    jsonschema.validate(answer, {"$ref": f"#/components/schemas/{schema}", "components": components})


def test_the_document_is_a_valid_openapi_document() -> None:
    validate(document())


def test_the_document_in_docs_is_the_one_that_is_served() -> None:
    """Write it anew: python -m alerts.web.openapi > docs/openapi.json"""
    assert json.loads((DOCS / "openapi.json").read_text(encoding="utf-8")) == document()


async def test_every_path_of_the_document_is_served_and_every_api_path_is_in_it() -> None:
    stage = scene()
    served = {
        (route.method.lower(), route.resource.canonical)
        for route in stage.app.router.routes()
        if route.resource is not None and route.method != "HEAD" and "/api/" in route.resource.canonical
    }
    told = {(method, path) for path, methods in document()["paths"].items() for method in methods}
    assert served == told
    async with visiting(stage) as visitor:
        assert await (await visitor.get("/openapi.json")).json() == document()


def test_the_page_on_the_api_names_every_path() -> None:
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    assert [path for path in document()["paths"] if path not in text] == []


async def test_incidents_are_listed_newest_first_and_filtered() -> None:
    async with visiting(scene()) as visitor:
        everything = await (await visitor.get("/api/v1/incidents")).json()
        check(everything, "IncidentList")
        ids = [one["incident"]["id"] for one in everything["incidents"]]
        assert ids == ["inc-storm", "inc-taken", "inc-old-1", "inc-old-2"]
        for query, count in (
            ("state=live", 2),
            ("state=closed", 2),
            ("state=false_alarm", 1),
            ("topic=Laukku", 2),
            ("topic=Laukku&state=live", 1),
            ("limit=1", 1),
        ):
            found = await (await visitor.get(f"/api/v1/incidents?{query}")).json()
            assert len(found["incidents"]) == count, query


async def test_one_incident_comes_with_its_page_history_and_deliveries() -> None:
    async with visiting(scene()) as visitor:
        detail = await (await visitor.get(ONE)).json()
    check(detail, "IncidentDetail")
    assert len(detail["lines"]) == 5
    assert [entry["what"] for entry in detail["audit"]] == ["opened", "raised", "note"]
    assert {one["state"] for one in detail["deliveries"]} == {"sent", "failed", "waiting"}


async def test_an_action_answers_with_the_incident_after_it_and_once_only() -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        body = {"kind": "acknowledge", "by": "Maija", "note": "otan", "id": "pager-0001"}
        for _ in range(2):
            answer = await visitor.client.post(f"{ONE}/actions", json=body)
            assert answer.status == 200
            detail = await answer.json()
            check(detail, "IncidentDetail")
            assert detail["incident"]["acknowledged_by"] == "Maija"
    assert [e.what for e in stage.store.audit("inc-storm")].count("acknowledge") == 1


async def test_a_vote_counts_and_a_false_alarm_closes() -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        for vote in ("useful", "false_alarm"):
            answer = await visitor.client.post(f"{ONE}/votes", json={"vote": vote, "by": "Olli"})
            assert answer.status == 200
    incident = stage.store.incident("inc-storm")
    assert incident is not None
    assert (incident.votes_useful, incident.votes_false, incident.state) == (1, 1, State.FALSE_ALARM)


async def test_before_all_times_there_are_no_pulses() -> None:
    async with visiting(scene()) as visitor:
        answer = await visitor.get("/api/v1/pulses?topic=a&to=0001-01-01T00:00:00Z")
        assert (answer.status, (await answer.json())["pulses"]) == (200, [])


async def test_pulses_of_a_stretch_come_in_order() -> None:
    query = "topic=Revontuli-sovellus&from=2026-03-10T12:00:00Z&to=2026-03-10T14:10:00%2B02:00"
    async with visiting(scene()) as visitor:
        found = await (await visitor.get(f"/api/v1/pulses?{query}")).json()
    check(found, "PulseList")
    times = [one["at"] for one in found["pulses"]]
    assert (len(times), times[0], times == sorted(times)) == (10, "2026-03-10T12:00:00Z", True)


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/api/v1/incidents?state=gone", 400, "live, closed, open"),
        ("/api/v1/incidents?limit=0", 400, "from 1 to 200"),
        ("/api/v1/incidents?limit=٣", 400, "from 1 to 200"),
        ("/api/v1/incidents/nobody", 404, "Go back to the incidents"),
        ("/api/v1/pulses", 400, "?topic=Posti"),
        ("/api/v1/pulses?topic=a&from=yesterday", 400, "2026-03-10T12:00:00Z"),
        ("/api/v1/pulses?topic=a&from=2026-03-10T12:00:00Z&to=2026-03-09T12:00:00Z", 400, "before to"),
        ("/api/v1/pulses?topic=a&from=2025-03-10T12:00:00Z&to=2026-03-09T12:00:00Z", 400, "31 days"),
        ("/api/v1/pulses?topic=a&from=0001-01-01T00:00:00Z", 400, "31 days"),
        ("/api/v1/nowhere", 404, "address"),
        ("/static/nothing.js", 404, "address"),
    ],
)
async def test_a_wrong_question_is_answered_with_the_remedy(path: str, status: int, word: str) -> None:
    async with visiting(scene()) as visitor:
        answer = await visitor.get(path)
        body = await answer.json()
    check(body, "ErrorAnswer")
    assert answer.status == status
    assert word in body["error"]["remedy"]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "kind: Field required"),
        ({"kind": "explode", "by": "x"}, "kind"),
        ({"kind": "resolve", "by": ""}, "by"),
        ({"kind": "resolve", "by": "x", "nota": "y"}, "nota"),
        ({"kind": "snooze", "by": "x"}, "until"),
        ({"kind": "snooze", "by": "x", "until": "2020-01-01T00:00:00Z"}, "until"),
        ({"kind": "note", "by": "x"}, "note"),
        ({"kind": "resolve", "by": "x", "id": "../../x y"}, "id"),
        ([], "body"),
    ],
)
async def test_a_wrong_action_names_the_field_and_changes_nothing(body: object, word: str) -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        answer = await visitor.client.post(f"{ONE}/actions", json=body)
        told = await answer.json()
    check(told, "ErrorAnswer")
    assert answer.status == 400
    assert word in told["error"]["remedy"]
    assert stage.store.incident("inc-storm") == scene().store.incident("inc-storm")


async def test_a_step_that_cannot_be_taken_is_a_conflict() -> None:
    async with visiting(scene()) as visitor:
        answer = await visitor.client.post(
            "/api/v1/incidents/inc-old-2/actions", json={"kind": "acknowledge", "by": "x"}
        )
        assert answer.status == 409
        check(await answer.json(), "ErrorAnswer")


async def test_only_json_is_taken_and_not_too_much_of_it() -> None:
    async with visiting(scene()) as visitor:
        plain = await visitor.client.post(
            f"{ONE}/actions", data='{"kind":"resolve","by":"x"}', headers={"Content-Type": "text/plain"}
        )
        large = await visitor.client.post(f"{ONE}/actions", json={"note": "a" * 100_000})
        assert (plain.status, large.status) == (415, 413)
        check(await plain.json(), "ErrorAnswer")
        check(await large.json(), "ErrorAnswer")


@pytest.mark.parametrize("path", ["/api/v1/incidents", ONE, "/api/v1/pulses?topic=a", "/metrics"])
async def test_with_a_token_every_machine_must_show_it(path: str) -> None:
    stage = scene(WebSettings(token=SecretStr(TOKEN)))
    async with visiting(stage) as visitor:
        for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
            answer = await visitor.get(path, **header)
            assert answer.status == 401
            assert "Bearer" in answer.headers["WWW-Authenticate"]
            assert "Revontuli" not in await answer.text()
        assert (await visitor.get(path, Authorization=f"Bearer {TOKEN}")).status == 200
        assert (await visitor.get(path, Authorization=f"bearer {TOKEN}")).status == 200


async def test_guessing_at_the_api_is_slowed_down() -> None:
    stage = scene(WebSettings(token=SecretStr(TOKEN)))
    async with visiting(stage) as visitor:
        answers = [await visitor.get(ONE, Authorization=f"Bearer guess{n}") for n in range(6)]
        assert [answer.status for answer in answers] == [401] * 5 + [429]
        assert int(answers[-1].headers["Retry-After"]) > 0


async def test_a_login_cookie_opens_no_machine_door() -> None:
    async with visiting(scene(WebSettings(token=SecretStr(TOKEN)))) as visitor:
        hidden = await visitor.form("/login")
        await visitor.post("/login", {**hidden, "token": TOKEN})
        assert (await visitor.get(ONE)).status == 401
