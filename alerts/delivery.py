"""The outbox: the only place that sends, and the only one that tries again.

What is to be sent was stored together with the incident; here each receiver has a lane of its own:

    claim ──► superseded? ── yes ──► skipped
                  │ no
                 send ── accepted ──► sent
                  ├── try later ──► waiting; the whole lane rests, to leave a receiver in trouble in peace
                  └── never ──► failed: audit, metric, and a notice through the other receivers

A crash between the acceptance and the mark sends the same notice again, under the same id and dedup_key.
"""

from __future__ import annotations

import asyncio
import logging
import random
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from alerts.failover import refused_notice
from alerts.incidents import AuditEntry
from alerts.notifiers.notifier import Notifier
from alerts.retry import RetryPolicy
from alerts.store.store import Delivery, Store
from streams.clock import Clock
from streams.errors import DeliveryFailed, StoreUnreachable
from streams.metrics import Metrics, Outcome

log = logging.getLogger(__name__)

SEND_SECONDS: Final = 20.0
LEASE: Final = timedelta(seconds=30)
"""Longer than a send can last: nobody else takes a delivery that is on its way."""
LATEST: Final = LEASE - timedelta(seconds=SEND_SECONDS)
"""So long after its lease began a delivery may set out."""
MEASURED: Final = frozenset({"opened", "severity_rose", "reopened"})
"""Pages that a mention causes: `at` is, to the minute, when the one that tipped it was published."""
SUPERSEDES: Final = frozenset({"page", "update", "resolved"})


@dataclass(slots=True)
class _Lane:
    """How a receiver has answered lately."""

    unmarked: list[tuple[int, datetime]] = field(default_factory=list)
    """Accepted deliveries that the store has not been told of, and when they were."""
    failures: int = 0
    rests_until: datetime | None = None
    last_error: str = ""


