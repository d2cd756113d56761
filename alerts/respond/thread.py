"""The mentions that an answer is made from: the incident's own, from a little before it began."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from alerts.records import Incident
from alerts.store.store import Store, StoredMention

BEFORE_ONSET: Final = timedelta(hours=1)
MOST_MENTIONS: Final = 50


def thread_of(
    store: Store, incident: Incident, until: datetime, limit: int = MOST_MENTIONS
) -> list[StoredMention]:
    """The most negative and furthest reaching mentions of an incident up to and including `until`."""
    start = min(incident.onset_at, incident.evidence.started_at or incident.onset_at) - BEFORE_ONSET
    end = until + timedelta(microseconds=1)
    return store.mentions(incident.topic, start, end, thread=incident.thread, limit=limit)
