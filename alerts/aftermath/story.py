"""What an incident was, gathered when it is over: times, spread, answers, gaps, ideas. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field

from alerts.answering import waits
from alerts.feedback.digest import Voice, digest_topic
from alerts.feedback.supporters import Supporter, supporters
from alerts.incidents import Incident, situation_of, waited
from alerts.moderation import LEDGER, Moderated, moderated
from alerts.neutral import plain
from alerts.organisation import Organisation
from alerts.records import AuditEntry
from alerts.respond.asked import unanswered
from alerts.respond.faq import Faq
from alerts.respond.published import PublishedReply, replies_of
from alerts.store.store import Store, StoredMention
from streams.records import Pulse, Record, UtcTime

BEFORE: Final = timedelta(hours=4)
AFTER: Final = timedelta(hours=2)
MOST_MENTIONS: Final = 20_000
LEAST_ASKED: Final = 2
SHOWN: Final = 10


class Gap(Record):
    """A question that people asked and no FAQ answers."""

    question: str = Field(description="one wording of it, a stranger's, made harmless")
    language: str
    times: int


class AfterAction(Record):
    """Everything the after-action report tells. Authors are left out or told apart by tags."""

    schema_version: int = 1
    incident: Incident
    written_at: UtcTime
    situation: str | None
    posts: int
    negative: int
    people: int | None = Field(description="distinct authors; None where no feed names any")
    channels: dict[str, int]
    peak_per_hour: float | None = Field(description="negative posts an hour at the highest")
    peak_at: UtcTime | None
    usual_per_hour: float | None
    waited_minutes: float = Field(description="from the first post that waited to our answer, or to the end")
    target_minutes: int
    page_to_acknowledge_minutes: float | None
    lasted_minutes: float | None = Field(description="from the opening to its end; None while it is live")
    timeline: tuple[AuditEntry, ...]
    replies: tuple[PublishedReply, ...] = Field(description="answers that people recorded")
    answers: tuple[str, ...] = Field(description="answers that feeds brought from our own accounts")
    undelivered: tuple[str, ...] = Field(description="receivers that did not get a notice")
    gaps: tuple[Gap, ...]
    ideas: tuple[Voice, ...]
    questions: tuple[Voice, ...]
    supporters: tuple[Supporter, ...]
    moderated: tuple[Moderated, ...]
    pulses: tuple[Pulse, ...] = Field(description="what was measured around it, for the chart")

    @property
    def in_time(self) -> bool | None:
        """Whether the first public answer kept to its target; None without an answer."""
        return None if self.incident.answered_at is None else self.waited_minutes <= self.target_minutes


def tell(
    store: Store, organisation: Organisation, faq: Faq, incident: Incident, now: datetime
) -> AfterAction:
    """The story of an incident as the store has it at `now`; a live one is told so far."""
    start = min(incident.onset_at, incident.evidence.started_at or incident.onset_at)
    end = min(now, (incident.resolved_at or now) + AFTER)
    mentions = _mentions(store, incident, start, end)
    theirs = [one for one in mentions if not one.official]
    pulses = store.pulses(incident.topic, start - BEFORE, end)
    peak = max(pulses, key=lambda one: one.negative_per_hour, default=None)
    voices = digest_topic(incident.topic, mentions).voices
    authors = {one.author for one in theirs if one.author}
    return AfterAction(
        incident=incident,
        written_at=now,
        situation=situation_of(incident),
        posts=len(theirs),
        negative=sum(map(waits, theirs)),
        people=len(authors) or None,
        channels=_channels(theirs),
        peak_per_hour=peak.negative_per_hour if peak else None,
        peak_at=peak.at if peak else None,
        usual_per_hour=peak.usual_per_hour if peak else None,
        waited_minutes=_minutes(waited(incident, now)),
        target_minutes=organisation.answer_minutes(situation_of(incident)),
        page_to_acknowledge_minutes=_between(incident.first_page_at, incident.acknowledged_at),
        lasted_minutes=_between(incident.opened_at, incident.resolved_at),
        timeline=tuple(sorted(store.audit(incident.id), key=lambda one: one.at)),
        replies=tuple(reversed(replies_of(store, incident.id))),
        answers=tuple(plain(one.text, 2000) for one in mentions if one.official and one.text),
        undelivered=_undelivered(store, incident),
        gaps=_gaps(theirs, faq, organisation.language),
        ideas=voices["idea"][:SHOWN],
        questions=voices["ask"][:SHOWN],
        supporters=supporters(mentions, incident.id),
        moderated=_moderated(store, mentions, start, end),
        pulses=tuple(pulses),
    )


def _mentions(store: Store, incident: Incident, start: datetime, end: datetime) -> list[StoredMention]:
    found = store.mentions(incident.topic, start, end, thread=incident.thread, limit=MOST_MENTIONS)
    return sorted((one for one in found if not one.deleted), key=lambda one: (one.published_at, one.id))


def _channels(mentions: Sequence[StoredMention]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in mentions:
        name = plain(one.platform, 30)
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _undelivered(store: Store, incident: Incident) -> tuple[str, ...]:
    failed = {plain(one.receiver, 60) for one in store.deliveries(incident.id) if one.state == "failed"}
    return tuple(sorted(failed))


def _gaps(mentions: Sequence[StoredMention], faq: Faq, otherwise: str) -> tuple[Gap, ...]:
    found = unanswered(mentions, faq, LEAST_ASKED, otherwise)[:SHOWN]
    return tuple(
        Gap(question=plain(one.question, 280), language=one.language, times=one.times) for one in found
    )


def _moderated(
    store: Store, mentions: Sequence[StoredMention], start: datetime, end: datetime
) -> tuple[Moderated, ...]:
    """What was hidden of its posts, or meanwhile of posts that we do not know."""
    posts = {one.id for one in mentions} | {one.url for one in mentions if one.url}
    entries = moderated(store.entries(LEDGER)).entries
    return tuple(one for one in reversed(entries) if one.post in posts or start <= one.at <= end)


def _between(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else _minutes(end - start)


def _minutes(span: timedelta) -> float:
    return round(span / timedelta(minutes=1), 1)
