"""Asks for a second draft of each live incident's answer, one at a time, and keeps what passes.

live incident with a suggestion ──► prompt ──► model ──► rules ──► kept beside the suggestion, or dropped
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from alerts.drafting.client import Model, NoDraft
from alerts.drafting.prompt import messages
from alerts.drafting.settings import DraftingSettings
from alerts.drafting.verdict import bare, objections
from alerts.incidents import LIVE, AuditEntry, Incident, Suggestion
from alerts.organisation import Organisation
from alerts.records import ModelDraft
from alerts.respond.rules.for_incident import context_for
from alerts.respond.thread import thread_of
from alerts.store.store import Store
from streams.clock import Clock

log = logging.getLogger(__name__)

TRIES: Final = 2
LOOK_SECONDS: Final = 5.0
MOST_MENTIONS: Final = 20
DAY: Final = timedelta(days=1)


class Drafter:
    """The one place that asks the model."""

    def __init__(
        self, store: Store, organisation: Organisation, settings: DraftingSettings, model: Model, clock: Clock
    ) -> None:
        self._store, self._organisation = store, organisation
        self._settings, self._model, self._clock = settings, model, clock
        self._asked: deque[datetime] = deque()

    async def run(self, stop: asyncio.Event) -> None:
        """Draft what is due, until told to stop."""
        while not stop.is_set():
            await self.draft_due()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)

    async def draft_due(self) -> int:
        """Ask for every draft that is due now, within the day's budget; returns how many were kept."""
        kept = 0
        for incident in due(self._store.incidents(LIVE)):
            if not self._may_ask(self._clock.now()):
                log.warning("drafting: the budget of %d calls a day is spent", self._settings.calls_a_day)
                return kept
            kept += await self._draft(incident)
        return kept

    def _may_ask(self, now: datetime) -> bool:
        """Whether the budget allows one more question; counts it."""
        while self._asked and self._asked[0] <= now - DAY:
            self._asked.popleft()
        if len(self._asked) >= self._settings.calls_a_day:
            return False
        self._asked.append(now)
        return True

    async def _draft(self, incident: Incident) -> bool:
        draft, now = incident.suggestion, self._clock.now()
        assert draft is not None  # `due` gives no other
        mentions = thread_of(self._store, incident, now, MOST_MENTIONS)
        context = context_for(incident, mentions, self._organisation, now, draft)
        try:
            text = bare(await self._model.ask(messages(draft, context, mentions)))
            against = objections(text, draft, context)
        except NoDraft as failure:
            text, against = "", (str(failure),)
        self._keep(incident, draft, text, against)
        return not against

    def _keep(self, asked: Incident, draft: Suggestion, text: str, against: tuple[str, ...]) -> None:
        """Write down what came, unless the suggestion changed meanwhile."""
        now, digest = self._clock.now(), digest_of(draft)
        with self._store.transaction() as tx:
            incident = tx.incident(asked.id)
            if incident is None or incident.suggestion is None or digest_of(incident.suggestion) != digest:
                return
            tries = _tries(incident, digest) + 1
            shown = "" if against else text
            made = ModelDraft(
                text=shown, model=self._settings.model, at=now, of=digest, dropped=against, tries=tries
            )
            tx.put_incident(incident.model_copy(update={"model_draft": made}))
            what = "draft_dropped" if against else "draft_added"
            tx.add_audit(
                [AuditEntry(incident=incident.id, at=now, by="desk", what=what, detail=", ".join(against))]
            )


def due(incidents: Iterable[Incident]) -> list[Incident]:
    """Those whose suggestion has no draft of the model yet, the gravest first."""
    waiting = [one for one in incidents if _is_due(one)]
    return sorted(waiting, key=lambda one: (-one.severity, one.opened_at))


def digest_of(draft: Suggestion) -> str:
    """What tells one suggestion from another."""
    text = f"{draft.language}\x1f{draft.channel}\x1f{draft.text}"
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _is_due(incident: Incident) -> bool:
    draft = incident.suggestion
    if draft is None or draft.action != "answer" or incident.answered_at is not None:
        return False
    made = incident.model_draft
    if made is not None and made.text and made.of == digest_of(draft):
        return False
    return _tries(incident, digest_of(draft)) < TRIES


def _tries(incident: Incident, digest: str) -> int:
    made = incident.model_draft
    return made.tries if made is not None and made.of == digest else 0
