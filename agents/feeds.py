"""The feeds of the settings, as readers."""

from __future__ import annotations

from agents.settings import FeedSettings
from streams.clock import Clock
from streams.feeds.jsonl import JsonlFeed, JsonlFeedSettings
from streams.feeds.rss import RssFeed
from streams.feeds.webhook import WebhookFeed, WebhookFeedSettings

AnyFeed = JsonlFeed | WebhookFeed | RssFeed


def build_feed(settings: FeedSettings, clock: Clock) -> AnyFeed:
    """The reader of a feed."""
    if isinstance(settings, JsonlFeedSettings):
        return JsonlFeed(settings, clock)
    if isinstance(settings, WebhookFeedSettings):
        return WebhookFeed(settings, clock)
    return RssFeed(settings, clock)
