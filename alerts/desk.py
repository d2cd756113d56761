"""The desk: takes escalations and what people do, keeps the incidents, and puts notices into the outbox.

The incident, its audit and its notices are written in one transaction: there is never one without the others.
Deciding is `incidents.step`; the desk loads, composes, saves and enqueues.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.composing import Composer, DataStateOf, PageWriter, Suggester
from alerts.incidents import (
    LIVE,
    AuditEntry,
    Event,
    Incident,
    IncidentPolicy,
    Notice,
    Overdue,
    SnoozeOver,
    Step,
    answer_due_at,
    is_snoozed,
    step,
)
from alerts.organisation import Organisation
from alerts.page import page_lines
from alerts.respond.suggest import suggest
from alerts.routing import ReceiverInfo, Route, routes
from alerts.store.store import Store, Transaction
from streams.errors import IllegalTransition
from streams.records import Escalation, HumanAction

__all__ = ["Desk", "ReceiverInfo"]

LOOK_EVERY = timedelta(minutes=5)
"""How often, at the latest, live incidents are looked through: another process may have changed one."""

MOST_LIVE = 1000
"""So many live incidents are looked through; more at once are not incidents that people handle."""


class Desk:
    """Handles incidents for one organisation and its receivers."""

    def __init__(
        self,
        store: Store,
        policy: IncidentPolicy,
        organisation: Organisation,
        receivers: Sequence[ReceiverInfo],
        data_state: DataStateOf,
        *,
        suggest: Suggester = suggest,
        page_lines: PageWriter = page_lines,
    ) -> None:
        self._store = store
        self._policy = policy
        self._organisation = organisation
        self._receivers = tuple(receivers)
        self._composer = Composer(store, organisation, data_state, suggest, page_lines)
        self._answer_within = timedelta(minutes=organisation.response_minutes)
        self._next_look: datetime | None = None

    def take(self, tx: Transaction, escalations: Sequence[Escalation], now: datetime) -> list[Notice]:
        """Take escalations in, in order, inside `tx`; the notices decided, in the organisation's language.

        Store the mentions of the batch before, so that suggestions see them. An escalation that does not fit
        is refused: the audit says so, the rest goes on.
        """
        notices = [self._take_one(tx, escalation, now) for escalation in escalations]
        return [notice for notice in notices if notice is not None]

    def act(self, action: HumanAction) -> Incident:
        """Take a person's step in a transaction of its own; the incident after it.

        The same action again changes nothing. `IllegalTransition`: the incident cannot take it, or there
        is none.
        """
        with self._store.transaction() as tx:
            return self.act_in(tx, action)

    def act_in(self, tx: Transaction, action: HumanAction) -> Incident:
        """The same inside a transaction that does more."""
        incident = tx.incident(action.incident)
        if incident is not None and tx.seen_action(action.id):
            return incident
        taken = step(incident, action, self._policy, action.at)
        self._keep(tx, taken, action, action.at)
        return taken.incident

    def tick(self, tx: Transaction, now: datetime) -> list[Notice]:
        """Pages for overdue answers, and for rises that a snooze held back until now."""
        if self._next_look is not None and now < self._next_look:
            return []
        live = self._store.incidents(LIVE, limit=MOST_LIVE)
        reminders = [event for incident in live if (event := self._reminder(incident, now))]
        notices = [self._remind(tx, event, now) for event in reminders]
        if not reminders:
            self._next_look = min([now + LOOK_EVERY, *filter(None, map(self._due_at, live))])
        return [notice for notice in notices if notice is not None]

    def _take_one(self, tx: Transaction, escalation: Escalation, now: datetime) -> Notice | None:
        try:
            taken = step(tx.incident(escalation.incident), escalation, self._policy, now)
        except IllegalTransition as refusal:
            tx.add_audit([_line(escalation, "refused", str(refusal))])
            return None
        return self._keep(tx, taken, escalation, now)

    def _remind(self, tx: Transaction, event: Overdue | SnoozeOver, now: datetime) -> Notice | None:
        incident = tx.incident(event.incident)
        if incident is None or self._reminder(incident, now) != event:
            return None
        return self._keep(tx, step(incident, event, self._policy, now), event, now)

    def _reminder(self, incident: Incident, now: datetime) -> Overdue | SnoozeOver | None:
        """What is due for an incident now; one thing at a time."""
        due = answer_due_at(incident, self._answer_within)
        if is_snoozed(incident, now):
            return None
        if due is not None and due <= now:
            return Overdue(incident=incident.id, at=now, due_at=due)
        return SnoozeOver(incident=incident.id, at=now) if incident.page_held else None

    def _due_at(self, incident: Incident) -> datetime | None:
        """When something will be due for an incident, as far as is known."""
        due = answer_due_at(incident, self._answer_within)
        end = incident.snoozed_until
        if incident.page_held and end is not None:
            return end
        return max(due, end) if due is not None and end is not None else due

    def _keep(self, tx: Transaction, taken: Step, event: Event, now: datetime) -> Notice | None:
        """Save what a step changed and queue its notice; nothing where it changed nothing."""
        if not taken.audit:
            return None
        self._next_look = None
        incident, failures = self._with_suggestion(taken, event, now)
        notices, broken = self._notices(incident, taken, event, now)
        lines = [_line(event, "composing_failed", failure) for failure in [*failures, *broken]]
        tx.put_incident(incident)
        tx.add_audit([*taken.audit, *lines])
        self._queue(tx, incident, notices, now)
        return notices.get(self._organisation.language)

    def _with_suggestion(self, taken: Step, event: Event, now: datetime) -> tuple[Incident, list[str]]:
        """A new suggestion with every page, and where there is none; people's steps change no draft."""
        if isinstance(event, HumanAction) or (taken.notice != "page" and taken.incident.suggestion):
            return taken.incident, []
        return self._composer.with_suggestion(taken.incident, event.at, now)

    def _notices(
        self, incident: Incident, taken: Step, event: Event, now: datetime
    ) -> tuple[dict[str, Notice], list[str]]:
        """The notice in every language in which somebody gets it, and in our own."""
        if taken.notice is None or taken.reason is None:
            return {}, []
        found, failures = {}, []
        for language in sorted({self._organisation.language, *(to.language for to in self._receivers)}):
            lines, failed = self._composer.lines(incident, language, now)
            failures += failed
            found[language] = Notice(
                id=f"{incident.id}:{incident.notices}:{taken.notice}",
                kind=taken.notice,
                reason=taken.reason,
                at=event.at,
                incident=incident,
                language=language,
                lines=lines,
                link=self._organisation.link(incident.id),
            )
        return found, failures

    def _queue(self, tx: Transaction, incident: Incident, notices: dict[str, Notice], now: datetime) -> None:
        for language, notice in notices.items():
            reached = routes(notice.kind, incident, self._receivers)
            names = [
                to.name for to, why in reached.items() if why is Route.WANTED and to.language == language
            ]
            tx.enqueue(notice, names, now)


def _line(event: Event, what: str, detail: str) -> AuditEntry:
    return AuditEntry(incident=event.incident, at=event.at, by="desk", what=what, detail=detail)
