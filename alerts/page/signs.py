"""What a page says beside its rates: harm, planned peaks, severity's reasons, copies, and the all-clear."""

from __future__ import annotations

from alerts.incidents import Incident, waited
from alerts.neutral import plain
from alerts.page import forms
from alerts.page.words import counted, say, say_or_plain
from alerts.severity import points
from streams.records import Coordination, Evidence

ALIKE = 0.1  # share of copies from which they are told of


def harm(found: Evidence, language: str) -> str:
    """Each class of harm with the number of independent authors, most first; empty where none is asserted."""
    ranked = sorted(found.safety.items(), key=lambda one: (-one[1], one[0]))
    told = [
        say("page.harm", language, harm=say_or_plain("harm", name, language), n=forms.whole(n, language))
        for name, n in ranked
    ]
    return ", ".join(told)


def cautions(found: Evidence, language: str) -> list[str]:
    """Harm and planned peaks as sentences of their own, for the top of an incident's page."""
    told, expected = harm(found, language), planned(found, language)
    lines = [f"{say('page.safety', language, harm=told)}."] if told else []
    return [*lines, *([say("why.planned", language, planned=expected)] if expected else [])]


def planned(found: Evidence, language: str) -> str:
    """That the calendar expects a peak, and which; empty on other days."""
    if found.planned_factor is None:
        return ""
    note = f" ({plain(found.planned_note, 80)})" if found.planned_note else ""
    return say("page.planned", language, note=note, factor=f"{found.planned_factor:g}")


def all_clear(incident: Incident, language: str) -> str:
    """That it is over: how long it lasted, how bad it was, how often it paged, and when the answer came."""
    end = incident.resolved_at or incident.updated_at
    lasted = max(0, int((end - incident.onset_at).total_seconds() // 60))
    told = say(
        "page.all_clear",
        language,
        span=forms.age(lasted, language),
        peak=incident.peak_severity,
        pages=_times(incident.pages, language),
    )
    return f"{told} {_outcome(incident, language)}"


def _outcome(incident: Incident, language: str) -> str:
    """When people got their answer, and what is left to do: the closing line in public."""
    draft = incident.suggestion
    if incident.answered_at is not None:
        minutes = max(1, int(waited(incident, incident.answered_at).total_seconds() // 60))
        return say("page.outcome_answered", language, wait=forms.age(minutes, language))
    watched = draft is not None and draft.action == "watch"
    return say("page.outcome_watched" if watched else "page.outcome_unanswered", language)


def _times(pages: int, language: str) -> str:
    return counted("pages", pages, forms.whole(pages, language), language)


def why_signs(incident: Incident, language: str) -> list[str]:
    """Sentences about harm, the calendar, severity's points, arousal, reach and copies, as far as known."""
    found = incident.evidence
    lines = [_severity(incident, language), _reach(found, language), _cues(found, language)]
    if found.coordination is not None:
        lines.append(_copies(found.coordination, language))
    told, expected = harm(found, language), planned(found, language)
    if told:
        lines.insert(0, say("why.safety", language, harm=say("page.safety", language, harm=told)))
    if expected:
        lines.append(say("why.planned", language, planned=expected))
    return [line for line in lines if line]


def _severity(incident: Incident, language: str) -> str:
    earned = [(name, count) for name, count in points(incident.evidence).items() if count]
    if not earned:
        return ""
    parts = ", ".join(f"{say(f'points.{name}', language)} {count}" for name, count in earned)
    return say("why.severity", language, n=incident.severity, parts=parts)


def _reach(found: Evidence, language: str) -> str:
    if not found.reach_last_hour:
        return ""
    return say("why.reach", language, n=forms.whole(found.reach_last_hour, language))


def _cues(found: Evidence, language: str) -> str:
    if found.aroused_share is None or found.first_person_share is None:
        return ""
    aroused, own = (forms.percent(s, language) for s in (found.aroused_share, found.first_person_share))
    return say("why.cues", language, aroused=aroused, own=own)


def _copies(seen: Coordination, language: str) -> str:
    """How alike the hour's posts are, as counts; nothing where hardly anything is."""
    if seen.copies < ALIKE * seen.texts and not seen.new_accounts:
        return ""
    new = ""
    if seen.new_accounts is not None:
        new = say("why.new_accounts", language, new=seen.new_accounts, known=seen.accounts_with_age)
    return say(
        "why.copies",
        language,
        copies=seen.copies,
        texts=seen.texts,
        burst=seen.busiest_5_minutes,
        posts=seen.posts,
        new=new,
    )
