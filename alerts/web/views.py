"""What the pages show, made from records: small frozen shapes that a template only lays out. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from alerts.incidents import (
    CLOSED,
    TRANSITIONS,
    AuditEntry,
    Incident,
    answer_target_at,
    is_snoozed,
    situation_of,
)
from alerts.neutral import plain
from alerts.organisation import Organisation
from alerts.page import forms, say
from alerts.quality import QualityPolicy, paged_within, vote_of
from alerts.store.store import Delivery, StoredMention
from alerts.web.hostile import clean, web_link
from alerts.web.language import Texts
from streams.records import Evidence
from streams.statistics.proportion import wilson

ON_PAGE = "web"
"""Who acted when no name was given on the page."""
OFFICIAL: Final = "official account"
"""Who answered where a feed brought our own post."""
MACHINES: Final = frozenset({"watch", "desk"})
MAX_POSTS: Final = 8
LABELS: Final = ("neg", "neu", "pos")
_LANGUAGE_TAG: Final = re.compile(r"[a-z]{2,3}")
_SEVERITY_CHANGE: Final = re.compile(r"severity (\d)(?: to (\d))?; (\w+)")
_UNDONE: Final = re.compile(r"undoes (\w+)")


@dataclass(frozen=True, slots=True)
class Answer:
    """How it stands with the first public answer: `state` is a key under `owner.`."""

    state: Literal["answered", "answer_due", "answer_late"]
    at: datetime


@dataclass(frozen=True, slots=True)
class Post:
    """One stranger's post, safe to lay out; `tag` tells writers apart without naming them."""

    text: str
    language: str | None
    tag: str | None
    official: bool
    followers: int | None
    platform: str
    at: datetime
    link: str | None
    negativity: float
    deleted: bool
    id: str = ""
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history; `by` is None where a machine acted."""

    at: datetime
    by: str | None
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class Sent:
    """How one notice to one receiver stands."""

    receiver: str
    kind: str
    state: str
    at: datetime
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class Worth:
    """What people say of the pages of the last months; shares (0-1) with a 95 % interval."""

    days: int
    voted: int
    useful: int
    share: float
    low: float
    high: float


def worth_of(incidents: Sequence[Incident], now: datetime) -> Worth | None:
    """How many of the pages that people voted on were useful; None where nobody voted."""
    days = QualityPolicy().days
    votes = [vote_of(i) for i in paged_within(incidents, now - timedelta(days=days), now)]
    voted = [vote for vote in votes if vote is not None]
    useful = sum(vote == "useful" for vote in voted)
    if not voted:
        return None
    return Worth(days, len(voted), useful, useful / len(voted), *wilson(useful, len(voted)))


def answer_of(incident: Incident, organisation: Organisation, now: datetime) -> Answer | None:
    """The answer that was given or is awaited; None where the advice is to watch, or nobody was paged."""
    if incident.answered_at is not None:
        return Answer("answered", incident.answered_at)
    due = answer_target_at(incident, organisation.answer_within(situation_of(incident)))
    return None if due is None else Answer("answer_late" if now > due else "answer_due", due)


def owner_of(incident: Incident, texts: Texts) -> str | None:
    """Who has it, as a name to show; None while nobody does."""
    if incident.acknowledged_at is None:
        return None
    return shown_name(incident.acknowledged_by or "", texts)


def shown_name(by: str, texts: Texts) -> str:
    """A person's name as it is shown; our own account by what it is."""
    if by == OFFICIAL:
        return texts("posts.official")
    return texts("owner.unnamed") if by in {"", ON_PAGE} else plain(by, 60)


def next_step(incident: Incident) -> str | None:
    """The one thing to do now: take it, answer, close it; None when it is over."""
    if incident.state in CLOSED:
        return None
    if incident.acknowledged_at is None:
        return "acknowledge"
    watching = incident.suggestion is not None and incident.suggestion.action == "watch"
    return "resolve" if incident.answered_at is not None or watching else "answered"


def allowed(incident: Incident) -> frozenset[str]:
    """The human steps that the incident can take from where it stands."""
    kinds = {event for state, event in TRANSITIONS if state is incident.state}
    return frozenset(kinds | ({"undo"} if incident.before_action is not None else set()))


def snooze_end(incident: Incident, now: datetime) -> datetime | None:
    """Until when reminders are silent; None when they are not."""
    return incident.snoozed_until if is_snoozed(incident, now) else None


def trend(evidence: Evidence) -> Literal["growing", "fading", "unclear"]:
    """Where the spread goes, as far as its interval tells."""
    if (evidence.reproduction_low or 0) > 1:
        return "growing"
    if evidence.reproduction_high is not None and evidence.reproduction_high < 1:
        return "fading"
    return "unclear"


