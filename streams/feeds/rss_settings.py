"""The settings of one RSS, Atom or JSON Feed."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from streams.feeds.health import FeedName
from streams.records import Record


class RssFeedSettings(Record):
    """A feed that is polled. `allow_private` lets it stand on an address of one's own network."""

    type: Literal["rss"] = "rss"
    name: FeedName
    url: str = Field(max_length=2_000, repr=False)  # an address may hold a private token
    every_minutes: float = Field(default=5, gt=0, le=1_440)
    platform: str = Field(default="rss", pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")
    channel: str = "news"
    kind: str = "article"
    language: str | None = None
    allow_private: bool = False
    max_bytes: int = Field(default=5_000_000, ge=1_000, le=50_000_000)
    max_redirects: int = Field(default=5, ge=0, le=10)
    timeout_seconds: float = Field(default=30, gt=0, le=300)

    @field_validator("url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("give a whole address that begins with https:// or http://")
        if parts.username is not None:
            raise ValueError("a name and password in the address are not supported")
        return url
