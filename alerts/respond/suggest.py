"""The suggested first public response: chosen by situation, channel and language, from confirmed facts only.

Pure: the same incident, mentions, organisation and time give the same suggestion. Mentions are hostile:
all that reaches the text are at most two of their words, made safe and quoted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from alerts.incidents import Incident, Suggestion
from alerts.organisation import Organisation
from alerts.page.forms import clock
from alerts.page.words import say
from alerts.respond.case import Case, case_of
from alerts.respond.channels import channel_named
from alerts.respond.compose import Values, compose
from alerts.respond.faq import load_faq
from alerts.respond.lexicon import situation_lexicons, unquotable
from alerts.respond.playbook import CLOSING
from alerts.respond.playbook_files import playbooks_for, reread_playbooks
from alerts.respond.quoting import quotable, shown
from alerts.respond.reasons import alternatives, next_steps, reason_code, why_so
from alerts.respond.speaking import check_tone
from alerts.respond.watching import watch_code
from alerts.store.store import StoredMention

VARIANTS: Final = ("x", "bluesky", "mastodon", "facebook", "instagram", "forum", "review", "support")
_ROUND_MINUTES: Final = 5


def suggest(
    incident: Incident,
    mentions: Sequence[StoredMention],
    organisation: Organisation,
    now: datetime,
    *,
    channel: str | None = None,
    language: str | None = None,
    situation: str | None = None,
    kind: Literal["reply", "closing"] = "reply",
    anyway: bool = False,
) -> Suggestion:
    """The first public response to an incident, or the advice to watch.

    `mentions` are the incident's, most negative and furthest reaching first; they may be few or none.
    Without `channel`, the thread's own; without `language`, the thread's main one, else the organisation's;
    without `situation`, what a person chose for the incident, else what the words tell.
    `why` and `next_steps` speak the organisation's language. `kind` closing: the one line in public after the
    matter was settled. `anyway`: an answer also where the advice is to watch.
    Raises BadRecord for a situation that is not known.
    """
    chosen = situation or incident.situation
    case = case_of(
        incident, mentions, organisation, now, channel=channel, language=language, situation=chosen
    )
    code = None if anyway or kind == "closing" else watch_code(incident, case.situation, mentions)
    return _answer(case, kind, _values(case)) if code is None else _watch(case, code)


def prepare(organisation: Organisation) -> None:
    """Read playbooks, lexicons and channels once, at the start. BadConfiguration names what to mend."""
    if organisation.playbooks is not None:  # on a reload, what was edited meanwhile counts
        reread_playbooks(organisation.playbooks)
    playbooks_for(organisation.playbooks, organisation.tone.address)
    load_faq(organisation.faq)
    check_tone(organisation)
    situation_lexicons()
    unquotable()
    channel_named(None)


def variants(
    incident: Incident,
    mentions: Sequence[StoredMention],
    organisation: Organisation,
    now: datetime,
    *,
    channels: Sequence[str] = VARIANTS,
    language: str | None = None,
    situation: str | None = None,
    kind: Literal["reply", "closing"] = "reply",
) -> tuple[Suggestion, ...]:
    """The same response in each channel's form, even where the advice is to watch; reads it all once."""
    chosen = situation or incident.situation
    case = case_of(
        incident, mentions, organisation, now, channel="other", language=language, situation=chosen
    )
    values = _values(case)
    return tuple(_answer(replace(case, venue=channel_named(name)), kind, values) for name in channels)


def next_update(organisation: Organisation, now: datetime) -> datetime:
    """When we promise the next news: within `next_update_minutes`, on round five minutes if there is room."""
    due = now + timedelta(minutes=organisation.next_update_minutes)
    if organisation.next_update_minutes < 3 * _ROUND_MINUTES:
        return due
    return due.replace(minute=due.minute - due.minute % _ROUND_MINUTES, second=0, microsecond=0)


def _answer(case: Case, kind: Literal["reply", "closing"], values: Values) -> Suggestion:
    book = case.playbook(case.language)
    if kind == "closing":
        book = book.model_copy(update={"order": CLOSING})
    draft = compose(book, values, case.form)
    return Suggestion(
        action="answer",
        situation=case.situation,
        channel=case.form.name,
        language=case.language,
        text=draft.text,
        why=why_so(case),
        next_steps=next_steps(case, draft),
        reason=reason_code(case),
        evidence_words=shown(case.recognition.words),
        alternatives=alternatives(case),
    )


def _watch(case: Case, code: str) -> Suggestion:
    ours = case.organisation.language
    return Suggestion(
        action="watch",
        situation=case.situation,
        channel=case.venue.name,
        language=case.language,
        text="",
        why=say(f"watch.{code}", ours),
        next_steps=(say("suggest.keep_watching", ours),),
        reason=code,
        evidence_words=shown(case.recognition.words),
        alternatives=alternatives(case),
    )


def _values(case: Case) -> Values:
    organisation, found = case.organisation, case.incident.evidence
    facts = case.facts()
    told = (fact.text(case.language, organisation.language) for fact in facts)
    mode = case.playbook(case.language).quote
    return Values(
        words=quotable(mode, found.top_words, case.recognition, case.mentions, topic=case.incident.topic),
        facts=tuple(_sentence(text) for text in told if text),
        facts_exist=bool(facts),
        time=_clock_time(next_update(organisation, case.now), case),
        updates_url=organisation.updates_url,
        private_channel=organisation.private_way(case.language),
        signature=organisation.signature,
        who=organisation.who_looks(case.language),
        faq=case.asked.entry.told if case.asked else "",
        apologise=any(fact.accepts_responsibility for fact in facts),
    )


def _sentence(text: str) -> str:
    line = " ".join(text.split())
    return line if line.endswith((".", "!", "?")) else f"{line}."


def _clock_time(moment: datetime, case: Case) -> str:
    zone = case.organisation.zone
    same_day = moment.astimezone(zone).date() == case.now.astimezone(zone).date()
    word = "time.today" if same_day else "time.tomorrow"
    return say(word, case.language, clock=clock(moment, zone, case.language))
