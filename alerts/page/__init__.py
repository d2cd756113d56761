"""The page that wakes someone: five lines, a headline, and why, in Finnish, Swedish and English."""

from __future__ import annotations

from alerts.page.lines import headline, page_lines
from alerts.page.reasons import why
from alerts.page.state import DataState
from alerts.page.words import say, say_or_plain, watch_reason

__all__ = ["DataState", "headline", "page_lines", "say", "say_or_plain", "watch_reason", "why"]
