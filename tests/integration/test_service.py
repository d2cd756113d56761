"""The service in this process, with time and troubles as the test wants them."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from rich.console import Console

from agents.runtimes.embedded import Service, address
from agents.runtimes.intake import MOST_WAITING, SETTLE
from agents.runtimes.log import Fields
from agents.runtimes.opening import StoreInUse, opened_store
from agents.settings import Settings, load_settings
from alerts.store.settings import StoreSettings
from alerts.store.sqlite import SqliteStore
from alerts.store.store import Transaction
from streams.clock import ManualClock
from streams.errors import BrokenState
from streams.feeds.feed import FeedBatch
from streams.feeds.health import FeedHealth
from streams.records import Mention
from tests.build import action, minutes
from tests.recordings import CONFIG, Line, line, quiet, storm, text_of, write
from tests.service import FEED_SECRET

AT = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)
SILENT = "receivers: [{type: console, name: pääte}]\nweb: {port: 0}\nwatch: {lateness_seconds: 0}\n"
HOOK = "feeds: [{type: webhook, name: koukku, path: /feeds/koukku, secret: {env: KOUKKU_SECRET}}]\n"
FILES = "feeds: [{type: jsonl, name: arkisto, path: feeds/, follow: true, poll_seconds: 0.02}]\n"


Made = Callable[[str], Settings]


class Flaky:
    """A store whose next transactions fail, as on a full disk; all else goes to the real one."""

    def __init__(self, real: SqliteStore) -> None:
        self._real = real
        self.failures: list[Exception] = []

    def transaction(self) -> AbstractContextManager[Transaction]:
        if self.failures:
            raise self.failures.pop(0)
        return self._real.transaction()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class Script:
    """A feed that does what it is told to: gives batches, raises errors, waits. Cursors count batches."""

    def __init__(self, name: str, *steps: list[Line] | Exception | asyncio.Event) -> None:
        self.name = name
        self.health = FeedHealth()
        self.steps = list(steps)
        self.begun_at: list[str | None] = []
        self._closed = asyncio.Event()

    async def read(self, cursor: str | None) -> AsyncIterator[FeedBatch]:
        self.begun_at.append(cursor)
        done = int(cursor or 0)
        while self.steps:
            step = self.steps.pop(0)
            if isinstance(step, Exception):
                raise step
            if isinstance(step, asyncio.Event):
                await step.wait()
                continue
            done += 1
            self.health.read(AT, len(step))
            mentions = [Mention.model_validate({**one, "feed": self.name}) for one in step]
            yield FeedBatch(self.name, mentions, str(done))
        await self._closed.wait()

    async def confirm(self, batch: FeedBatch) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        self._closed.set()


@pytest.fixture
def settings_of(tmp_path: Path) -> Made:
    """Settings with these sections beside the topics."""

    def made(sections: str) -> Settings:
        path = tmp_path / "palovahti.yaml"
        path.write_text(CONFIG + sections, encoding="utf-8")
        return load_settings(path, {"KOUKKU_SECRET": FEED_SECRET})

    return made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Flaky]:
    """A store on disk that can be made to fail."""
    (tmp_path / "feeds").mkdir()
    real = SqliteStore(tmp_path / "var" / "palovahti.db")
    yield Flaky(real)
    real.close()


class Bench:
    """A service with a clock of its own, and what it prints."""

    def __init__(self, settings: Settings, store: Flaky, *feeds: Script) -> None:
        self.clock = ManualClock(AT)
        self.screen = StringIO()
        self.service = Service(
            settings,
            store,  # type: ignore[arg-type]
            Console(file=self.screen, width=100),
            clock=self.clock,
            feeds=feeds or None,  # type: ignore[arg-type]
            rest_seconds=0.01,
        )
        self.address = ""

    @asynccontextmanager
    async def running(self, *, settled: bool = True) -> AsyncIterator[None]:
        """The service at work; ended when the block is left. `settled`: time flows by the clock at once."""
        stop, ready = asyncio.Event(), asyncio.Event()

        def stands(where: str) -> None:
            self.address = where
            ready.set()

        task = asyncio.create_task(self.service.run(stop, stands))
        await asyncio.wait_for(ready.wait(), 60)
        self.clock.advance(SETTLE if settled else timedelta(0))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(task, 60)

    async def post(self, *lines: Line) -> int:
        body = text_of(lines).encode()
        headers = {"X-Hub-Signature-256": "sha256=" + hmac.digest(FEED_SECRET.encode(), body, "sha256").hex()}
        async with (
            ClientSession() as client,
            client.post(f"{self.address}feeds/koukku", data=body, headers=headers) as answer,
        ):
            return answer.status

    def matched(self, feed: str) -> float:
        value = self.service.registry.get_sample_value("palovahti_mentions_matched_total", {"feed": feed})
        return value or 0.0


async def eventually(look: Callable[[], object], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not look():  # noqa: ASYNC110 what is looked at has no event of its own
            await asyncio.sleep(0.01)


async def test_a_feed_that_raises_rests_and_goes_on_from_its_cursor_while_others_go_on(
    settings_of: Made, store: Flaky
) -> None:
    broken = Script("rikki", [line(1, AT)], ValueError("what?"), [line(2, AT)], RuntimeError(), [line(3, AT)])
    whole = Script("ehjä", [line(4, AT)], [line(5, AT)])
    bench = Bench(settings_of(SILENT), store, broken, whole)
    async with bench.running():
        await eventually(lambda: (bench.matched("rikki"), bench.matched("ehjä")) == (3, 2))
    assert broken.begun_at == [None, "1", "2"]
    assert broken.health.errors == {"broken": 2}
    assert broken.health.alive
    assert whole.begun_at == [None]


async def test_a_feed_in_trouble_is_told_in_the_log_without_what_it_quotes(
    settings_of: Made, store: Flaky, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(settings_of(SILENT), store, Script("rikki", ValueError("Matti Meikäläinen kirjoitti")))
    async with bench.running():
        await eventually(lambda: caplog.records)
    (record,) = [each for each in caplog.records if each.message == "feed_failed"]
    assert Fields().format(record).endswith("ERROR feed_failed feed=rikki error=ValueError")
    assert "Meikäläinen" not in caplog.text


async def test_a_store_that_fails_once_costs_a_sender_a_503_and_nothing_is_lost(
    settings_of: Made, store: Flaky
) -> None:
    bench = Bench(settings_of(SILENT + HOOK), store)
    async with bench.running():
        assert await bench.post(line(1, AT)) == 200
        await eventually(lambda: bench.matched("koukku") == 1)
        store.failures = [OSError(28, "No space left on device")]
        async with asyncio.timeout(5):  # at once, not after the time that a sender waits in vain
            assert await bench.post(line(2, AT)) == 503
        assert await bench.post(line(2, AT), line(3, AT)) == 200
        await eventually(lambda: bench.matched("koukku") == 3)


async def test_a_store_that_fails_once_makes_a_file_be_read_again_from_where_it_was(
    settings_of: Made, store: Flaky, tmp_path: Path
) -> None:
    bench = Bench(settings_of(SILENT + FILES), store)
    async with bench.running():
        write(tmp_path / "feeds" / "a.jsonl", [line(1, AT)])
        await eventually(lambda: bench.matched("arkisto") == 1)
        store.failures = [OSError(28, "No space left on device")]
        with (tmp_path / "feeds" / "a.jsonl").open("a") as file:
            file.write(text_of([line(2, AT), line(3, AT)]))
        await eventually(lambda: bench.matched("arkisto") == 3)
    assert store.failures == []


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), BrokenState("the state is spoilt")]
)
async def test_where_our_own_state_is_in_doubt_the_service_stops_loudly_and_loses_nothing(
    settings_of: Made, store: Flaky, error: Exception
) -> None:
    """The failing transaction is the one that takes mentions in: what was decided is not what is stored."""
    bench = Bench(settings_of(SILENT), store)
    bench.service.station.accept(FeedBatch("f", [Mention.model_validate(line(1, AT))], "1"), AT)
    store.failures = [error]
    with pytest.raises(BrokenState, match=r"nothing accepted is lost|the state is spoilt"):
        await asyncio.wait_for(bench.service.run(asyncio.Event()), 60)
    again = Bench(settings_of(SILENT), store)
    assert again.service.work() == 1


async def test_a_broken_state_that_a_feed_meets_stops_the_service(settings_of: Made, store: Flaky) -> None:
    bench = Bench(settings_of(SILENT), store, Script("f", BrokenState("the store is damaged")))
    with pytest.raises(BrokenState, match="the store is damaged"):
        await asyncio.wait_for(bench.service.run(asyncio.Event()), 60)


def test_an_overdue_answer_is_told_while_mentions_keep_coming(settings_of: Made, store: Flaky) -> None:
    """No step finds the queue empty before it, and yet time passes."""
    bench = Bench(settings_of(SILENT), store)
    station, clock = bench.service.station, bench.clock
    begun = [Mention.model_validate(one) for one in storm(AT - minutes(29), count=80, minutes=29)]
    station.accept(FeedBatch("f", begun, "1"), AT)
    clock.advance(SETTLE)
    bench.service.work()
    (incident,) = store.incidents()
    for minute in range(1, 120):
        clock.advance(timedelta(minutes=1))
        more = [Mention.model_validate(line(minute, clock.now()))]
        station.accept(FeedBatch("f", more, str(minute)), clock.now())
        assert bench.service.work() == 1
    (after,) = store.incidents()
    assert (incident.overdue_paged_at, after.overdue_paged_at is None) == (None, False)


def test_history_is_judged_as_it_happened_and_pages_nobody(settings_of: Made, store: Flaky) -> None:
    bench = Bench(settings_of(SILENT), store)
    start = AT - timedelta(days=9)
    lines = (
        quiet(start, 48) + storm(start + timedelta(days=2)) + quiet(start + timedelta(days=3), 24 * 6, 9000)
    )
    bench.service.station.accept(FeedBatch("f", [Mention.model_validate(one) for one in lines]), AT)
    bench.clock.advance(SETTLE)
    while bench.service.work():
        pass
    (incident,) = store.incidents()
    assert timedelta(0) < incident.opened_at - (start + timedelta(days=2)) < timedelta(hours=1)
    assert (incident.state, incident.pages) == ("resolved", 0)
    assert bench.service.station.engine.tallies["late"] == 0


async def test_time_does_not_jump_ahead_of_a_feed_that_is_in_the_middle_of_history(
    settings_of: Made, store: Flaky
) -> None:
    """Between batches of old mentions the queue is empty: the watch waits for the rest."""
    old, go_on = AT - timedelta(days=2), asyncio.Event()
    feed = Script("f", [line(1, old)], go_on, [line(2, old + minutes(90))])
    bench = Bench(settings_of(SILENT), store, feed)
    engine = bench.service.station.engine
    async with bench.running(settled=False):
        await eventually(lambda: bench.matched("f") == 1)
        bench.clock.advance(SETTLE * 0.9)
        go_on.set()
        await eventually(lambda: bench.matched("f") == 2)
        bench.clock.advance(SETTLE * 0.9)
        assert bench.service.work() == 0
        assert engine.ticked * 60 <= (old + minutes(90)).timestamp()
        bench.clock.advance(SETTLE)
        bench.service.work()
        assert engine.ticked * 60 > (AT - minutes(2)).timestamp()
    assert engine.tallies["late"] == 0


async def test_reading_rests_while_too_much_is_queued(settings_of: Made, store: Flaky) -> None:
    feed = Script("f", [line(1, AT)], [line(2, AT)])
    bench = Bench(settings_of(SILENT), store, feed)
    intake = bench.service._intake
    intake.waiting = MOST_WAITING + 1
    stop = asyncio.Event()
    reading = asyncio.create_task(intake.read(feed, stop))  # type: ignore[arg-type]
    await asyncio.sleep(0.05)
    assert store.cursor("f") is None
    intake.worked(1000)
    await eventually(lambda: store.cursor("f") == "2")
    await feed.close()
    await reading


def test_the_wait_for_an_answer_is_told_until_the_incident_is_over(settings_of: Made, store: Flaky) -> None:
    bench = Bench(settings_of(SILENT), store)
    lines = storm(AT - minutes(29), count=80, minutes=29)
    bench.service.station.accept(FeedBatch("f", [Mention.model_validate(one) for one in lines]), AT)
    bench.service.work()
    (incident,) = store.incidents()

    def unanswered() -> float | None:
        bench.service.meter.look(AT)
        labels = {"topic": "Kotikori"}
        return bench.service.registry.get_sample_value("palovahti_topic_unanswered_seconds", labels)

    assert (unanswered() or 0) > 60
    bench.service.station.desk.act(action("resolve", incident=incident.id, at=AT))
    assert unanswered() == 0


def test_a_store_belongs_to_one_service_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "var" / "palovahti.db"
    settings = StoreSettings(path=path)
    with opened_store(settings):
        with (
            pytest.raises(StoreInUse, match=r"another palovahti run works on .*stop it first"),
            opened_store(settings),
        ):
            pass
        SqliteStore(path).close()  # the command line looks and acknowledges all the same
    with opened_store(settings):
        pass


def test_fields_of_an_event_are_told_on_one_line() -> None:
    record = logging.makeLogRecord({"msg": "receiver in trouble", "levelname": "WARNING", "error": "a\nb"})
    assert Fields().format(record).endswith("WARNING receiver in trouble error=a b")


@pytest.mark.parametrize(("host", "told"), [("127.0.0.1", "http://127.0.0.1:"), ("::1", "http://[::1]:")])
async def test_the_address_can_be_opened_as_it_is_told(host: str, told: str) -> None:
    runner = web.AppRunner(web.Application())
    await runner.setup()
    try:
        await web.TCPSite(runner, host, 0).start()
    except OSError:
        pytest.skip(f"this machine has no {host}")
    else:
        assert address(runner).startswith(told)
    finally:
        await runner.cleanup()
