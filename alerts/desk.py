"""The desk: takes escalations and what people do, keeps the incidents, and puts notices into the outbox.

The incident, its audit and its notices are written in one transaction: there is never one without the others.
Deciding is `incidents.step`; the desk loads, composes, saves and enqueues.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.answering import answers, clock_at_opening, waits
from alerts.composing import Composer, DataStateOf, PageWriter, Suggester
from alerts.incidents import (
    LIVE,
    AuditEntry,
    Decision,
    Event,
    Incident,
    IncidentPolicy,
    Notice,
    NoticeKind,
    NoticeReason,
    Overdue,
    SnoozeOver,
    Step,
    answer_due_at,
    is_snoozed,
    situation_of,
    step,
)
from alerts.organisation import Organisation
from alerts.page import page_lines
from alerts.page.drill import drill_lines
from alerts.records import CriticismDeleted, LedgerEntry
from alerts.respond.published import PublishedReply, audit_of, cleared, entry_of
from alerts.respond.review import review
from alerts.respond.suggest import suggest
from alerts.routing import ReceiverInfo, Route, routes
from alerts.store.store import Store, StoredMention, Transaction
from streams.errors import IllegalTransition
from streams.records import Escalation, HumanAction

__all__ = ["Desk", "ReceiverInfo"]

LOOK_EVERY = timedelta(minutes=5)
"""How often, at the latest, live incidents are looked through: another process may have changed one."""

MOST_LIVE = 1000
"""So many live incidents are looked through; more at once are not incidents that people handle."""

MOST_AT_OPENING = 2000
"""So many mentions, the most negative, are looked through for the first that waits for an answer."""

MOST_IN_A_THREAD = 50
OFFICIAL = "official account"
"""Who answered where a feed brought our own post."""

MODERATION = "moderation"
"""The ledger of what was hidden, and by which published rule."""

Cause = Event | CriticismDeleted


Concerns = Callable[[str], bool]
"""For which topics it is now; parts of a stream that are read side by side have a time in each of them."""


class Desk:
    """Handles incidents for one organisation and its receivers; in a `drill` all that it says is marked."""

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
        drill: bool = False,
    ) -> None:
        self._store = store
        self._policy = policy
        self._organisation = organisation
        self._receivers = tuple(receivers)
        lines = drill_lines if drill else page_lines
        self._composer = Composer(store, organisation, data_state, suggest, lines)
        self._drill = drill
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
        published = self._cleared(taken.incident, action)
        self._keep(tx, taken, action, action.at)
        if published:
            tx.add_entries([entry_of(published)])
            tx.add_audit(audit_of(published))
        return tx.incident(action.incident) or taken.incident

    def note_facts(self, entries: Sequence[LedgerEntry], topic: str | None, now: datetime) -> None:
        """Put facts on the board or take them back; renew the drafts of live incidents that they concern."""
        with self._store.transaction() as tx:
            tx.add_entries(entries)
            for incident in self._store.incidents(LIVE, topic, limit=MOST_LIVE):
                renewed, failures = self._composer.with_suggestion(incident, now, now)
                tx.put_incident(renewed)
                tx.add_audit(_facts_lines(incident, entries, failures, now))

    def _cleared(self, incident: Incident, action: HumanAction) -> PublishedReply | None:
        """The record of what was published, once rules and a second person allow it; None without text."""
        if action.kind != "answered" or action.reply is None:
            return None
        report = review(self._store, self._organisation, incident, action.reply, action.by, action.at)
        return cleared(incident, action, action.reply, report)

    def hear_from_us(
        self,
        tx: Transaction,
        post: StoredMention,
        concerns: Concerns | None = None,
        parent: str | None = None,
    ) -> None:
        """A post of our own accounts: where it answers a live incident, the clock of that one stops.

        Most answers name no topic, so that matching leaves them out: one to a post that we keep (`parent`, or
        the thread's first) is of its topics, and is kept, so that everybody sees that it was answered.
        """
        if not post.topics:
            post = replace(post, topics=self._topics_around(post, parent))
            tx.add_mentions([post] if post.topics else [])
        for incident in self._live(concerns):
            there = self._thread(incident, post) if incident.thread is None else []
            if answers(incident, post, there):
                tx.add_mentions([replace(post, topics=tuple({*post.topics, incident.topic}))])
                self.act_in(
                    tx,
                    HumanAction(
                        id=f"answered:{incident.id}:{post.id}",
                        incident=incident.id,
                        kind="answered",
                        by=OFFICIAL,
                        at=post.published_at,
                    ),
                )

    def hear_of_deletion(
        self, tx: Transaction, mention: str, at: datetime, concerns: Concerns | None = None
    ) -> None:
        """Our own account deleted a post: where it was others' criticism, the incident warns of it, once.

        What was hidden by a published rule stands in the moderation ledger and is no censorship.
        """
        post = self._store.mention(mention)
        if post is None or not waits(post) or self._store.entries(MODERATION, about=mention, limit=1):
            return
        for incident in self._live(concerns):
            here = post.thread == incident.thread if incident.thread else incident.topic in post.topics
            if here and not tx.seen_action(f"deleted:{incident.id}:{mention}"):
                self._warn_of_deletion(
                    tx, incident, CriticismDeleted(incident=incident.id, at=at, mention=mention)
                )

    def tick(self, tx: Transaction, now: datetime, concerns: Concerns | None = None) -> list[Notice]:
        """Pages for overdue answers, and for rises that a snooze held back until now."""
        if concerns is None and self._next_look is not None and now < self._next_look:
            return []
        live = self._live(concerns)
        reminders = [event for incident in live if (event := self._reminder(incident, now))]
        notices = [self._remind(tx, event, now) for event in reminders]
        if not reminders and concerns is None:
            self._next_look = min([now + LOOK_EVERY, *filter(None, map(self._due_at, live))])
        return [notice for notice in notices if notice is not None]

    def _live(self, concerns: Concerns | None) -> list[Incident]:
        live = self._store.incidents(LIVE, limit=MOST_LIVE)
        return live if concerns is None else [one for one in live if concerns(one.topic)]

    def _warn_of_deletion(self, tx: Transaction, incident: Incident, event: CriticismDeleted) -> None:
        paged = incident.pages > 0
        changed = {"criticism_deleted": incident.criticism_deleted + 1, "notices": incident.notices + paged}
        after = incident.model_copy(update=changed)
        line = AuditEntry(incident=incident.id, at=event.at, by="desk", what="do_not_censor")
        told: tuple[NoticeKind | None, NoticeReason | None] = ("update", "changed") if paged else (None, None)
        self._keep(tx, Step(after, Decision.CHANGED, (line,), *told), event, event.at)

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
        due = answer_due_at(incident, self._within(incident))
        if is_snoozed(incident, now):
            return None
        if due is not None and due <= now:
            return Overdue(incident=incident.id, at=now, due_at=due)
        return SnoozeOver(incident=incident.id, at=now) if incident.page_held else None

    def _due_at(self, incident: Incident) -> datetime | None:
        """When something will be due for an incident, as far as is known."""
        due = answer_due_at(incident, self._within(incident))
        end = incident.snoozed_until
        if incident.page_held and end is not None:
            return end
        return max(due, end) if due is not None and end is not None else due

    def _keep(self, tx: Transaction, taken: Step, event: Cause, now: datetime) -> Notice | None:
        """Save what a step changed and queue its notice; nothing where it changed nothing."""
        if not taken.audit:
            return None
        self._next_look = None
        taken = replace(taken, incident=taken.incident.model_copy(update={"drill": self._drill}))
        incident, failures = self._with_suggestion(taken, event, now)
        incident, found = self._with_clock(incident, event)
        notices, broken = self._notices(incident, taken, event, now)
        lines = [_line(event, "composing_failed", failure) for failure in [*failures, *broken]]
        tx.put_incident(incident)
        tx.add_audit([*taken.audit, *found, *lines])
        self._queue(tx, incident, notices, now)
        return notices.get(self._organisation.language)

    def _with_suggestion(self, taken: Step, event: Cause, now: datetime) -> tuple[Incident, list[str]]:
        """A new draft with every page, where there is none, and where a person says what the matter is."""
        wanted = not isinstance(event, HumanAction) and (
            taken.notice == "page" or not taken.incident.suggestion
        )
        if not (wanted or _draft_of_another_matter(taken.incident)):
            return taken.incident, []
        return self._composer.with_suggestion(taken.incident, event.at, now)

    def _with_clock(self, incident: Incident, event: Cause) -> tuple[Incident, list[AuditEntry]]:
        """At its opening, since when people wait for an answer, and whether they got one already."""
        if incident.waiting_since is not None or not isinstance(event, Escalation):
            return incident, []
        clock = clock_at_opening(
            self._composer.mentions(incident, event.at, MOST_AT_OPENING), incident.thread
        )
        if clock.answered_at is None or incident.answered_at is not None:
            return incident.model_copy(update={"waiting_since": clock.waiting_since}), []
        line = AuditEntry(incident=incident.id, at=clock.answered_at, by=OFFICIAL, what="answered")
        times = {"waiting_since": clock.waiting_since, "answered_at": clock.answered_at}
        return incident.model_copy(update=times), [line]

    def _topics_around(self, post: StoredMention, parent: str | None) -> tuple[str, ...]:
        known = (self._store.mention(each) for each in (parent, post.thread) if each and each != post.id)
        return next((one.topics for one in known if one is not None), ())

    def _thread(self, incident: Incident, post: StoredMention) -> list[StoredMention]:
        """The posts around one of ours since the incident began."""
        return self._store.mentions(
            incident.topic, _start(incident), post.published_at, thread=post.thread, limit=MOST_IN_A_THREAD
        )

    def _within(self, incident: Incident) -> timedelta:
        return self._organisation.answer_within(situation_of(incident))

    def _notices(
        self, incident: Incident, taken: Step, event: Cause, now: datetime
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


def _start(incident: Incident) -> datetime:
    return min(incident.onset_at, incident.evidence.started_at or incident.onset_at)


def _line(event: Cause, what: str, detail: str) -> AuditEntry:
    return AuditEntry(incident=event.incident, at=event.at, by="desk", what=what, detail=detail)


def _draft_of_another_matter(incident: Incident) -> bool:
    """Whether the draft does not follow what a person said the matter is, or follows what was undone."""
    draft = incident.suggestion
    if draft is None or draft.action == "watch":
        return incident.situation is not None and (draft is None or draft.situation != incident.situation)
    return incident.situation != (draft.situation if draft.reason == "chosen" else None)


def _facts_lines(
    incident: Incident, entries: Sequence[LedgerEntry], failures: Sequence[str], now: datetime
) -> list[AuditEntry]:
    told = [("fact_ended" if entry.about else "fact_added", entry.by, "") for entry in entries]
    told += [("composing_failed", "desk", failure) for failure in failures]
    return [
        AuditEntry(incident=incident.id, at=now, by=by, what=what, detail=detail) for what, by, detail in told
    ]
