"""The OpenAPI document, made from the very models that check requests and write answers."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from alerts.aftermath.story import AfterAction
from alerts.moderation import ModerationList
from alerts.respond.fact_board import BoardFact
from alerts.respond.rules import Report
from alerts.web.api import ActionRequest, IncidentDetail, IncidentList, PulseList, VoteRequest
from alerts.web.moderation import ModerationRequest
from alerts.web.reply_api import CheckRequest, EndRequest, FactList, FactRequest
from streams.records import Record

Json = dict[str, Any]


class Problem(Record):
    """Why a request was not done, and what helps."""

    code: str
    message: str
    remedy: str


class ErrorAnswer(Record):
    """Every answer that is not a success."""

    error: Problem = Field(description="nothing was changed")


_MODELS: Final[tuple[type[BaseModel], ...]] = (
    ActionRequest,
    VoteRequest,
    IncidentList,
    IncidentDetail,
    PulseList,
    ErrorAnswer,
    CheckRequest,
    Report,
    FactRequest,
    EndRequest,
    BoardFact,
    FactList,
    ModerationRequest,
    ModerationList,
    AfterAction,
)
_ASKED: Final = frozenset(
    {ActionRequest, VoteRequest, CheckRequest, FactRequest, EndRequest, ModerationRequest}
)
_REFUSALS: Final = {
    "400": "something is missing or wrong",
    "401": "the access token is missing or wrong",
    "404": "there is no such incident, or no such fact",
    "409": "the incident cannot take this step from its present state, or the answer is not cleared",
    "415": "the body is not JSON",
    "429": "too many wrong tokens; Retry-After tells when to try again",
}


@cache
def document() -> Json:
    """The whole document (OpenAPI 3.1)."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Palovahti",
            "version": "1",
            "description": "Incidents, what people decide about them, and the measured state of topics.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "web.token"}},
            "schemas": _schemas(),
        },
    }


def _schemas() -> Json:
    modes: list[tuple[type[BaseModel], Any]] = [
        (model, "validation" if model in _ASKED else "serialization") for model in _MODELS
    ]
    _, schema = models_json_schema(modes, ref_template="#/components/schemas/{model}")
    definitions: Json = schema["$defs"]
    return definitions


def _paths() -> Json:
    incident = _parameter("incident", "path", "id of the incident", required=True)
    state = _parameter("state", "query", "live, closed, or one state")
    topic = _parameter("topic", "query", "only this topic")
    limit = _parameter("limit", "query", "at most so many", {"type": "integer", "minimum": 1, "maximum": 200})
    times = [
        _parameter("topic", "query", "name of the topic", required=True),
        _parameter("from", "query", "default: a day before `to`", {"type": "string", "format": "date-time"}),
        _parameter("to", "query", "default: now", {"type": "string", "format": "date-time"}),
    ]
    one = "/api/v1/incidents/{incident}"
    return {
        "/api/v1/incidents": {
            "get": _operation(
                "listIncidents", "Incidents, newest first", IncidentList, [state, topic, limit], "400"
            )
        },
        one: {"get": _operation("getIncident", "One incident", IncidentDetail, [incident], "404")},
        f"{one}/report": {
            "get": _operation("reportIncident", "The after-action report", AfterAction, [incident], "404")
        },
        f"{one}/actions": {
            "post": _posting("actOnIncident", "Decide about an incident", ActionRequest, incident)
        },
        f"{one}/votes": {"post": _posting("voteOnIncident", "Was the alert worth it", VoteRequest, incident)},
        **_answer_paths(topic),
        "/api/v1/moderation": _moderation_paths(),
        "/api/v1/pulses": {
            "get": _operation("listPulses", "A topic's measured states", PulseList, times, "400")
        },
    }


def _moderation_paths() -> Json:
    """The ledger of what was hidden."""
    post = _parameter("post", "query", "only of this post: its id or address")
    return {
        "get": _operation("listModeration", "What was hidden, newest first", ModerationList, [post]),
        "post": _changing("moderate", "Write down what was hidden", ModerationRequest, ModerationList, []),
    }


def _answer_paths(topic: Json) -> Json:
    """The check of a draft, and the fact board."""
    fact = _parameter("fact", "path", "id of the fact", required=True)
    listed = _operation("listFacts", "The fact board; with a topic, what may be said now", FactList, [topic])
    return {
        "/api/v1/reply/check": {
            "post": _changing("checkReply", "A draft against the rules", CheckRequest, Report, [], "404")
        },
        "/api/v1/facts": {
            "get": listed,
            "post": _changing("confirmFact", "Confirm a fact", FactRequest, BoardFact, []),
        },
        "/api/v1/facts/{fact}/end": {
            "post": _changing("endFact", "Take a fact back", EndRequest, BoardFact, [fact], "404")
        },
    }


def _parameter(
    name: str, place: str, text: str, schema: Json | None = None, *, required: bool = False
) -> Json:
    return {
        "name": name,
        "in": place,
        "description": text,
        "required": required,
        "schema": schema or {"type": "string"},
    }


def _operation(
    identity: str, summary: str, answer: type[BaseModel], parameters: list[Json], *refusals: str
) -> Json:
    told = {code: _answer(_REFUSALS[code], ErrorAnswer) for code in sorted({*refusals, "401", "429"})}
    return {
        "operationId": identity,
        "summary": summary,
        "parameters": parameters,
        "responses": {"200": _answer("done", answer), **told},
    }


def _posting(identity: str, summary: str, body: type[BaseModel], incident: Json) -> Json:
    return _changing(identity, summary, body, IncidentDetail, [incident], "404", "409")


def _changing(
    identity: str,
    summary: str,
    body: type[BaseModel],
    answered: type[BaseModel],
    parameters: list[Json],
    *refusals: str,
) -> Json:
    operation = _operation(identity, summary, answered, parameters, "400", "415", *refusals)
    return {**operation, "requestBody": {"required": True, "content": _content(body)}}


def _answer(text: str, model: type[BaseModel]) -> Json:
    return {"description": text, "content": _content(model)}


def _content(model: type[BaseModel]) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}


async def show(_request: web.Request) -> web.Response:
    """GET /openapi.json"""
    return web.json_response(document())


if __name__ == "__main__":
    print(json.dumps(document(), indent=2, ensure_ascii=False))  # noqa: T201 - this prints docs/openapi.json
