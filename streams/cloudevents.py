"""CloudEvents 1.0: the envelope in which records leave for other systems (structured JSON mode)."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field

from streams.records import Record, UtcTime

CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"


class CloudEvent(Record):
    """What happened (`type`), to what (`subject`), when, and the record itself (`data`).

    `source` and `id` together name the event: a receiver that has seen the pair may drop the repeat.
    `partitionkey` is the extension of the same name: what must stay in order shares it.
    """

    specversion: Literal["1.0"] = "1.0"
    id: str = Field(min_length=1)
    source: str = Field(min_length=1, description="URI reference of the sending installation")
    type: str = Field(min_length=1)
    subject: str = Field(min_length=1)
    time: UtcTime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str = Field(min_length=1, description="URI of the JSON Schema of `data`")
    partitionkey: str = Field(min_length=1)
    data: Any


def well_formed(value: Any) -> Any:
    """The same JSON value with every lone surrogate replaced, so that it can be written as UTF-8.

    >>> well_formed({"text": ["a\\ud800b"]})
    {'text': ['a?b']}
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {well_formed(key): well_formed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [well_formed(item) for item in value]
    return value
