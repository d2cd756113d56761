"""The outbox against receivers that are slow, away, throttling, or gone."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from alerts.delivery import LEASE, SEND_SECONDS, Outbox
from alerts.failover import REFUSED, refused_notice
from alerts.incidents import Notice, State
from alerts.notifiers.webhook import WebhookNotifier, WebhookSettings
from alerts.retry import RetryPolicy
from alerts.store.sqlite import SqliteStore
from streams.clock import ManualClock
from streams.errors import DeliveryFailed, StoreUnreachable
from streams.metrics import Metrics
from tests.build import AT, incident, notice


@dataclass
class Receiver:
    """Somebody who keeps what he accepts; `mood` decides about each attempt and may raise."""

    name: str
    mood: Callable[[Notice], None] = lambda _notice: None
    accepted: list[str] = field(default_factory=list)
    attempts: int = 0
    took_one: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, notice: Notice) -> None:
        self.attempts += 1
        self.mood(notice)
        self.accepted.append(notice.id)
        self.took_one.set()

    async def close(self) -> None: ...


class Desk:
    """An outbox with its receivers, clock, metrics and store."""

    def __init__(self, *receivers: Any, jitter: float = 0.999) -> None:
        self.store = SqliteStore(":memory:")
        self.clock = ManualClock(AT)
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry)
        self.metrics.know(receivers=[receiver.name for receiver in receivers])
        self.receivers = {receiver.name: receiver for receiver in receivers}
        self.jitter = jitter
        self.outbox = self.restarted()

    def restarted(self) -> Outbox:
        self.outbox = Outbox(
            self.store,
            self.receivers,
            self.clock,
            metrics=self.metrics,
            jitter=lambda: self.jitter,
            poll_seconds=0.01,
        )
        return self.outbox

    def put(self, *notices: Notice, to: tuple[str, ...] = ()) -> None:
        with self.store.transaction() as tx:
            for each in notices:
                if tx.incident(each.incident.id) is None:
                    tx.put_incident(each.incident)
                tx.enqueue(each, to or tuple(self.receivers), self.clock.now())

    async def pass_time(self, total: timedelta, step: timedelta = timedelta(seconds=5)) -> None:
        end = self.clock.now() + total
        while self.clock.now() < end:
            self.clock.advance(step)
            await self.outbox.deliver_due()

    def counted(self, receiver: str, outcome: str) -> float:
        labels = {"receiver": receiver, "outcome": outcome}
        return self.registry.get_sample_value("palovahti_deliveries_total", labels) or 0.0

    def states(self, incident_id: str = "inc-1") -> list[str]:
        return [delivery.state for delivery in self.store.deliveries(incident_id)]


def numbered(number: int, kind: str = "page", **fields: Any) -> Notice:
    return notice(id=f"inc-1:{kind}:{number}", kind=kind, **{"reason": "changed", **fields})


def failing(error: Exception, until: Callable[[], bool] = lambda: False) -> Callable[[Notice], None]:
    def mood(_notice: Notice) -> None:
        if not until():
            raise error

    return mood


async def test_a_notice_goes_once_to_every_receiver() -> None:
    desk = Desk(Receiver("a"), Receiver("b"))
    desk.put(notice())
    assert await desk.outbox.deliver_due() == 2
    assert await desk.outbox.deliver_due() == 0
    assert [receiver.accepted for receiver in desk.receivers.values()] == [["inc-1:page:1"], ["inc-1:page:1"]]
    assert desk.states() == ["sent", "sent"]
    assert desk.counted("a", "sent") == 1


async def test_without_a_receiver_it_runs_until_it_is_told_to_stop() -> None:
    """Whoever runs it would take its end for a failure, or end with it."""
    stop = asyncio.Event()
    running = asyncio.create_task(Desk().outbox.run(stop))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not running.done()
    stop.set()
    await running


async def test_a_receiver_that_is_away_for_an_hour_gets_its_pages_in_order_soon_after() -> None:
    away = Receiver("a")
    desk = Desk(away)
    back_at = AT + timedelta(hours=1)
    away.mood = failing(DeliveryFailed("answer 503"), until=lambda: desk.clock.now() >= back_at)
    desk.put(numbered(1), numbered(2, "update"), numbered(3, "update"), numbered(4), numbered(5, "resolved"))
    await desk.pass_time(timedelta(hours=1) - timedelta(seconds=5))
    assert away.accepted == []
    assert 12 <= away.attempts <= 30
    await desk.pass_time(timedelta(minutes=5, seconds=10))
    assert away.accepted == ["inc-1:page:1", "inc-1:page:4", "inc-1:resolved:5"]
    assert desk.states() == ["sent", "skipped", "skipped", "sent", "sent"]
    assert desk.counted("a", "skipped") == 2


async def test_a_receiver_in_trouble_is_not_stormed_by_its_backlog() -> None:
    away = Receiver("a", failing(DeliveryFailed("answer 503")))
    desk = Desk(away)
    desk.put(*(notice(id=f"n{at}", incident=incident(id=f"inc-{at}")) for at in range(200)))
    await desk.pass_time(timedelta(hours=1))
    assert away.attempts <= 30


async def test_a_refused_receiver_does_not_delay_the_others() -> None:
    desk = Desk(Receiver("a", failing(DeliveryFailed("answer 500"))), Receiver("b"))
    desk.put(notice())
    await desk.outbox.deliver_due()
    assert desk.receivers["b"].accepted == ["inc-1:page:1"]


async def test_a_receiver_that_hangs_does_not_delay_the_others() -> None:
    class Hanging(Receiver):
        async def send(self, _notice: Notice) -> None:
            await asyncio.sleep(3600)

    desk = Desk(Hanging("a"), Receiver("b"))
    desk.put(notice())
    stop = asyncio.Event()
    running = asyncio.create_task(desk.outbox.run(stop))
    for number in (2, 3):
        await asyncio.wait_for(desk.receivers["b"].took_one.wait(), 5)
        desk.receivers["b"].took_one.clear()
        desk.put(numbered(number), to=("b",))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert desk.states()[0] == "waiting"


async def test_run_ends_soon_after_it_is_told_to_stop() -> None:
    desk = Desk(Receiver("a"))
    stop = asyncio.Event()
    running = asyncio.create_task(desk.outbox.run(stop))
    desk.put(notice())
    await asyncio.wait_for(desk.receivers["a"].took_one.wait(), 5)
    stop.set()
    await asyncio.wait_for(running, 1)


async def test_retry_after_is_honoured_to_the_second() -> None:
    once = iter([True])
    throttling = Receiver("a")
    desk = Desk(throttling, jitter=0.0)
    throttling.mood = failing(
        DeliveryFailed("answer 429", retry_after=120.0), until=lambda: not next(once, False)
    )
    desk.put(notice())
    await desk.pass_time(timedelta(seconds=119), timedelta(seconds=1))
    assert throttling.attempts == 1
    await desk.pass_time(timedelta(seconds=2), timedelta(seconds=1))
    assert throttling.accepted == ["inc-1:page:1"]


async def test_retry_after_holds_for_everything_that_goes_to_that_receiver() -> None:
    throttling = Receiver("a", failing(DeliveryFailed("answer 429", retry_after=600.0)))
    desk = Desk(throttling, jitter=0.0)
    desk.put(notice(), notice(id="n2", incident=incident(id="inc-2")))
    await desk.pass_time(timedelta(seconds=595))
    assert throttling.attempts == 1


async def test_an_absurd_retry_after_is_cut_to_an_hour() -> None:
    throttling = Receiver("a", failing(DeliveryFailed("answer 503", retry_after=9e11)))
    desk = Desk(throttling, jitter=0.0)
    desk.put(notice())
    await desk.pass_time(timedelta(minutes=61), timedelta(minutes=1))
    assert throttling.attempts == 2


async def test_a_lost_reply_is_sent_again_under_the_same_id() -> None:
    """The receiver took it, but we never heard: it gets a repeat that it can recognise."""
    taken: list[str] = []

    def lose_first(notice: Notice) -> None:
        taken.append(notice.id)
        if len(taken) == 1:
            raise DeliveryFailed("no answer (ReadTimeout)")

    desk = Desk(Receiver("a", lose_first))
    desk.put(notice())
    await desk.pass_time(timedelta(minutes=1))
    assert taken == ["inc-1:page:1", "inc-1:page:1"]
    assert desk.states() == ["sent"]


async def test_a_crash_between_acceptance_and_mark_sends_again_after_the_lease() -> None:
    class Crash(BaseException): ...

    class CrashingStore:
        def __init__(self, whole: SqliteStore) -> None:
            self._whole = whole

        def __getattr__(self, name: str) -> Any:
            if name == "mark_sent":
                raise Crash
            return getattr(self._whole, name)

    desk = Desk(Receiver("a"))
    desk.put(notice())
    crashing: Any = CrashingStore(desk.store)
    with pytest.raises(Crash):
        await Outbox(crashing, desk.receivers, desk.clock).deliver_due()
    desk.restarted()
    assert await desk.outbox.deliver_due() == 0
    desk.clock.advance(LEASE)
    assert await desk.outbox.deliver_due() == 1
    assert desk.receivers["a"].accepted == ["inc-1:page:1", "inc-1:page:1"]
    assert desk.states() == ["sent"]


class Away:
    """A store whose server is away for the methods named."""

    def __init__(self, whole: SqliteStore, *names: str) -> None:
        self._whole, self.names = whole, names

    def __getattr__(self, name: str) -> Any:
        if name in self.names:
            raise StoreUnreachable("the store cannot be reached")
        return getattr(self._whole, name)


async def test_what_was_accepted_while_the_store_went_away_is_marked_when_it_is_back_and_not_sent_again() -> (
    None
):
    desk = Desk(Receiver("a"))
    desk.put(numbered(1), numbered(2))
    away = Away(desk.store, "mark_sent")
    outbox = Outbox(away, desk.receivers, desk.clock)  # type: ignore[arg-type]
    with pytest.raises(StoreUnreachable):
        await outbox.deliver_due()
    away.names = ()
    desk.clock.advance(2 * LEASE)
    assert await outbox.deliver_due() == 1
    assert desk.receivers["a"].accepted == ["inc-1:page:1", "inc-1:page:2"]
    assert desk.states() == ["sent", "sent"]


async def test_lanes_outlive_a_store_that_is_away() -> None:
    desk, stop = Desk(Receiver("a")), asyncio.Event()
    desk.put(notice())
    away = Away(desk.store, "claim")
    running = asyncio.create_task(
        Outbox(away, desk.receivers, desk.clock, poll_seconds=0.01).run(stop)  # type: ignore[arg-type]
    )
    await asyncio.sleep(0.05)
    away.names = ()
    await asyncio.wait_for(desk.receivers["a"].took_one.wait(), 5)
    stop.set()
    await running


async def test_what_the_store_gave_out_so_slowly_that_its_lease_may_end_is_not_sent() -> None:
    class Slow(Away):
        def claim(self, *asked: Any, **more: Any) -> Any:
            found = self._whole.claim(*asked, **more)
            desk.clock.advance(timedelta(seconds=11))
            return found

    desk = Desk(Receiver("a"))
    desk.put(notice())
    assert await Outbox(Slow(desk.store), desk.receivers, desk.clock).deliver_due() == 0  # type: ignore[arg-type]
    assert desk.receivers["a"].attempts == 0
    desk.clock.advance(LEASE)
    assert await desk.outbox.deliver_due() == 1


def test_the_lease_outlasts_every_send() -> None:
    assert timedelta(seconds=SEND_SECONDS) < LEASE


async def test_a_receiver_gone_for_good_is_failed_audited_counted_and_told_to_the_others() -> None:
    gone = Receiver("päivystys", failing(DeliveryFailed("answer 410", permanent=True)))
    desk = Desk(gone, Receiver("konsoli"), Receiver("muut"))
    desk.put(notice(), to=("päivystys",))
    assert await desk.outbox.deliver_due() == 2
    own, *passed_on = desk.store.deliveries("inc-1")
    assert (own.state, own.last_error) == ("failed", "answer 410")
    assert {delivery.receiver for delivery in passed_on} == {"konsoli", "muut"}
    assert passed_on[0].notice.kind == "page"
    assert passed_on[0].notice.reason == "delivery_failed"
    assert passed_on[0].notice.lines[0] == (
        "päivystys ei saanut tätä ilmoitusta (answer 410): "
        "Posti: kielteisten viestien määrä karkaa (vakavuus 3/5)"
    )
    assert passed_on[0].notice.lines[1:] == notice().lines[1:]
    assert [entry.what for entry in desk.store.audit("inc-1")] == ["delivery_failed"]
    assert desk.counted("päivystys", "failed") == 1
    await desk.pass_time(timedelta(hours=1))
    assert gone.attempts == 1


async def test_when_all_receivers_are_gone_no_message_about_messages_piles_up() -> None:
    gone = DeliveryFailed("answer 410", permanent=True)
    desk = Desk(*(Receiver(name, failing(gone)) for name in ("a", "b", "c")))
    desk.put(*(numbered(at) for at in range(10)))
    await desk.pass_time(timedelta(minutes=5))
    assert set(desk.states()) == {"failed"}
    assert len(desk.states()) == 10 * 3 + 3 * 2


async def test_a_permanent_failure_lets_the_next_notice_through_at_once() -> None:
    def picky(notice: Notice) -> None:
        if notice.id == "inc-1:page:1":
            raise DeliveryFailed("answer 413", permanent=True)

    desk = Desk(Receiver("a", picky))
    desk.put(numbered(1), numbered(2))
    assert await desk.outbox.deliver_due() == 1
    assert desk.states() == ["failed", "sent"]


async def test_a_poisonous_notice_does_not_keep_others_waiting_for_long() -> None:
    def poisoned(notice: Notice) -> None:
        if notice.incident.id == "inc-1":
            raise DeliveryFailed("answer 500")

    desk = Desk(Receiver("a", poisoned))
    desk.put(notice())
    await desk.pass_time(timedelta(hours=1))
    desk.put(notice(id="n2", incident=incident(id="inc-2")))
    before = desk.clock.now()
    while not desk.receivers["a"].accepted:
        await desk.pass_time(timedelta(seconds=5))
    assert desk.clock.now() - before <= timedelta(minutes=5)


async def test_after_a_success_trouble_counts_from_the_start_again() -> None:
    receiver = Receiver("a", failing(DeliveryFailed("answer 503")))
    desk = Desk(receiver)
    desk.put(notice())
    await desk.pass_time(timedelta(hours=1))
    receiver.mood = lambda _notice: None
    await desk.pass_time(timedelta(minutes=6))
    receiver.mood = failing(DeliveryFailed("answer 503"))
    desk.put(notice(id="n2", incident=incident(id="inc-2")))
    await desk.outbox.deliver_due()
    before = receiver.attempts
    await desk.pass_time(timedelta(seconds=5))
    assert receiver.attempts == before + 1


async def test_a_bug_in_a_notifier_is_a_failed_attempt_not_the_end_of_its_lane() -> None:
    once = iter([ValueError("a bug")])

    def buggy(_notice: Notice) -> None:
        if error := next(once, None):
            raise error

    desk = Desk(Receiver("a", buggy))
    desk.put(notice())
    await desk.outbox.deliver_due()
    error = desk.store.deliveries("inc-1")[0].last_error or ""
    assert re.fullmatch(r"our own error \(ValueError at test_delivery.py:\d+\)", error)
    await desk.pass_time(timedelta(minutes=1))
    assert desk.receivers["a"].accepted == ["inc-1:page:1"]


async def test_what_waits_for_a_receiver_that_left_the_configuration_goes_to_the_others() -> None:
    desk = Desk(Receiver("a"))
    desk.put(notice(), to=("muualle",))
    await desk.outbox.deliver_due()
    assert desk.receivers["a"].accepted == ["inc-1:undelivered:muualle:page"]
    assert desk.states() == ["failed", "sent"]


async def test_an_old_notice_is_given_up_after_a_fair_number_of_attempts() -> None:
    desk = Desk(Receiver("a", failing(DeliveryFailed("answer 503"))))
    desk.put(notice(at=AT - timedelta(days=30)))
    await desk.pass_time(timedelta(hours=1))
    assert desk.receivers["a"].attempts == RetryPolicy().fair_attempts
    assert desk.states() == ["failed"]


async def test_the_time_to_page_is_measured_at_acceptance() -> None:
    desk = Desk(Receiver("a"))
    desk.put(notice(at=AT - timedelta(seconds=40)), numbered(2, "update"))
    await desk.outbox.deliver_due()
    total = desk.registry.get_sample_value("palovahti_time_to_page_seconds_sum", {"receiver": "a"})
    count = desk.registry.get_sample_value("palovahti_time_to_page_seconds_count", {"receiver": "a"})
    assert (count, total) == (1, 40)


async def test_over_a_real_socket_a_webhook_survives_throttling_and_a_lost_reply() -> None:
    """A server that answers 429, then hangs up after reading, then 200: one accepted id, three requests."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        await reader.readexactly(length)
        seen.append(next(line for line in head.split(b"\r\n") if line.startswith(b"webhook-id")))
        answers = {1: b"HTTP/1.1 429 x\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n", 2: b""}
        writer.write(answers.get(len(seen), b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = WebhookSettings.model_validate(
        {
            "name": "muut",
            "url": f"http://127.0.0.1:{port}/",
            "allow_private": True,
            "secret": "whsec_" + base64.b64encode(b"k" * 32).decode(),
        }
    )
    async with server, httpx.AsyncClient() as client:
        notifier = WebhookNotifier(settings, client, ManualClock(AT))
        desk = Desk(notifier)
        desk.put(notice())
        await desk.pass_time(timedelta(seconds=25))
        assert len(seen) == 1
        await desk.pass_time(timedelta(minutes=2))
    assert seen == [b"webhook-id: inc-1:page:1"] * 3
    assert desk.states() == ["sent"]


@pytest.mark.parametrize("language", sorted(REFUSED))
def test_the_message_about_a_refusal_is_in_the_language_of_the_notice(language: str) -> None:
    passed_on = refused_notice(notice(language=language), "a", "answer 410")
    assert passed_on is not None
    assert passed_on.lines[0] == REFUSED[language].format(
        receiver="a", why="answer 410", line=notice().lines[0]
    )


def test_a_refused_update_is_passed_on_silently() -> None:
    passed_on = refused_notice(
        notice(kind="resolved", reason="resolved", incident=incident(state=State.RESOLVED)), "a", "x"
    )
    assert passed_on is not None
    assert passed_on.kind == "update"
