"""The five lines of a page, and its one-line headline. Every number in them is a number that decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from alerts.incidents import Incident, State, age_minutes, answer_target_at, situation_of, waited
from alerts.neutral import plain, reference, word
from alerts.organisation import Organisation
from alerts.page import forms
from alerts.page.signs import all_clear, harm, planned
from alerts.page.state import DataState
from alerts.page.words import counted, language_of, say, watch_reason
from streams.records import Evidence

HEADLINE_LIMIT: Final = 100
ANSWER_LIMIT: Final = 200
_FRESH: Final = timedelta(minutes=15)
_FINISHED: Final = (State.RESOLVED, State.FALSE_ALARM)


def page_lines(
    incident: Incident, organisation: Organisation, language: str, now: datetime, data: DataState | None
) -> tuple[str, ...]:
    """Exactly five lines: what and where; how fast; who carries it; what the data are; what to answer."""
    language = language_of(language)
    return (
        _what_and_where(incident, language, now),
        how_fast(incident, organisation, language, now),
        who_carries(incident.evidence, language),
        _what_is_known(incident.evidence, language, data),
        _what_to_do(incident, organisation, language, now),
    )


def headline(incident: Incident, language: str) -> str:
    """One line of at most 100 characters: severity, topic, the last hour against usual."""
    language = language_of(language)
    found = incident.evidence
    topic = plain(incident.topic)
    told = harm(found, language)
    form = "page.headline_safety" if told else "page.headline"
    slots: dict[str, object] = {
        "severity": say(f"severity.{incident.severity}", language),
        "n": incident.severity,
        "posts": _posts(found, language),
        "usual": forms.span(found.usual_low, found.usual_high, language),
        "harm": told,
    }
    room = HEADLINE_LIMIT - len(say(form, language, topic="", **slots))
    return plain(say(form, language, topic=plain(topic, max(1, room)), **slots), HEADLINE_LIMIT)


def _what_and_where(incident: Incident, language: str, now: datetime) -> str:
    return say(
        "page.title",
        language,
        severity=say(f"severity.{incident.severity}", language),
        n=incident.severity,
        where=_where(incident, language),
        state=_state(incident, language),
        age=forms.age(age_minutes(incident, now), language),
    )


def _where(incident: Incident, language: str) -> str:
    parts = [plain(incident.topic)]
    if incident.thread is not None:
        parts.append(say("page.one_thread", language))
    channels = _by_count(incident.evidence)
    if channels:
        phrase = "page.only_on" if len(channels) == 1 else "page.mostly_on"
        parts.append(say(phrase, language, channel=channels[0][0]))
    return ", ".join(parts)


def _state(incident: Incident, language: str) -> str:
    state = say(f"state.{incident.state.value}", language)
    if incident.state is not State.ACKNOWLEDGED or not incident.acknowledged_by:
        return state
    return say("page.by", language, state=state, who=plain(incident.acknowledged_by, 40))


def how_fast(incident: Incident, organisation: Organisation, language: str, now: datetime) -> str:
    """The last hour against usual for its hour of the week, and what each post brings."""
    found, zone = incident.evidence, organisation.zone
    weekday, hours = forms.hour_of_week(incident.updated_at, zone, language)
    usual = forms.span(found.usual_low, found.usual_high, language)
    parts = [_last_hour(incident, organisation, language, now)]
    parts.append(say("page.usual", language, weekday=weekday, hours=hours, usual=usual))
    if found.reproduction is not None:
        shown = forms.interval(found.reproduction_low, found.reproduction_high, language)
        r = forms.one_decimal(found.reproduction, language)
        parts.append(say("page.growth", language, r=r, interval=shown))
    return "; ".join(parts)


def _last_hour(incident: Incident, organisation: Organisation, language: str, now: datetime) -> str:
    found = incident.evidence
    when = say("page.last_hour", language)
    if now - incident.updated_at > _FRESH:
        time = forms.clock_or_day(incident.updated_at, now, organisation.zone, language)
        when = say("page.hour_to", language, time=time)
    posts = _posts(found, language)
    if found.people_last_hour is None:
        return f"{posts} {when} ({say('page.people_unknown', language)})"
    people = counted(
        "people", found.people_last_hour, forms.whole(found.people_last_hour, language), language
    )
    return f"{posts} {people} {when}"


def _posts(found: Evidence, language: str) -> str:
    shown = forms.whole(found.negative_last_hour, language)
    return counted("posts", int(found.negative_last_hour + 0.5), shown, language)


def who_carries(found: Evidence, language: str) -> str:
    """The largest thread and its share, the top words, and the channels with their counts."""
    words = [known for known in map(word, found.top_words) if known][:5]
    asserted = harm(found, language)
    parts = [
        say("page.safety", language, harm=asserted) if asserted else "",
        _largest_thread(found, language),
    ]
    if words:
        parts.append(say("page.words", language, words=", ".join(words)))
    if found.channels:
        parts.append(say("page.channels", language, channels=_channels(found, language)))
    told = [part for part in parts if part]
    if not told:
        return say("page.carriers_unknown", language)
    return say("page.carriers", language, parts="; ".join(told))


def _largest_thread(found: Evidence, language: str) -> str:
    if found.largest_thread_share is None:
        return ""
    share = forms.percent(found.largest_thread_share, language)
    known = reference(found.largest_thread or "")
    if known is None:
        return say("page.thread_share", language, share=share)
    return say("page.thread", language, id=known, share=share)


def _by_count(found: Evidence) -> list[tuple[str, int]]:
    """Channels with their counts, the largest first; names made harmless."""
    named = [(plain(name, 30), count) for name, count in found.channels.items()]
    return sorted(((name, count) for name, count in named if name), key=lambda one: (-one[1], one[0]))


def _channels(found: Evidence, language: str, most: int = 4) -> str:
    ranked = _by_count(found)
    told = [f"{name} {forms.whole(count, language)}" for name, count in ranked[:most]]
    if len(ranked) > most:
        rest = sum(count for _, count in ranked[most:])
        told.append(say("page.other_channels", language, n=forms.whole(rest, language)))
    return ", ".join(told)


def _what_is_known(found: Evidence, language: str, data: DataState | None) -> str:
    parts = _feeds(data, language)
    if found.planned_factor is not None:
        parts.append(planned(found, language))
    if data is not None and data.accuracy:
        parts.append(_accuracy(data.accuracy, found.language, language))
    if found.possible_coordination:
        parts.append(say("page.coordination", language))
    if found.learning:
        parts.append(say("page.learning", language))
    return "; ".join(parts)


def _accuracy(measured: Mapping[str, float], spoken: str | None, language: str) -> str:
    """How often the sentiment labels are right: in the language of the talk, else in each."""
    known = {spoken: measured[spoken]} if spoken is not None and spoken in measured else measured
    shares = ", ".join(f"{code} {forms.percent(share, language)}" for code, share in sorted(known.items()))
    return say("page.accuracy", language, shares=shares)


def _feeds(data: DataState | None, language: str) -> list[str]:
    if data is None:
        return [say("page.feeds_unknown", language)]
    parts = [say("page.feeds", language, alive=data.feeds_alive, total=data.feeds_total)]
    if data.lag_seconds is not None:
        parts.append(say("page.lag", language, lag=forms.lag(data.lag_seconds, language)))
    gaps = counted("gaps", data.gaps, forms.whole(data.gaps, language), language)
    parts.append(gaps if data.gaps else say("page.no_gaps", language))
    return parts


def _what_to_do(incident: Incident, organisation: Organisation, language: str, now: datetime) -> str:
    advice = _advice(incident, organisation, language, now)
    link = organisation.link(incident.id)
    return f"{advice} {link}" if link else advice


def _overdue(incident: Incident, organisation: Organisation, language: str, now: datetime) -> str:
    """For how long people have waited, once that is longer than we promised; else nothing."""
    within = organisation.answer_within(situation_of(incident))
    target = answer_target_at(incident, within)
    if target is None or now <= target:
        return ""
    minutes = int(within.total_seconds() // 60)
    return say("page.overdue", language, wait=_span(waited(incident, now), language), target=minutes) + " "


def _span(length: timedelta, language: str) -> str:
    return forms.age(max(1, int(length.total_seconds() // 60)), language)


def _advice(incident: Incident, organisation: Organisation, language: str, now: datetime) -> str:
    draft = incident.suggestion
    if incident.state is State.RESOLVED and incident.resolved_by is None:
        return all_clear(incident, language)
    if incident.state in _FINISHED:
        return say("page.finished", language)
    if incident.answered_at is not None:
        time = forms.clock_or_day(incident.answered_at, now, organisation.zone, language)
        return say("page.answered", language, time=time)
    if draft is None:
        return say("page.no_suggestion", language)
    if draft.action == "watch":
        return say("page.watch", language, why=watch_reason(draft, language)).strip()
    return _overdue(incident, organisation, language, now) + say(
        "page.answer", language, text=forms.whole_sentences(" ".join(draft.text.split()), ANSWER_LIMIT)
    )
