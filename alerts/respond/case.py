"""What a suggestion is made for: one incident, its thread, and what was chosen for the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.incidents import Incident
from alerts.organisation import LANGUAGES, Fact, Organisation
from alerts.respond.asked import Asked, asked_most
from alerts.respond.channels import Channel, channel_named
from alerts.respond.faq import faq_for
from alerts.respond.playbook import Playbook
from alerts.respond.playbook_files import playbooks_for
from alerts.respond.recognise import Recognition, people, recognise
from alerts.respond.situations import known_situation
from alerts.respond.venue import is_unasked
from alerts.store.store import StoredMention


@dataclass(frozen=True, slots=True)
class Case:
    """All that a suggestion depends on. `venue` is where the thread is, `form` where the answer is posted."""

    incident: Incident
    mentions: Sequence[StoredMention]
    organisation: Organisation
    now: datetime
    recognition: Recognition
    situation: str
    by_hand: bool
    language: str
    venue: Channel
    asked: Asked | None = None
    unasked: bool = False

    @property
    def form(self) -> Channel:
        """Whose form the answer takes: the venue's, or our own channel's where that is not for answers."""
        elsewhere = self.venue.answer_on or ("own" if self.unasked else None)
        return channel_named(elsewhere) if elsewhere else self.venue

    def playbook(self, language: str) -> Playbook:
        """What to say in this situation."""
        organisation = self.organisation
        return playbooks_for(organisation.playbooks, organisation.tone.address)[language, self.situation]

    def facts(self) -> tuple[Fact, ...]:
        """The confirmed facts that may be said now, in whatever language."""
        return self.organisation.facts_for(self.incident.topic, self.now)


def case_of(
    incident: Incident,
    mentions: Sequence[StoredMention],
    organisation: Organisation,
    now: datetime,
    *,
    channel: str | None,
    language: str | None,
    situation: str | None,
) -> Case:
    """The case, with what was not asked for chosen from the thread. BadRecord for an unknown situation."""
    recognition = recognise(mentions, incident.evidence.top_words)
    venue = channel_named(channel or _platform(incident, mentions))
    spoken = language if language in LANGUAGES else _language(incident, mentions, organisation)
    faq, ours = faq_for(organisation.faq), organisation.language
    return Case(
        incident=incident,
        mentions=mentions,
        organisation=organisation,
        now=now,
        recognition=recognition,
        situation=known_situation(situation) if situation else recognition.situation,
        by_hand=bool(situation),
        language=spoken,
        venue=venue,
        asked=asked_most(mentions, faq, spoken, incident.topic, ours),
        unasked=channel is None and is_unasked(venue, mentions, organisation),
    )


def _language(incident: Incident, mentions: Sequence[StoredMention], organisation: Organisation) -> str:
    """The thread's main language where it is one of ours, else the organisation's."""
    main = incident.evidence.language
    if main is None:
        main = _most(Counter(mention.language for mention in people(mentions) if mention.language))
    return main if main in LANGUAGES else organisation.language


def _platform(incident: Incident, mentions: Sequence[StoredMention]) -> str | None:
    """Where the thread is; for a whole topic, the channel that carries most of it."""
    here = [mention for mention in mentions if incident.thread in (None, mention.thread)]
    platforms = Counter(mention.platform for mention in here)
    if incident.evidence.channels and (incident.thread is None or not platforms):
        platforms = Counter(incident.evidence.channels)
    return _most(platforms)


def _most(counted: Counter[str]) -> str | None:
    return min(counted, key=lambda name: (-counted[name], name), default=None)
