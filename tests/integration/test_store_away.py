"""A store that goes away at any moment: what was decided is decided again, and people are told."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from agents.building import build_engine, build_station
from agents.match import Topic
from agents.settings import Settings
from agents.station import Station
from alerts.incidents import Incident
from alerts.notifiers.console import ConsoleSettings
from alerts.store.sqlite import SqliteStore
from alerts.store.store import Transaction
from alerts.web.app import create_app
from alerts.web.settings import WebSettings
from alerts.web.site import SITE
from streams.errors import StoreUnreachable
from streams.feeds.feed import FeedBatch
from streams.records import Mention
from tests.browser.scene import ORGANISATION, scene
from tests.browser.visitor import visiting
from tests.recordings import story

START = datetime(2026, 3, 2, tzinfo=UTC)
SETTINGS = Settings(
    topics=(Topic(name="Kotikori", terms=("Kotikori",)),), receivers=(ConsoleSettings(name="pääte"),)
)


class Shaky(SqliteStore):
    """A store whose connection breaks now and then, before its transaction is committed, or after."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(":memory:")
        self._chance = chance
        self.broken = 0

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:  # type: ignore[override]
        luck = self._chance.random()
        with super().transaction() as tx:
            yield tx
            if luck < 0.2:
                self._break()
        if luck > 0.8:
            self._break()

    def _break(self) -> None:
        self.broken += 1
        raise StoreUnreachable("the connection was lost")


def patiently(station: Station, work: Any) -> Any:
    """Do it until it is done, as the service does."""
    while True:
        try:
            return work()
        except StoreUnreachable:
            station.begin_anew(build_engine(SETTINGS))


def outcome(store: SqliteStore, mentions: Sequence[Mention]) -> list[tuple[Incident, list[str], int]]:
    """All incidents with their notices and the length of their history, after all mentions and a calm."""
    station = build_station(SETTINGS, store, lambda: None, recorded=True)
    for at in range(0, len(mentions), 20):
        batch = FeedBatch("f", list(mentions[at : at + 20]), str(at))
        patiently(station, lambda batch=batch: station.accept(batch, batch.mentions[-1].event_at))
        while patiently(station, lambda batch=batch: station.work(batch.mentions[-1].event_at, 7)).mentions:
            pass
    patiently(station, lambda: station.idle(mentions[-1].event_at + timedelta(hours=8)))
    return [
        (
            incident,
            [one.notice.id for one in store.deliveries(incident.id)],
            len(store.audit(incident.id)),
        )
        for incident in store.incidents()
    ]


def test_wherever_the_connection_breaks_the_outcome_is_that_of_a_quiet_day() -> None:
    """Also where nobody can know whether the last transaction was committed."""
    mentions = [Mention.model_validate(line) for line in story(START)]
    expected = outcome(SqliteStore(":memory:"), mentions)
    assert len(expected) == 1
    assert expected[0][1]
    for seed in range(3):
        shaky = Shaky(random.Random(seed))
        assert outcome(shaky, mentions) == expected
        assert shaky.broken > 10


class Away:
    """A store whose server is away."""

    def __getattr__(self, name: str) -> Any:
        raise StoreUnreachable(f"the store db/p cannot be reached: connection refused ({name})")


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "The store cannot be reached"),
        ("fi", "Tietovarastoon ei saada yhteyttä"),
        ("sv", "Databasen kan inte nås"),
    ],
)
async def test_pages_say_in_every_language_that_the_store_is_away_and_when_to_try_again(
    language: str, title: str
) -> None:
    stage = scene()
    away: Any = Away()
    desk = stage.app[SITE].desk
    stage.app = create_app(
        away, desk, ORGANISATION, WebSettings(), stage.clock, CollectorRegistry(), lambda: stage.facts
    )
    async with visiting(stage) as visitor:
        answer = await visitor.get(f"/?lang={language}")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        text = await answer.text()
        assert title in text
        assert "refused" not in text
        machine = await visitor.get("/api/v1/incidents")
        assert (machine.status, (await machine.json())["error"]["code"]) == (503, "store_unreachable")