def channels_of(evidence: Evidence) -> list[tuple[str, int]]:
    """Channels with their counts, the largest first."""
    ranked = sorted(evidence.channels.items(), key=lambda one: (-one[1], one[0]))
    return [(plain(name, 30), count) for name, count in ranked[:6]]


def posts_of(
    incident: Incident, mentions: Sequence[StoredMention], labels: Mapping[str, str] | None = None
) -> list[Post]:
    """The posts that carry an incident: those that decided first, then the most negative.

    `labels` are what people said of them, by id.
    """
    rank = {identity: place for place, identity in enumerate(incident.evidence.top_mentions)}
    ordered = sorted(mentions, key=lambda m: (rank.get(m.id, len(rank)), -m.negativity))
    said = labels or {}
    return [_post(mention, incident.id, said.get(mention.id)) for mention in ordered[:MAX_POSTS]]


def _post(mention: StoredMention, salt: str, label: str | None) -> Post:
    language = mention.language if _LANGUAGE_TAG.fullmatch(mention.language or "") else None
    return Post(
        text=clean(mention.text),
        language=language,
        tag=author_tag(mention.author, salt) if mention.author else None,
        official=mention.official,
        followers=mention.followers,
        platform=plain(mention.platform, 30),
        at=mention.published_at,
        link=None if mention.deleted else web_link(mention.url),
        negativity=mention.negativity,
        deleted=mention.deleted,
        id=mention.id,
        label=label,
    )


def author_tag(author: str, salt: str) -> str:
    """Four letters that tell the writers of one incident apart, and no more than that."""
    text = f"{salt}\x1f{author}".encode(errors="surrogatepass")
    return hashlib.blake2b(text, digest_size=2).hexdigest()


def lines_of(entries: Sequence[AuditEntry], texts: Texts) -> list[Line]:
    """The history, newest first, in the reader's language."""
    return [_line(entry, texts) for entry in sorted(entries, key=lambda e: e.at, reverse=True)]


def _line(entry: AuditEntry, texts: Texts) -> Line:
    machine = entry.by in MACHINES
    return Line(
        at=entry.at,
        by=None if machine else shown_name(entry.by, texts),
        what=texts.known(f"timeline.what.{entry.what}", plain(entry.what.replace("_", " "), 60)),
        detail=_detail(entry, texts) if machine or entry.what == "undo" else clean(entry.detail, 1000),
    )


def _detail(entry: AuditEntry, texts: Texts) -> str:
    """What a machine noted, in the reader's language where we know its form."""
    if change := _SEVERITY_CHANGE.fullmatch(entry.detail):
        before, after, decision = change.groups()
        told = texts("timeline.severity", severity=_severity_word(after or before, texts))
        rose = after is not None and after != before
        why = texts.known(f"timeline.decision.{decision}", "")
        return "; ".join(part for part in (told if rose or after is None else "", why) if part)
    if undone := _UNDONE.fullmatch(entry.detail):
        return texts.known(f"timeline.what.{undone[1]}", plain(undone[1]))
    return texts.known(f"timeline.decision.{entry.detail}", plain(entry.detail, 200))


def _severity_word(number: str, texts: Texts) -> str:
    return f"{say(f'severity.{number}', texts.language).lower()} {number}/5"


def sent_of(deliveries: Sequence[Delivery]) -> list[Sent]:
    """How every notice stands, newest first."""
    ordered = sorted(deliveries, key=lambda d: (d.notice.at, d.id), reverse=True)
    return [
        Sent(
            receiver=plain(d.receiver, 60),
            kind=d.notice.kind,
            state=d.state,
            at=d.sent_at or d.notice.at,
            attempts=d.attempts,
            error=clean(d.last_error or "", 200),
        )
        for d in ordered
    ]


def marks_of(incident: Incident, pages: Sequence[datetime]) -> list[tuple[str, datetime]]:
    """What to mark in the chart: the onset, every page, and what people did."""
    marks = [("onset", incident.evidence.started_at or incident.onset_at)]
    marks += [("page", at) for at in sorted(set(pages) or {incident.opened_at})]
    human = (
        ("acknowledged", incident.acknowledged_at),
        ("answered", incident.answered_at),
        ("resolved", incident.resolved_at),
    )
    return marks + [(kind, at) for kind, at in human if at is not None]


def rate_text(negative: float, language: str) -> str:
    """A rate as a whole count, or with a decimal while it is below ten."""
    return forms.whole(negative, language) if negative >= 9.95 else forms.one_decimal(negative, language)
