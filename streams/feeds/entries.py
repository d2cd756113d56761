"""Entries of RSS, Atom and JSON Feed documents as mentions. Pure; documents are hostile until read."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any
from urllib.parse import urljoin

import feedparser

from streams.bad_input import EARLIEST, FUTURE_TOLERANCE
from streams.codec import decode_lines
from streams.errors import BadRecord
from streams.feeds.characters import characters
from streams.feeds.links import canonical
from streams.feeds.rss_settings import RssFeedSettings
from streams.plain_text import capped, plain
from streams.records import Mention
from streams.repair import moment, shortened

MOST_ENTRIES = 5_000
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ENTITIES = re.compile(r"<!\s*(?:ENTITY|DOCTYPE[^>]*\[)", re.IGNORECASE)
_ZONES = {"EET": 2, "EEST": 3, "CET": 1, "CEST": 2}  # what Finnish servers write and feedparser takes for UTC
_PARSER_FAILURES = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    AssertionError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: the id of its mention, a digest of what it says, and the fields of the mention."""

    id: str
    digest: str
    fields: dict[str, Any]

    def line(self, *, changed: bool = False, backfilled: bool = False) -> bytes:
        """The mention as a line for the codec; a changed one is an edit with its content as version."""
        extra: dict[str, Any] = {"op": "update", "version": self.digest} if changed else {}
        return json.dumps(self.fields | extra | {"backfilled": backfilled}).encode()


def parse(payload: bytes, content_type: str, settings: RssFeedSettings, now: datetime) -> list[Mention]:
    """Every entry of a document as a mention; `BadRecord` where it is no feed."""
    lines = [entry.line() for entry in entries(payload, content_type, settings, now)]
    return decode_lines(lines, now).mentions


def entries(payload: bytes, content_type: str, settings: RssFeedSettings, now: datetime) -> list[Entry]:
    """The entries of a document, at most five thousand; `BadRecord` where it is no feed."""
    text = _ILLEGAL.sub("", characters(payload, content_type))
    start = text.lstrip()[:1]
    found = _json_entries(text, settings) if start == "{" else _xml_entries(text, settings)
    return list(
        {entry.id: entry for entry in (_entry(fields, settings, now) for fields in found) if entry}.values()
    )


# --- JSON Feed


