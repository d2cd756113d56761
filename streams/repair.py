"""The patient way to read a mention: put right what can be put right, and say what it was.

Slow (tens of microseconds) and only for what the quick way in `codec` does not take as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from typing import Any

from pydantic import ValidationError

from streams.bad_input import (
    EARLIEST,
    FUTURE_TOLERANCE,
    LIST_LIMIT,
    TEXT_LIMIT_BYTES,
    Reason,
    Repair,
    shown,
)
from streams.errors import BadRecord
from streams.plain_text import capped, cleaned, escaped, plain
from streams.records import Mention

REQUIRED = ("id", "platform", "text", "published_at")
_REFERENCE_NAMES = """
    id event_id native_id version conversation_id in_reply_to repost_of quote_of raw_ref platform author.id
"""
REFERENCES = frozenset(_REFERENCE_NAMES.split())
_OPERATIONS = {
    "edit": "update",
    "edited": "update",
    "updated": "update",
    "created": "create",
    "new": "create",
}
_OPERATIONS |= {"remove": "delete", "removed": "delete", "deleted": "delete", "destroyed": "delete"}
_PLATFORM = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_WEB_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a feed knows of its mentions beforehand. `feed` is always set; the others fill what is missing."""

    feed: str | None = None
    platform: str | None = None
    channel: str | None = None
    kind: str | None = None
    language: str | None = None
    negativity: float | None = None
    optional: tuple[tuple[str, object], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        names = ("channel", "kind", "language", "negativity")
        given = tuple((name, getattr(self, name)) for name in names if getattr(self, name) is not None)
        object.__setattr__(self, "optional", given)


NO_DEFAULTS = Defaults()


@dataclass(slots=True)
class Repairs:
    """What was put right so far, one entry a reason."""

    found: dict[Reason, str] = field(default_factory=dict)

    def note(self, reason: Reason, detail: str = "") -> None:
        """Remember a reason with its first detail."""
        self.found.setdefault(reason, detail)

    def all(self) -> tuple[Repair, ...]:
        """Every reason once, in the order found."""
        return tuple(Repair(reason, detail) for reason, detail in self.found.items())


def repair(
    line: bytes, seen_at: datetime, defaults: Defaults = NO_DEFAULTS
) -> tuple[Mention, tuple[Repair, ...]]:
    """The mention in `line` and what had to be put right; `BadRecord` if it cannot be used."""
    repairs = Repairs()
    try:
        raw = _fields(line, repairs)
        _fill(raw, defaults)
        _texts(raw, repairs)
        mention = _validated(raw, repairs)
    except RecursionError:
        raise BadRecord("malformed", "nested too deep") from None
    check_time(mention, seen_at)
    return mention, repairs.all()


def check_time(mention: Mention, seen_at: datetime) -> None:
    """Refuse a publication before 2000 or more than five minutes after `seen_at`."""
    if mention.published_at < EARLIEST:
        raise BadRecord("old_time", f"published_at {mention.published_at.isoformat()} is before 2000")
    if mention.published_at > seen_at + FUTURE_TOLERANCE:
        raise BadRecord("future_time", f"published_at {mention.published_at.isoformat()} is in the future")


def decoded(line: bytes) -> tuple[str, bool]:
    """The characters of a line, and whether it was UTF-8; else it is most often from Windows."""
    try:
        return line.decode(), True
    except UnicodeDecodeError:
        replaced = line.decode(errors="replace")
    mostly_utf8 = any(char > "\x7f" and char != "\ufffd" for char in replaced)
    return (replaced if mostly_utf8 else line.decode("cp1252", errors="replace")), False


def _fields(line: bytes, repairs: Repairs) -> dict[str, Any]:
    text, utf8 = decoded(line)
    if not utf8:
        repairs.note("encoding", "not UTF-8")
    try:
        raw = json.loads(text.lstrip("\ufeff"), strict=False, parse_constant=lambda _: None)
    except ValueError as error:
        raise BadRecord("malformed", shown(str(error), 120)) from None
    if not isinstance(raw, dict):
        raise BadRecord("malformed", f"a mention is a JSON object, not {type(raw).__name__}")
    return _clean_fields(raw, repairs)


def _clean_fields(raw: dict[str, Any], repairs: Repairs) -> dict[str, Any]:
    """Without nulls (null means unknown, as if left out), every string cleaned."""
    fields = Mention.model_fields
    known = {
        name: value
        for name, value in raw.items()
        if value is not None and (name in fields or name == "schema")
    }
    return {name: _clean(name, value, repairs) for name, value in known.items()}


def _clean(name: str, value: Any, repairs: Repairs) -> Any:
    if isinstance(value, str):
        return _clean_string(name, value, repairs)
    if isinstance(value, dict):
        return {
            cleaned(key)[0]: _clean(f"{name}.{key}" if name == "author" else name, item, repairs)
            for key, item in value.items()
            if item is not None or name == "attachments"
        }
    if isinstance(value, list):
        if len(value) > LIST_LIMIT:
            repairs.note("too_long", f"{name}: {len(value)} items")
        return [
            _clean(name, item, repairs)
            for item in value[:LIST_LIMIT]
            if item is not None or name == "attachments"
        ]
    if isinstance(value, int) and not isinstance(value, bool) and name in REFERENCES:
        return str(value)  # many platforms number their posts and authors
    return value


def _clean_string(name: str, value: str, repairs: Repairs) -> str:
    reference = name in REFERENCES or name == "author.handle"
    text, reasons = escaped(value) if reference else cleaned(value)
    for reason in reasons:
        repairs.note(reason, name)
    if reference and name not in {"id", "platform"} and len(text) > 512:
        repairs.note("too_long", f"{name}: {len(text)} characters")
        text = shortened(text)
    return text


def shortened(name: str) -> str:
    """A reference of any length as one of at most 512 characters; different ones stay different."""
    if len(name) <= 512:
        return name
    return f"{name[:400]}#{blake2b(name.encode(errors='surrogatepass'), digest_size=16).hexdigest()}"


def _fill(raw: dict[str, Any], defaults: Defaults) -> None:
    if defaults.platform is not None and raw.get("platform") in (None, ""):
        raw["platform"] = defaults.platform
    if str(raw.get("schema", "")).startswith("mention/"):
        del raw["schema"]  # the name that some exports give the number
    operation = raw.get("op")
    if isinstance(operation, str):
        raw["op"] = _OPERATIONS.get(operation.lower(), operation.lower())
        if raw["op"] in {"delete", "engagement"}:
            raw.setdefault("text", "")


def _texts(raw: dict[str, Any], repairs: Repairs) -> None:
    for name in ("text", "title"):
        if isinstance(raw.get(name), str):
            raw[name] = _text(name, raw[name], repairs)
    url = raw.get("url")
    if isinstance(url, str) and not _WEB_ADDRESS.match(url):
        repairs.note("bad_optional", f"url {shown(url)}")
        del raw["url"]


def _text(name: str, text: str, repairs: Repairs) -> str:
    short = capped(text)
    if short != text:
        repairs.note("too_long", f"{name}: {len(text)} characters, cut at {TEXT_LIMIT_BYTES} bytes")
    readable = plain(short)
    if readable != short:
        repairs.note("html", name)
        readable, hidden = cleaned(readable)  # a character reference may have hidden more
        for reason in hidden:
            repairs.note(reason, name)
    return capped(readable)


def _validated(raw: dict[str, Any], repairs: Repairs) -> Mention:
    _require(raw)
    for _ in range(_TRIES):
        try:
            return _settled(Mention.model_validate(raw), raw, repairs)
        except ValidationError as error:
            _drop_what_is_wrong(raw, error, repairs)
    raise BadRecord("bad_field", "too many fields that cannot be used")


def _require(raw: dict[str, Any]) -> None:
    for name in REQUIRED:
        if name not in raw or (raw[name] == "" and name != "text"):
            raise BadRecord("missing_field", f"{name} is missing")
    raw["published_at"] = moment(raw["published_at"])
    platform = raw["platform"] = str(raw["platform"]).strip().lower()
    if not sane_platform(platform):
        raise BadRecord("bad_field", f"platform {shown(platform)} is no name")


def sane_platform(name: str) -> bool:
    """Whether `name` is a word that a channel may be called by, heard of or not."""
    return _PLATFORM.fullmatch(name) is not None


def moment(value: object) -> object:
    """Times that pydantic does not read (micro- and nanoseconds, mail dates) as it does; others unchanged."""
    if isinstance(value, str) and len(value) <= 64:
        value = value.strip()
        if re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", value):
            value = float(value)
        elif re.match(r"[A-Za-z]{3},? ", value):
            return _mail_date(value)
    if isinstance(value, int | float) and 1e14 < abs(value) < 1e20:
        return value / (1e3 if abs(value) < 1e17 else 1e6)
    return value


def _mail_date(value: str) -> object:
    try:
        return parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return value


def _drop_what_is_wrong(raw: dict[str, Any], error: ValidationError, repairs: Repairs) -> None:
    for problem in reversed(error.errors(include_url=False, include_context=False)):
        where, value = problem["loc"], problem["input"]
        if where[0] in REQUIRED or where[0] == "op":
            reason: Reason = "bad_time" if where[0] == "published_at" else "bad_field"
            raise BadRecord(reason, f"{where[0]}: {problem['msg'].lower()}: {shown(value)}")
        negative = problem["type"] == "greater_than_equal" and where[0] != "negativity"
        repairs.note(
            "negative_count" if negative else "bad_optional", f"{'.'.join(map(str, where))} {shown(value)}"
        )
        _drop(raw, where)


def _drop(raw: dict[str, Any], where: tuple[int | str, ...]) -> None:
    holder: Any = raw
    for step in where[:-1]:
        holder = holder[step]
    if isinstance(holder, dict):
        holder.pop(where[-1], None)
    elif isinstance(holder, list) and isinstance(where[-1], int):
        del holder[where[-1]]


def _settled(mention: Mention, raw: dict[str, Any], repairs: Repairs) -> Mention:
    """The mention without what is well formed and yet impossible."""
    wrong = dict(_impossible(mention))
    if not wrong:
        return mention
    for name, (reason, detail) in wrong.items():
        repairs.note(reason, detail)
        raw.pop(name, None)
    return Mention.model_validate(raw)


def _impossible(mention: Mention) -> Iterator[tuple[str, tuple[Reason, str]]]:
    for name in ("in_reply_to", "repost_of", "quote_of"):
        if getattr(mention, name) == mention.id:
            yield name, ("cyclic_reply", f"{name} is its own id")
    for name in ("observed_at", "edited_at"):
        value = getattr(mention, name)
        if value is not None and value < EARLIEST:
            yield name, ("bad_optional", f"{name} {value.isoformat()} is before 2000")
