"""A store with a storm in it, and the web application over it: what the page tests look at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter

from alerts.desk import Desk
from alerts.incidents import AuditEntry, Incident, IncidentPolicy, State
from alerts.organisation import Organisation
from alerts.page import DataState
from alerts.respond.suggest import suggest
from alerts.store.sqlite import SqliteStore
from alerts.store.store import StoredMention
from alerts.web.app import create_app
from alerts.web.settings import WebSettings
from streams.clock import ManualClock
from streams.records import Pulse
from tests import build

LONG = (
    "Revontulen sovellus kaatuu joka kerta kun yritän avata lipun. Juna lähtee 20 minuutin päästä "
    "ja olen laiturilla ilman lippua. Missä asiakaspalvelu?"
)
NOW = build.AT + timedelta(minutes=23)
ORGANISATION = Organisation(
    name="Revontuli Matkat Oy", signature="Aino, asiakaspalvelu", updates_url="https://revontuli.example/nyt"
)


@dataclass
class Scene:
    """The application and all that stands behind it."""

    store: SqliteStore
    clock: ManualClock
    wall: ManualClock
    registry: CollectorRegistry
    app: web.Application
    facts: dict[str, object]


def scene(
    settings: WebSettings | None = None,
    organisation: Organisation = ORGANISATION,
    now: datetime = NOW,
    *,
    empty: bool = False,
) -> Scene:
    """The application at `now`; with the storm in its store unless `empty`."""
    store, clock, wall = SqliteStore(":memory:"), ManualClock(now), ManualClock(now)
    registry = CollectorRegistry()
    Counter("palovahti_things", "Counted for the test.", registry=registry).inc()
    facts: dict[str, object] = {
        "ready": True,
        "data": DataState(feeds_alive=3, feeds_total=3, lag_seconds=4.0, gaps=0),
    }

    def health() -> Mapping[str, object]:
        return facts

    desk = Desk(store, IncidentPolicy(), organisation, [], lambda: None)
    if not empty:
        fill(store, organisation, now)
    app = create_app(
        store,
        desk,
        organisation,
        settings or WebSettings(),
        clock,
        registry,
        health,
        wall,
    )
    return Scene(store, clock, wall, registry, app, facts)


def fill(store: SqliteStore, organisation: Organisation, now: datetime) -> None:
    """A live storm, a smaller live one that is taken, and some history."""
    storm = storm_incident(organisation, now)
    with store.transaction() as tx:
        tx.add_pulses(storm_pulses("Revontuli-sovellus", now))
        tx.add_pulses(calm_pulses("Laukku", now))
        tx.add_pulses(calm_pulses("Revontuli Matkat", now - timedelta(days=3) + timedelta(hours=5)))
        tx.add_mentions(posts())
        tx.put_incident(storm)
        tx.put_incident(taken_incident(now))
        tx.add_audit(storm_audit(storm))
        for incident in history(now):
            tx.put_incident(incident)
        opening = build.notice(id=f"{storm.id}:page:1", incident=storm, at=storm.opened_at)
        tx.enqueue(opening, ["päivystys", "muut", "pääte"], storm.opened_at)
    for delivery in store.claim(storm.opened_at, 10, timedelta(minutes=1)):
        if delivery.receiver == "muut":
            store.mark_failed(delivery.id, "503 Service Unavailable", None)
        elif delivery.receiver == "päivystys":
            store.mark_sent(delivery.id, storm.opened_at + timedelta(seconds=4))


def storm_incident(organisation: Organisation, now: datetime) -> Incident:
    """Severity 4, escalated, taken by nobody."""
    storm = build.incident(
        id="inc-storm",
        topic="Revontuli-sovellus",
        state=State.ESCALATED,
        severity=4,
        updated_at=now - timedelta(minutes=1),
        evidence=build.evidence(
            largest_thread="mastodon:p1",
            channels={"mastodon": 40, "reddit": 8, "forum": 5},
            top_words=("sovellus", "kaatuu", "matkustajat", "lippu"),
            top_mentions=("mastodon:p1", "mastodon:p2", "reddit:p3"),
        ),
    )
    draft = suggest(storm, posts(), organisation, now)
    return storm.model_copy(update={"suggestion": draft})


def taken_incident(now: datetime) -> Incident:
    """Severity 2, taken by Maija, cooling."""
    return build.incident(
        id="inc-taken",
        topic="Laukku",
        state=State.COOLING,
        severity=2,
        opened_at=now - timedelta(hours=3),
        first_page_at=now - timedelta(hours=3),
        onset_at=now - timedelta(hours=4),
        acknowledged_at=now - timedelta(hours=2, minutes=55),
        acknowledged_by="Maija",
        answered_at=now - timedelta(hours=2, minutes=30),
        suggestion=build.suggestion(),
        evidence=build.evidence(negative_last_hour=11.0, usual_low=2.0, usual_high=6.0),
    )


def history(now: datetime) -> list[Incident]:
    """What is over."""
    day = timedelta(days=1)
    return [
        build.incident(
            id="inc-old-1",
            topic="Revontuli Matkat",
            state=State.RESOLVED,
            opened_at=now - 3 * day,
            resolved_at=now - 3 * day + timedelta(hours=5, minutes=12),
            acknowledged_at=now - 3 * day + timedelta(minutes=3),
            acknowledged_by="Maija",
        ),
        build.incident(
            id="inc-old-2",
            topic="Laukku",
            state=State.FALSE_ALARM,
            severity=1,
            opened_at=now - 12 * day,
            resolved_at=now - 12 * day + timedelta(minutes=9),
        ),
    ]


def storm_pulses(topic: str, now: datetime) -> list[Pulse]:
    """Five hours of quiet, then a rise to 48; a feed was lost for a quarter of an hour."""
    start, onset = now - timedelta(hours=5), build.AT - timedelta(minutes=30)
    pulses = []
    for minute in range(5 * 60 + 1):
        at = start + timedelta(minutes=minute)
        if timedelta(hours=1, minutes=20) < at - start < timedelta(hours=1, minutes=40):
            continue
        since = max(0.0, (at - onset) / timedelta(minutes=53))
        rate = 5 + 1.6 * math.sin(minute / 17) + 0.8 * math.sin(minute / 3) + 42 * since**1.7
        pulses.append(
            build.pulse(
                topic=topic,
                at=at,
                negative_per_hour=max(0.0, rate),
                usual_low=3.0,
                usual_high=8 + minute / 300,
            )
        )
    return pulses


def calm_pulses(topic: str, now: datetime) -> list[Pulse]:
    """A hill that is over."""
    return [
        build.pulse(
            topic=topic,
            at=now - timedelta(minutes=360 - minute),
            negative_per_hour=3 + 14 * math.exp(-(((minute - 200) / 50) ** 2)),
        )
        for minute in range(0, 361, 2)
    ]


def posts() -> list[StoredMention]:
    """What people wrote."""
    texts = [
        (
            "mastodon:p1",
            "fi",
            LONG,
            5400,
            0.97,
        ),
        ("mastodon:p2", "fi", "Sama täällä, koko perhe jumissa. Kukaan ei vastaa.", 120, 0.93),
        ("reddit:p3", "sv", "Appen har varit nere sedan lunch. Ingen information någonstans.", None, 0.9),
        ("forum:p4", "en", "Third time this month. Paid twice, no ticket, no answer.", 38, 0.88),
    ]
    return [
        build.stored_mention(
            id=identity,
            topics=("Revontuli-sovellus",),
            thread="mastodon:p1",
            platform=identity.partition(":")[0],
            author=f"author-of-{identity}",
            followers=followers,
            text=text,
            language=language,
            url=f"https://example.org/{identity.replace(':', '/')}",
            negativity=negativity,
            published_at=build.AT - timedelta(minutes=25 - place * 9),
        )
        for place, (identity, language, text, followers, negativity) in enumerate(texts)
    ]  # fmt: skip


def storm_audit(storm: Incident) -> list[AuditEntry]:
    """What happened so far."""
    lines = [
        (storm.opened_at, "watch", "opened", "severity 3; opened"),
        (storm.opened_at + timedelta(minutes=9), "watch", "raised", "severity 3 to 4; severity_rose"),
        (storm.opened_at + timedelta(minutes=12), "Maija", "note", "Soitin IT-päivystykseen, selvittävät."),
    ]
    return [
        AuditEntry(incident=storm.id, at=at, by=by, what=what, detail=detail)
        for at, by, what, detail in lines
    ]
