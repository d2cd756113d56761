"""docs/feeds.md names every setting of every feed and every reason for which input is refused or repaired."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from streams.bad_input import REASONS
from streams.feeds.jsonl import JsonlFeedSettings
from streams.feeds.rss import RssFeedSettings
from streams.feeds.webhook import WebhookFeedSettings

TEXT = (Path(__file__).parents[2] / "docs" / "feeds.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("settings", [JsonlFeedSettings, RssFeedSettings, WebhookFeedSettings])
def test_every_setting_has_its_line(settings: type[BaseModel]) -> None:
    assert [name for name in settings.model_fields if f"`{name}`" not in TEXT] == []


def test_every_reason_has_its_line() -> None:
    assert [reason for reason in REASONS if f"`{reason}`" not in TEXT] == []
