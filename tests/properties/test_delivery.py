"""Whatever receivers, network and our process do: no page is lost, overtakes, or repeats unexplained."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from alerts.delivery import LEASE, Outbox
from alerts.incidents import Notice
from alerts.store.sqlite import SqliteStore
from streams.clock import ManualClock
from streams.errors import DeliveryFailed
from tests.build import AT, incident, notice

RECEIVERS = ("a", "b")
MOODS = (
    "takes",
    "away",
    "throttles",
    "loses_the_reply",
    "crashes_us_after_taking",
    "crashes_us_before_taking",
)
FAULTS = {"loses_the_reply", "crashes_us_after_taking"}


class Crash(BaseException):
    """Our process is gone."""


class Receiver:
    """Remembers every notice that reached it, and may answer badly."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.mood = "takes"
        self.reached: list[Notice] = []
        self.faults = 0

    async def send(self, notice: Notice) -> None:
        if self.mood == "away":
            raise DeliveryFailed("answer 503")
        if self.mood == "throttles":
            raise DeliveryFailed("answer 429", retry_after=90.0)
        if self.mood == "crashes_us_before_taking":
            raise Crash
        self.reached.append(notice)
        self.faults += self.mood in FAULTS
        if self.mood == "loses_the_reply":
            raise DeliveryFailed("no answer (ReadTimeout)")
        if self.mood == "crashes_us_after_taking":
            raise Crash

    async def close(self) -> None: ...


class Deliveries(RuleBasedStateMachine):
    """Two receivers, three incidents, and everything that can happen between them."""

    @initialize(jitter=st.floats(0, 0.99))
    def begin(self, jitter: float) -> None:
        self.jitter = jitter
        self.store = SqliteStore(":memory:")
        self.clock = ManualClock(AT)
        self.receivers = {name: Receiver(name) for name in RECEIVERS}
        self.queued: list[Notice] = []
        self.restart()

    def teardown(self) -> None:
        for receiver in self.receivers.values():
            receiver.mood = "takes"
        for _ in range(200):
            self.clock.advance(timedelta(minutes=10))
            self.deliver()
        self.all_that_matters_arrived()
        self.store.close()

    @rule(number=st.integers(1, 3), kind=st.sampled_from(["page", "update", "resolved", "acknowledged"]))
    def something_happens(self, number: int, kind: str) -> None:
        what = incident(id=f"inc-{number}")
        made = notice(
            id=f"inc-{number}:{len(self.queued)}:{kind}", kind=kind, reason="changed", incident=what
        )
        with self.store.transaction() as tx:
            tx.put_incident(what)
            tx.enqueue(made, RECEIVERS, self.clock.now())
            tx.enqueue(made, RECEIVERS, self.clock.now())
        self.queued.append(made)

    @rule(name=st.sampled_from(RECEIVERS), mood=st.sampled_from(MOODS))
    def a_receiver_changes(self, name: str, mood: str) -> None:
        self.receivers[name].mood = mood

    @rule(seconds=st.sampled_from([1, 10, LEASE.total_seconds(), 120, 3600]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    @rule()
    def deliver(self) -> None:
        try:
            asyncio.run(self.outbox.deliver_due())
        except Crash:
            self.restart()

    @rule()
    def restart(self) -> None:
        receivers: Mapping[str, Any] = self.receivers
        self.outbox = Outbox(self.store, receivers, self.clock, jitter=lambda: self.jitter)

    @invariant()
    def nothing_overtakes_within_an_incident(self) -> None:
        for receiver in self.receivers.values():
            for number in range(1, 4):
                order = [
                    self.queued.index(seen)
                    for seen in receiver.reached
                    if seen.incident.id == f"inc-{number}"
                ]
                assert order == sorted(order)

    @invariant()
    def nothing_comes_twice_without_a_lost_reply_or_a_crash(self) -> None:
        for receiver in self.receivers.values():
            repeats = sum(count - 1 for count in Counter(seen.id for seen in receiver.reached).values())
            assert repeats <= receiver.faults

    def all_that_matters_arrived(self) -> None:
        for receiver in self.receivers.values():
            arrived = {seen.id for seen in receiver.reached}
            assert all(each.id in arrived for each in self.queued if each.kind != "update")
            for number in range(1, 4):
                own = [each for each in self.queued if each.incident.id == f"inc-{number}"]
                assert not own or own[-1].id in arrived
        states = {row.state for number in range(1, 4) for row in self.store.deliveries(f"inc-{number}")}
        assert states <= {"sent", "skipped"}


Deliveries.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestDeliveries = Deliveries.TestCase
