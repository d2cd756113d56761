"""When an answer would feed it: watch instead, with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from alerts.incidents import Incident
from alerts.respond.lexicon import tokens
from alerts.respond.recognise import MOST_LETTERS, people
from alerts.store.store import StoredMention

TINY_PEOPLE: Final = 10
REAL_PEOPLE: Final = 5  # the floor of distinct authors, as in detection


def watch_code(incident: Incident, situation: str, mentions: Sequence[StoredMention]) -> str | None:
    """Why not to answer ("tiny_rumour", "coordination"), or None when an answer does good."""
    found = incident.evidence
    if found.possible_coordination and _without_real_people(incident, mentions):
        return "coordination"
    voices = found.mentions_last_hour if found.people_last_hour is None else found.people_last_hour
    if situation == "rumour" and voices < TINY_PEOPLE and incident.severity <= 2:
        return "tiny_rumour"
    return None


def _without_real_people(incident: Incident, mentions: Sequence[StoredMention]) -> bool:
    """Fewer than five people who say it in their own words; without mentions, what was counted tells."""
    heard = people(mentions)
    if heard:
        return own_voices(heard) < REAL_PEOPLE
    known = incident.evidence.people_last_hour
    return known is None or known < REAL_PEOPLE


def own_voices(mentions: Sequence[StoredMention]) -> int:
    """Distinct authors of a text that nobody else wrote; a null author counts once per mention."""
    texts = {mention.id: " ".join(tokens(mention.text[:MOST_LETTERS])) for mention in mentions}
    writers: dict[str, set[str]] = {}
    for mention in mentions:
        writers.setdefault(texts[mention.id], set()).add(mention.author or f"?{mention.id}")
    alone: Counter[str] = Counter()
    for who in writers.values():
        if len(who) == 1:
            alone.update(who)
    return len(alone)
