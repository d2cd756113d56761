"""A drill reaches its roster and nobody else, whatever the configuration."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from agents.building import build_desk
from agents.drill.arena import arena, roster_of
from agents.match.topic import Topic
from agents.receivers import notifiers
from agents.settings import ReceiverSettings, Settings
from alerts.delivery import Outbox
from alerts.incidents import Notice
from alerts.notifiers.console import ConsoleSettings
from alerts.notifiers.pagerduty import PagerDutySettings
from alerts.notifiers.webhook import WebhookSettings
from alerts.organisation import Organisation
from alerts.store.sqlite import SqliteStore
from streams.clock import ManualClock
from tests.build import AT, action, escalation, minutes

SECRET = "whsec_" + base64.b64encode(b"harjoituksen salaisuus, 32 tavua").decode()
NAMES = ["päivystys", "johto", "chat", "drill", "HARJOITUS", "x"]
LANGUAGE = st.sampled_from(["fi", "sv", "en"])


def receiver(kind: str, name: str, language: str, severity: int) -> ReceiverSettings:
    common: dict[str, Any] = {"name": name, "language": language, "min_severity": severity}
    if kind == "console":
        return ConsoleSettings(**common)
    if kind == "webhook":
        url = f"https://hooks.example/{NAMES.index(name)}"
        return WebhookSettings.model_validate({**common, "url": url, "secret": SECRET})
    return PagerDutySettings.model_validate({**common, "routing_key": "a" * 32})


receivers = st.lists(st.sampled_from(NAMES), unique=True).flatmap(
    lambda names: st.tuples(
        *(
            st.builds(
                receiver,
                st.sampled_from(["console", "webhook", "pagerduty"]),
                st.just(name),
                LANGUAGE,
                st.integers(1, 5),
            )
            for name in names
        )
    )
)
rosters = st.lists(st.sampled_from([*NAMES, "nobody by this name", ""])).map(tuple)
topics = st.lists(st.sampled_from(["Posti", "Kela", "DRILL Posti"]), min_size=1, unique=True)


@st.composite
def configurations(draw: st.DrawFn) -> Settings:
    us = Organisation(language=draw(LANGUAGE), drill_roster=draw(rosters), public_url="https://vahti.example")
    return Settings(
        organisation=us,
        topics=tuple(Topic(name=name, terms=(name,)) for name in draw(topics)),
        receivers=draw(receivers),
    )


class Recorder:
    """Stands where a real receiver would, and tells if anything comes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.got: list[Notice] = []

    async def send(self, notice: Notice) -> None:
        self.got.append(notice)

    async def close(self) -> None:
        """Nothing is held."""


@given(configurations())
def test_only_receivers_of_the_roster_exist_in_a_drill(given_settings: Settings) -> None:
    """By construction: the others are neither in its settings nor built from them."""
    roster = set(given_settings.organisation.drill_roster)
    drill = arena(given_settings, None, Path("drill"), 0)
    real = [each for each in drill.receivers if each in given_settings.receivers]
    assert {each.name for each in real} <= roster
    own = [each for each in drill.receivers if each not in given_settings.receivers]
    assert all(isinstance(each, ConsoleSettings) for each in own)
    assert {each.name for each in own}.isdisjoint({each.name for each in given_settings.receivers})
    assert bool(own) != bool(real)
    built = notifiers(drill.receivers, httpx.AsyncClient(), ManualClock(AT), Console(quiet=True))
    assert set(built) == {each.name for each in drill.receivers}
    assert drill.store.path == Path("drill/drill.db")
    assert drill.store.url is None
    assert [feed.name for feed in drill.feeds] == ["drill"]
    assert drill.kafka == Settings().kafka
    assert drill.drafting == Settings().drafting


@settings(max_examples=40)
@given(
    configurations(), st.lists(st.sampled_from(["raise", "acknowledge", "answered", "resolve"]), max_size=4)
)
@pytest.mark.asyncio
async def test_nobody_outside_the_roster_gets_anything(given_settings: Settings, steps: list[str]) -> None:
    """Every receiver of the configuration listens; a storm runs its course; only the roster hears of it."""
    drill = arena(given_settings, None, Path("drill"), 0)
    store = SqliteStore(":memory:")
    desk = build_desk(drill, store, lambda: None, drill=True)
    listening = {name: Recorder(name) for name in {*NAMES, *(each.name for each in drill.receivers)}}
    with store.transaction() as tx:
        desk.take(tx, [escalation(topic=drill.topics[0].name, severity=4)], AT)
    for number, step in enumerate(steps, start=1):
        at = AT + minutes(number)
        with store.transaction() as tx:
            if step == "raise":
                desk.take(tx, [escalation(kind="raised", topic=drill.topics[0].name, at=at, severity=5)], at)
            elif (found := tx.incident("inc-1")) is not None and found.state not in (
                "resolved",
                "false_alarm",
            ):
                desk.act_in(tx, action(step, at=at))
    clock = ManualClock(AT + minutes(200))
    with store.transaction() as tx:
        desk.tick(tx, clock.now())
    await Outbox(store, listening, clock).deliver_due()
    allowed = {each.name for each in roster_of(given_settings)}
    assert {name for name, one in listening.items() if one.got} <= allowed
    heard = [notice for one in listening.values() for notice in one.got]
    assert all(notice.incident.drill and "DRILL" in notice.incident.topic for notice in heard)
    assert all("DRILL" in line for notice in heard for line in notice.lines)
    store.close()


def test_a_roster_that_names_nobody_leaves_the_terminal() -> None:
    us = Organisation(drill_roster=("gone",))
    assert [each.type for each in roster_of(Settings(organisation=us))] == ["console"]