def _json_entries(text: str, settings: RssFeedSettings) -> list[dict[str, Any]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise BadRecord("malformed", "neither XML nor JSON") from None
    items = document.get("items")
    if not isinstance(items, list) or "jsonfeed" not in str(document.get("version", "")):
        raise BadRecord("malformed", "a JSON document, but no JSON Feed")
    publisher = _string(document, "title")
    language = settings.language or _string(document, "language")
    return [_json_item(item, publisher, language) for item in items[:MOST_ENTRIES] if isinstance(item, dict)]


def _json_item(item: Mapping[str, Any], publisher: str, language: str) -> dict[str, Any]:
    authors = item.get("authors") or [item.get("author")]
    named = (
        [each.get("name") for each in authors if isinstance(each, dict)] if isinstance(authors, list) else []
    )
    tags = item.get("tags")
    return {
        "guid": str(item.get("id") or ""),
        "link": _string(item, "url") or _string(item, "external_url"),
        "title": _string(item, "title"),
        "text": _string(item, "content_text") or _string(item, "content_html") or _string(item, "summary"),
        "author": next((name for name in named if isinstance(name, str) and name), publisher),
        "language": _string(item, "language") or language,
        "tags": [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        "published": item.get("date_published") or item.get("date_modified"),
        "edited": item.get("date_modified"),
    }


def _string(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


# --- RSS and Atom


def _xml_entries(text: str, settings: RssFeedSettings) -> list[dict[str, Any]]:
    if _ENTITIES.search(text):
        raise BadRecord("malformed", "a document that declares entities is not read")
    try:
        document = feedparser.parse(
            io.BytesIO(_DECLARATION.sub("", text).encode(errors="replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,  # all markup becomes plain text here
        )
        if not document.entries and not document.version:
            raise BadRecord("malformed", "no feed that we know: RSS, Atom or JSON Feed")
        publisher, language = document.feed.get("title", ""), document.feed.get("language", "")
        return [
            _xml_entry(entry, publisher, settings.language or language)
            for entry in document.entries[:MOST_ENTRIES]
        ]
    except _PARSER_FAILURES as error:
        raise BadRecord("malformed", f"the document breaks its parser: {type(error).__name__}") from None


def _xml_entry(entry: Mapping[str, Any], publisher: str, language: str) -> dict[str, Any]:
    detail = entry.get("content") or [entry.get("summary_detail") or {}]
    parent = entry.get("thr_in-reply-to")
    return {
        "guid": entry.get("id") or "",
        "link": entry.get("link") or "",
        "title": entry.get("title") or "",
        "text": detail[0].get("value") or entry.get("summary") or "",
        "author": entry.get("author") or publisher,
        "language": detail[0].get("language") or language,
        "tags": [tag.get("term") for tag in entry.get("tags") or () if tag.get("term")],
        "published": _parsed(entry, "published") or _parsed(entry, "updated"),
        "edited": _parsed(entry, "updated"),
        "replies": entry.get("slash_comments"),
        "parent": parent.get("ref") if isinstance(parent, dict) else None,
    }


def _parsed(entry: Mapping[str, Any], name: str) -> datetime | None:
    fields = entry.get(f"{name}_parsed")
    if fields is None:
        return None
    zone = str(entry.get(name, "")).strip().rpartition(" ")[2].upper()
    year, month, day, hour, minute, second = fields[:6]
    try:
        read = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        return read - timedelta(hours=_ZONES.get(zone, 0))
    except (ValueError, OverflowError):
        return None


# --- both


def _entry(found: Mapping[str, Any], settings: RssFeedSettings, now: datetime) -> Entry | None:
    title, text = _one_line(plain(capped(found["title"]))), plain(capped(found["text"]))
    link = _absolute(settings.url, found["link"])
    if not (title or text):
        return None
    digest = _digest(title, text, link or "")
    native = found["guid"] or link or digest
    name = shortened(f"{settings.platform}:{_namespaced(native, settings.name)}")
    fields = {
        "id": name,
        "feed": settings.name,
        "platform": settings.platform,
        "channel": settings.channel,
        "kind": settings.kind,
        "native_id": shortened(native),
        "url": link,
        "title": title or None,
        "text": text,
        "language": found["language"].replace("_", "-").split("-")[0].lower()[:8] or None,
        "conversation_id": shortened(found.get("parent") or link or name),
        "in_reply_to": shortened(found["parent"]) if found.get("parent") else None,
        "author": {"name": _one_line(plain(found["author"]))[:200]} if found["author"] else None,
        "engagement": {"replies": found.get("replies")} if found.get("replies") else None,
        "tags": found["tags"][:50],
        "published_at": _plausible(found["published"], now).isoformat(),
        "edited_at": _edited(found["edited"], found["published"], now),
        "observed_at": now.isoformat(),
    }
    return Entry(name, digest, fields)


def _absolute(base: str, link: str) -> str | None:
    try:
        return canonical(urljoin(base, link)) if link else None
    except ValueError:
        return None


def _namespaced(native: str, feed: str) -> str:
    """Ids such as "123" belong to their feed alone; addresses and tags are the same everywhere."""
    return native if re.match(r"[a-z][a-z0-9+.-]{1,20}:", native, re.IGNORECASE) else f"{feed}/{native}"


def _plausible(time: object, now: datetime) -> datetime:
    """The publication; when it is missing, before 2000 or in the future, when we first saw it."""
    known = _instant(time)
    return known if known is not None and EARLIEST <= known <= now + FUTURE_TOLERANCE else now


def _edited(time: object, published: object, now: datetime) -> str | None:
    known = _instant(time)
    if known is None or not EARLIEST <= known <= now + FUTURE_TOLERANCE or known == _instant(published):
        return None
    return known.isoformat()


def _instant(time: object) -> datetime | None:
    if isinstance(time, str):
        time = moment(time)
    if isinstance(time, str):
        try:
            time = datetime.fromisoformat(time)
        except ValueError:
            return None
    if not isinstance(time, datetime):
        return None
    try:
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except OverflowError:
        return None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _digest(*said: str) -> str:
    return blake2b("\x1f".join(said).encode(errors="replace"), digest_size=8).hexdigest()
