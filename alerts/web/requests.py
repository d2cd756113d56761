"""What programs send and get: bodies checked by their models, answers written from records."""

from __future__ import annotations

from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from alerts.web.refusal import Refusal
from streams.records import Record


class Received(BaseModel):
    """Something that a program sends us; unknown fields are refused, so that a typing error is seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Body = TypeVar("Body", bound=BaseModel)


async def body_of(request: web.Request, model: type[Body]) -> Body:
    """The request's body, checked; only as JSON, which no other site's form can send."""
    if request.content_type != "application/json":
        raise Refusal(415, "bad_input", detail="send Content-Type: application/json")
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        mistakes = error.errors(include_input=False, include_url=False, include_context=False)
        told = "; ".join(f"{'.'.join(map(str, m['loc'])) or 'body'}: {m['msg']}" for m in mistakes[:5])
        raise Refusal(400, "bad_input", detail=told) from None


def answer(record: Record, status: int = 200) -> web.Response:
    """A record as JSON."""
    body: Any = record.model_dump(mode="json")
    return web.json_response(body, status=status)
