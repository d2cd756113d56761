"""Findings into the store, and what became of them out to other systems."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from agents.runtimes.kafka.sending import Sending, durable, send
from agents.stages.alert import AlertStage, Handled
from agents.stages.records import Finding, unpack_finding
from alerts.events import escalation_event, incident_event
from alerts.incidents import Incident
from alerts.records import LedgerEntry
from streams.clock import Clock
from streams.cloudevents import CONTENT_TYPE
from streams.errors import StoreUnreachable
from streams.kafka.settings import KafkaSettings
from streams.names import ESCALATIONS, INCIDENTS
from streams.records import Escalation, HumanAction

LOG = logging.getLogger("palovahti")
REST_SECONDS = 2.0
HEADERS = (("content-type", CONTENT_TYPE.encode()),)


class Alerting:
    """Behind the agent of `findings`; also who carries out what people decide on the pages."""

    def __init__(self, app: Any, stage: AlertStage, kafka: KafkaSettings, clock: Clock) -> None:
        self._app, self._stage, self._kafka, self._clock = app, stage, kafka, clock
        self._touched: dict[str, None] = {}  # incidents to tell others of

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
        handled = await self._patiently(lambda: self._stage.idle(self._clock.now()))
        for notice in handled:
            self._touched[notice.incident.id] = None
        await self.publish(())

    def act(self, action: HumanAction) -> Incident:
        """A person's step; others hear of it with the next look."""
        incident = self._stage.desk.act(action)
        self._touched[incident.id] = None
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
        self._touched |= dict.fromkeys(record.key.decode() for record in records if record.key)
        touched, self._touched = self._touched, {}
        for incident_id in touched:
            incident = self._stage.store.incident(incident_id)
            if incident is not None:
                value = incident_event(incident, source)
                records.append(
                    Sending(INCIDENTS.full_name(prefix), None, incident_id.encode(), value, HEADERS)
                )
        await durable(await send(self._app, records))

    async def _step(self, findings: list[Finding]) -> Handled:
        handled: Handled = await self._patiently(lambda: self._stage.step(findings, self._clock.now()))
        for notice in handled.notices:
            self._touched[notice.incident.id] = None
        return handled

    async def _patiently(self, work: Any) -> Any:
        while True:
            try:
                return work()
            except StoreUnreachable as error:
                LOG.warning("store_unreachable", extra={"error": type(error).__name__})
                await asyncio.sleep(REST_SECONDS)


def _escalations(findings: Iterable[Finding]) -> list[Escalation]:
    """All of them, those taken before included: a crash may have come before others were told."""
    return [Escalation.model_validate_json(body) for finding in findings for body in finding.escalations]
