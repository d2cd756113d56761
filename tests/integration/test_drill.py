"""A whole drill through the real service: feed, engine, desk, outbox, receivers and page."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from agents.drill.arena import arena
from agents.drill.clock import DrillClock
from agents.drill.stage import Drill, post_answer
from agents.drill.storm import StormPlan, answer
from agents.match.topic import Topic
from agents.settings import Settings
from alerts.incidents import Incident
from alerts.notifiers.webhook import WebhookSettings
from alerts.organisation import Organisation
from alerts.store.sqlite import SqliteStore
from streams.clock import SystemClock
from streams.records import HumanAction
from tests.service import SIGNING_SECRET, Receiver

pytestmark = pytest.mark.slow


async def until(something: Any, seconds: float = 60) -> Any:
    """Wait until it is there."""
    for _ in range(int(seconds / 0.1)):
        if found := something():
            return found
        await asyncio.sleep(0.1)
    raise AssertionError("it did not come")


def hook(name: str, receiver: Receiver) -> WebhookSettings:
    return WebhookSettings.model_validate(
        {"name": name, "url": receiver.url, "secret": SIGNING_SECRET, "allow_private": True, "language": "fi"}
    )


async def test_a_storm_reaches_the_roster_alone_and_an_answer_ends_it(tmp_path: Path) -> None:
    """Both receivers are real web servers; one is in the roster, and every event that it gets says DRILL."""
    inside, outside = Receiver(), Receiver()
    given = Settings(
        organisation=Organisation(drill_roster=("harjoitus",)),
        topics=(Topic(name="Kotikori", terms=("Kotikori",)),),
        receivers=(hook("harjoitus", inside), hook("päivystys", outside)),
    )
    started = SystemClock().now()
    plan = StormPlan("outage", "Kotikori", "fi", started, timedelta(minutes=60))
    clock = DrillClock(started, SystemClock(), speed=120)
    ours = arena(given, None, tmp_path, 0)
    store = SqliteStore(ours.store.path)
    drill = Drill(ours, store, plan, clock, Console(file=io.StringIO()))
    addresses: list[str] = []
    running = asyncio.create_task(drill.run(addresses.append, lambda _: None))
    try:
        paged: Incident = await until(lambda: (one := drill.incident()) and one.first_page_at and one)
        async with httpx.AsyncClient(base_url=addresses[0]) as page:
            shown = await page.get(f"/incidents/{paged.id}")
            told = await page.get(f"/api/v1/incidents/{paged.id}")
        drill._service.station.desk.act(
            HumanAction(id="a1", incident=paged.id, kind="acknowledge", by="maija", at=clock.now())
        )
        post_answer(tmp_path, answer("Selvitämme häiriötä.", clock.now(), "fi"))
        await until(lambda: (one := drill.incident()) and one.answered_at)
        await asyncio.wait_for(running, 60)
    finally:
        drill.end()
        await asyncio.gather(running, return_exceptions=True)
        inside.close()
        outside.close()
        store.close()
    assert outside.events == []
    assert "page" in inside.kinds
    assert "acknowledged" in inside.kinds
    assert all(
        event.get("drill") and "DRILL" in json.dumps(event["data"]["lines"]) for event in inside.events
    )
    assert "HARJOITUS (DRILL)." in shown.text
    assert shown.headers["Palovahti-Drill"] == told.headers["Palovahti-Drill"] == "true"
    assert told.json()["incident"]["drill"] is True
    assert "DRILL" in told.json()["incident"]["topic"]
