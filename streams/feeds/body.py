"""The mentions in a posted body, each as one line for the codec, so that a bad one spoils no other."""

from __future__ import annotations

import json
from typing import Any

from streams.errors import BadRecord
from streams.repair import decoded


def split(body: bytes) -> list[bytes]:
    """One mention, an array, `{"mentions": [...]}`, or JSON lines; `BadRecord` where it is none of these."""
    try:
        return _items(json.loads(decoded(body)[0].lstrip("\ufeff"), strict=False), body)
    except RecursionError:
        raise BadRecord("malformed", "nested too deep") from None
    except ValueError as error:
        return _json_lines(body, str(error))


def _items(whole: Any, body: bytes) -> list[bytes]:
    if isinstance(whole, dict) and isinstance(whole.get("mentions"), list) and "id" not in whole:
        whole = whole["mentions"]
    if isinstance(whole, dict):
        return [body]
    if isinstance(whole, list):
        return [json.dumps(item).encode() for item in whole]
    raise BadRecord("malformed", "neither an object nor an array of objects")


def _json_lines(body: bytes, error: str) -> list[bytes]:
    """Lines, if one of them is an object; a body of which nothing can be read is the sender's mistake."""
    lines = [line for line in body.split(b"\n") if not line.isspace() and line]
    if not any(_is_object(line) for line in lines[:100]):
        raise BadRecord("malformed", error)
    return lines


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(decoded(line)[0], strict=False), dict)
    except (ValueError, RecursionError):
        return False
