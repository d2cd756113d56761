"""Findings into the store, and what became of them out to other systems."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from agents.runtimes.kafka.sending import Sending, durable, send
from agents.runtimes.reach import Reach
from agents.stages.alert import AlertStage, Handled
from agents.stages.records import Finding, unpack_finding
from alerts.events import escalation_event, incident_event
from alerts.incidents import Incident, Notice
from alerts.records import LedgerEntry
from streams.clock import Clock
from streams.cloudevents import CONTENT_TYPE
from streams.errors import StoreUnreachable
from streams.kafka.settings import KafkaSettings
from streams.metrics import Metrics
from streams.names import ACTIONS, ESCALATIONS, INCIDENTS
from streams.records import Escalation, HumanAction

REST_SECONDS = 2.0
HEADERS = (("content-type", CONTENT_TYPE.encode()),)


class Alerting:
    """Behind the agent of `findings`; also who carries out what people decide on the pages."""

    def __init__(
        self,
        app: Any,
        stage: AlertStage,
        kafka: KafkaSettings,
        clock: Clock,
        metrics: Metrics,
        reach: Reach,
    ) -> None:
        self._app, self._stage, self._kafka, self._clock = app, stage, kafka, clock
        self._metrics, self._reach = metrics, reach
        self._touched: dict[str, None] = {}  # incidents to tell others of
        self._acted: list[HumanAction] = []  # the same of what people decided

    async def take(self, event: Any) -> None:
        """Take in a chunk of findings; a store that is away for now is waited for."""
        if event.message.generation_id != self._app.consumer_generation_id:
            return
        findings = [unpack_finding(record.value) for record in event.value]
        await self._step(findings)
        await self.publish(_escalations(findings))
        event.ack()

    async def idle(self) -> None:
        """Time passes: overdue answers page."""
        self._told(await self._patiently(lambda: self._stage.idle(self._clock.now())))
        await self.publish(())

    def act(self, action: HumanAction) -> Incident:
        """A person's step; others hear of it and of the incident with the next look."""
        incident = self._stage.desk.act(action)
        self._touched[incident.id] = None
        self._acted.append(action)
        return incident

    def note_facts(self, entries: Sequence[LedgerEntry], topic: str | None, now: datetime) -> None:
        """Put facts on the board or take them back."""
        self._stage.desk.note_facts(entries, topic, now)

    async def publish(self, escalations: Iterable[Escalation]) -> None:
        """Tell other systems of escalations, and of the incidents that changed."""
        source, prefix = self._kafka.source, self._kafka.prefix
        records = [
            Sending(
                ESCALATIONS.full_name(prefix),
                None,
                each.incident.encode(),
                escalation_event(each, source),
                HEADERS,
            )
            for each in escalations
        ]
        records += self._decided()
        self._touched |= dict.fromkeys(record.key.decode() for record in records if record.key)
        touched, self._touched = self._touched, {}
        for incident_id in touched:
            incident = await self._patiently(partial(self._stage.store.incident, incident_id))
            if incident is not None:
                value = incident_event(incident, source)
                records.append(
                    Sending(INCIDENTS.full_name(prefix), None, incident_id.encode(), value, HEADERS)
                )
        await durable(await send(self._app, records))

    def _decided(self) -> list[Sending]:
        name, acted, self._acted = ACTIONS.full_name(self._kafka.prefix), self._acted, []
        return [
            Sending(name, None, action.incident.encode(), action.model_dump_json().encode())
            for action in acted
        ]

    async def _step(self, findings: list[Finding]) -> Handled:
        handled: Handled = await self._patiently(lambda: self._stage.step(findings, self._clock.now()))
        for pulse in {pulse.topic: pulse for pulse in handled.pulses}.values():
            self._metrics.pulse(pulse)
        self._told(handled.notices)
        return handled

    def _told(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            self._touched[notice.incident.id] = None
            if notice.kind == "page":
                self._metrics.paged(notice.reason)

    async def _patiently(self, work: Any) -> Any:
        while True:
            try:
                done = work()
            except StoreUnreachable as error:
                self._reach.lost(error)
                await asyncio.sleep(REST_SECONDS)
            else:
                self._reach.found()
                return done


def _escalations(findings: Iterable[Finding]) -> list[Escalation]:
    """All of them, those taken before included: a crash may have come before others were told."""
    return [Escalation.model_validate_json(body) for finding in findings for body in finding.escalations]
