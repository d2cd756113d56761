"""What the metrics tell of answering: late answers, and posts that wait against what those on duty manage."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from agents.settings import Settings
from alerts.feedback.digest import open_questions
from alerts.incidents import LIVE, answer_target_at, situation_of
from alerts.store.store import Store
from streams.metrics import Metrics

EVERY: Final = timedelta(minutes=1)
WINDOW: Final = timedelta(hours=1)
MOST: Final = 2000
"""So many posts of a topic are looked through, the most negative; beyond it, more is not worse."""


class AnswerMeter:
    """Looks at most once a minute: it reads the last hour's posts."""

    def __init__(self, metrics: Metrics, store: Store, settings: Settings) -> None:
        self._metrics, self._store = metrics, store
        self._organisation = settings.organisation
        self._topics = [topic.name for topic in settings.topics]
        self._next: datetime | None = None

    def look(self, now: datetime) -> None:
        """Late answers, the load of each topic, and the capacity now."""
        if self._next is not None and now < self._next:
            return
        self._next = now + EVERY
        late = self._overdue(now)
        for topic in self._topics:
            posts = self._store.mentions(topic, now - WINDOW, now + timedelta(seconds=1), limit=MOST)
            self._metrics.reply_load(topic, open_questions(posts))
            self._metrics.overdue(topic, late[topic])
        self._metrics.reply_capacity(self._organisation.replies_an_hour(now))

    def _overdue(self, now: datetime) -> Counter[str]:
        """By topic, the open incidents whose answer is past its target."""
        within, late = self._organisation.answer_within, Counter[str]()
        for one in self._store.incidents(LIVE):
            target = answer_target_at(one, within(situation_of(one)))
            late[one.topic] += target is not None and target < now
        return late
