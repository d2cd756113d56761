"""What must be remembered between two polls of a feed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, Self

from streams.feeds.fetch import Fetched

_LEAST_REMEMBERED = 500


@dataclass(slots=True)
class RssCursor:
    """The address (it may have moved), what makes the next request conditional, and every entry seen of late.

    `seen` maps a short hash of an entry's id to its digest; it holds at least twice what the feed shows.
    """

    source: str
    url: str
    etag: str | None = None
    modified: str | None = None
    polled_at: datetime | None = None
    seen: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, cursor: str | None, source: str) -> Self:
        """The state in a cursor; of another address only what was seen counts; an unreadable one is none."""
        try:
            raw: dict[str, Any] = json.loads(cursor or "{}")
            seen = {str(name): str(digest) for name, digest in raw.get("seen", {}).items()}
            polled = datetime.fromisoformat(raw["polled_at"]) if raw.get("polled_at") else None
            if raw.get("source") != source:
                return cls(source, source, polled_at=polled, seen=seen)
            return cls(source, str(raw["url"]), raw.get("etag"), raw.get("modified"), polled, seen)
        except (ValueError, TypeError, AttributeError, KeyError):
            return cls(source, source)

    def dump(self) -> str:
        """The cursor."""
        polled = self.polled_at.isoformat() if self.polled_at else None
        fields = {
            "source": self.source,
            "url": self.url,
            "etag": self.etag,
            "modified": self.modified,
            "polled_at": polled,
            "seen": self.seen,
        }
        return json.dumps(fields, separators=(",", ":"))

    def conditions(self) -> dict[str, str]:
        """The headers that ask only for what changed."""
        given = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in given.items() if value}

    def digest(self, entry_id: str) -> str | None:
        """What the entry said when it was last seen; None if it is new."""
        return self.seen.get(_short(entry_id))

    def move_on(self, fetched: Fetched, shown: Iterable[tuple[str, str]], now: datetime) -> None:
        """Remember an answer and the entries it showed."""
        self.polled_at = now
        self.url = fetched.moved_to or self.url
        if fetched.status == 304:
            return
        self.etag = _header(fetched, "etag")
        self.modified = _header(fetched, "last-modified")
        now_shown = {_short(entry_id): digest for entry_id, digest in shown}
        earlier = [(name, digest) for name, digest in self.seen.items() if name not in now_shown]
        room = max(_LEAST_REMEMBERED, 2 * len(now_shown)) - len(now_shown)
        self.seen = dict(earlier[-room:]) | now_shown


def _header(fetched: Fetched, name: str) -> str | None:
    value = fetched.headers.get(name, "")
    return value if 0 < len(value) <= 500 and value.isascii() and value.isprintable() else None


def _short(entry_id: str) -> str:
    return blake2b(entry_id.encode(errors="replace"), digest_size=6).hexdigest()
