"""Records of a stream as people and machines read them."""

from __future__ import annotations

import base64
import json
from zoneinfo import ZoneInfo

from alerts.notifiers.plain import plain
from streams.kafka.reading import Raw

LINE = 300


def as_object(raw: Raw) -> dict[str, object]:
    """For machines: the value as JSON where it is JSON, otherwise in base64 under `bytes`."""
    return {
        "position": raw.position,
        "at": raw.at.isoformat(),
        "key": _text(raw.key),
        "headers": {name: _text(value) for name, value in raw.headers},
        **content(raw.value),
    }


def content(value: bytes | None) -> dict[str, object]:
    """The value of a record, under the name that says what it is."""
    if value is None:
        return {"tombstone": True}
    try:
        return {"value": json.loads(value)}
    except ValueError:
        return {"bytes": base64.b64encode(value).decode()}


def line(raw: Raw, zone: ZoneInfo) -> str:
    """For people: one line; what strangers wrote is made safe and cut."""
    at = f"{raw.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    return f"{at}  {raw.position}  {plain(_text(raw.key) or '-', 60)}  {preview(raw.value)}"


def preview(value: bytes | None, limit: int = LINE) -> str:
    """The beginning of a value, or how long it is where it is no text."""
    if value is None:
        return "(tombstone)"
    try:
        text = value[: limit * 4].decode("utf-8", "strict" if len(value) <= limit * 4 else "ignore")
    except UnicodeDecodeError:
        return f"({len(value)} bytes)"
    return f"({len(value)} bytes)" if "\x00" in text else plain(text, limit)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")