class Outbox:
    """Delivers what the store holds for each receiver; `jitter` draws from [0, 1)."""

    def __init__(
        self,
        store: Store,
        notifiers: Mapping[str, Notifier],
        clock: Clock,
        *,
        metrics: Metrics | None = None,
        policy: RetryPolicy | None = None,
        jitter: Callable[[], float] = random.random,
        poll_seconds: float = 1.0,
    ) -> None:
        self._store = store
        self._notifiers = dict(notifiers)
        self._clock = clock
        self._metrics = metrics
        self._policy = policy or RetryPolicy()
        self._jitter = jitter
        self._poll_seconds = poll_seconds
        self._lanes = {name: _Lane() for name in self._notifiers}
        self._orphans_failed = False

    async def deliver_due(self) -> int:
        """Send all that is due now, the receivers side by side; returns how many notices were accepted."""
        self._fail_orphans()
        total = 0
        while accepted := sum(await asyncio.gather(*map(self._deliver_lane, self._notifiers))):
            total += accepted  # once more: what one receiver refused was passed on to the others
        return total

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; what is on its way then is finished first.

        While the store is away nothing is given out; what was accepted is marked as soon as it is back.
        """
        with suppress(StoreUnreachable):
            self._fail_orphans()
        async with asyncio.TaskGroup() as lanes:
            for name in self._notifiers:
                lanes.create_task(self._run_lane(name, stop))
            await stop.wait()  # also where there is no receiver: who runs us takes our end for his

    async def _run_lane(self, name: str, stop: asyncio.Event) -> None:
        while not stop.is_set():
            with suppress(StoreUnreachable):
                self._fail_orphans()
                await self._deliver_lane(name, stop)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._poll_seconds)

    async def _deliver_lane(self, name: str, stop: asyncio.Event | None = None) -> int:
        """Send one receiver's due notices in turn, until none is left or it fails; returns how many went."""
        accepted = 0
        self._mark_sent(self._lanes[name])
        while not (stop and stop.is_set()):
            delivery = self._next(name)
            if delivery is None:
                break
            error = await self._send(delivery)
            if error is None:
                self._accepted(delivery)
                accepted += 1
            elif error.permanent:
                self._refused(delivery, str(error))
            else:
                self._try_later(delivery, error)
                break
        return accepted

    def _next(self, name: str) -> Delivery | None:
        """The receiver's next notice worth sending, or None while it rests or has nothing due."""
        now = self._clock.now()
        rests_until = self._lanes[name].rests_until
        if rests_until is not None and now < rests_until:
            return None
        while claimed := self._store.claim(now, 1, LEASE, receiver=name):
            if self._clock.now() > now + LATEST:
                return None  # it took so long that the lease may end during the send
            if not self._superseded(claimed[0]):
                return claimed[0]
            self._store.mark_skipped(claimed[0].id, "a later notice says it all")
            self._count(name, "skipped")
        return None

    def _superseded(self, delivery: Delivery) -> bool:
        """Whether a later notice of the same incident waits for the same receiver; a page never is."""
        if delivery.notice.kind != "update":
            return False
        return any(
            other.id > delivery.id
            and other.receiver == delivery.receiver
            and other.state == "waiting"
            and other.notice.kind in SUPERSEDES
            for other in self._store.deliveries(delivery.notice.incident.id)
        )

    async def _send(self, delivery: Delivery) -> DeliveryFailed | None:
        """Send once; returns what went wrong, if anything did."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._notifiers[delivery.receiver].send(delivery.notice)
        except DeliveryFailed as error:
            return error
        except TimeoutError:
            return DeliveryFailed(f"no answer in {SEND_SECONDS:g} s")
        except Exception as error:  # noqa: BLE001 a notifier's bug must not silence its receiver
            frame = traceback.extract_tb(error.__traceback__)[-1]
            what = f"our own error ({type(error).__name__} at {Path(frame.filename).name}:{frame.lineno})"
            log.error("notifier broke", extra={"receiver": delivery.receiver, "error": what})  # noqa: TRY400 its text may quote a mention
            return DeliveryFailed(what)
        return None

    def _accepted(self, delivery: Delivery) -> None:
        now = self._clock.now()
        self._lanes[delivery.receiver] = lane = _Lane([(delivery.id, now)])
        self._count(delivery.receiver, "sent")
        if self._metrics and delivery.notice.kind == "page" and delivery.notice.reason in MEASURED:
            self._metrics.time_to_page(delivery.receiver, (now - delivery.notice.at).total_seconds())
        self._mark_sent(lane)

    def _mark_sent(self, lane: _Lane) -> None:
        while lane.unmarked:
            self._store.mark_sent(*lane.unmarked[0])
            del lane.unmarked[0]

    def _try_later(self, delivery: Delivery, error: DeliveryFailed) -> None:
        """Put the notice back, and let the lane rest."""
        now = self._clock.now()
        if self._policy.gives_up(now - delivery.notice.at, delivery.attempts + 1):
            self._refused(delivery, f"given up: {error}")
            return
        lane = self._lanes[delivery.receiver]
        lane.failures += 1
        jitter = self._jitter()
        lane.rests_until = now + self._policy.wait(lane.failures, error.retry_after, jitter)
        retry_at = now + self._policy.wait(delivery.attempts + 1, error.retry_after, jitter)
        self._store.mark_failed(delivery.id, str(error), max(retry_at, lane.rests_until))
        self._count(delivery.receiver, "retried")
        if str(error) != lane.last_error:
            lane.last_error = str(error)
            log.warning("receiver in trouble", extra={"receiver": delivery.receiver, "error": str(error)})

    def _refused(self, delivery: Delivery, why: str) -> None:
        """Tell the audit, the metric and the other receivers, then close the delivery.

        In this order: after a crash in between it is refused again, and the other receivers' notice is the
        same one.
        """
        now = self._clock.now()
        others = [name for name in self._notifiers if name != delivery.receiver]
        passed_on = refused_notice(delivery.notice, delivery.receiver, why)
        with self._store.transaction() as tx:
            tx.add_audit([_audit(delivery, why, now)])
            if passed_on and others:
                tx.enqueue(passed_on, others, now)
        self._store.mark_failed(delivery.id, why, None)
        self._count(delivery.receiver, "failed")
        log.error("delivery failed", extra={"receiver": delivery.receiver, "error": why})

    def _fail_orphans(self) -> None:
        """Close, once, what waits for receivers that are no longer configured, and pass it on."""
        while not self._orphans_failed:
            orphans = self._orphans()
            for delivery in orphans:
                self._refused(delivery, "no longer configured")
            self._orphans_failed = not orphans

    def _orphans(self) -> list[Delivery]:
        """Due deliveries of unknown receivers; the lease of no length leaves the others where they are."""
        due = self._store.claim(self._clock.now(), 10_000, timedelta(0))
        return [delivery for delivery in due if delivery.receiver not in self._notifiers]

    def _count(self, receiver: str, outcome: Outcome) -> None:
        if self._metrics:
            self._metrics.delivery(receiver, outcome)


def _audit(delivery: Delivery, why: str, now: datetime) -> AuditEntry:
    detail = f"{delivery.receiver}: {delivery.notice.kind} not delivered, {why}"
    return AuditEntry(
        incident=delivery.notice.incident.id, at=now, by="palovahti", what="delivery_failed", detail=detail
    )
