"""Why an incident paged, in sentences: for `explain` and the web page."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from alerts.incidents import Incident
from alerts.neutral import plain, reference
from alerts.organisation import Organisation
from alerts.page import forms
from alerts.page.lines import how_fast, who_carries
from alerts.page.signs import why_signs
from alerts.page.words import counted, language_of, say, say_or_plain

_MOST_DAYS: Final = 36_500  # a hundred years: beyond that a number says no more


def why(
    incident: Incident, language: str, organisation: Organisation, now: datetime | None = None
) -> list[str]:
    """One sentence a number that decided: reason, rates, score, chance, counterfactual, start, thread.

    `now` decides only whether the hour is called the last one; without it, the time of the evidence.
    """
    language = language_of(language)
    lines = [
        _reason(incident, language),
        how_fast(incident, organisation, language, now or incident.updated_at) + ".",
        _share(incident, language),
        _score(incident, language),
        _chance(incident, language),
        _counterfactual(incident, language),
        _forecast(incident, language),
        *why_signs(incident, language),
        _started(incident, organisation, language),
        _thread(incident, language),
        who_carries(incident.evidence, language) + ".",
        *_caveats(incident, language),
    ]
    return [line for line in lines if line]


def _reason(incident: Incident, language: str) -> str:
    if not incident.reason:
        return ""
    return say("why.reason", language, reason=plain(say_or_plain("reason", incident.reason, language), 200))


def _share(incident: Incident, language: str) -> str:
    found = incident.evidence
    share, usual = forms.percent(found.negative_share, language), forms.percent(found.usual_share, language)
    return say("why.share", language, share=share, usual=usual)


def _score(incident: Incident, language: str) -> str:
    score, threshold = (forms.two_decimals(value, language) for value in (incident.score, incident.threshold))
    return say("why.score", language, score=score, threshold=threshold)


def _chance(incident: Incident, language: str) -> str:
    """The return period beside the one above which a page goes out (the score is its log10 in days)."""
    limit = _days(10 ** min(incident.threshold, 12.0), language)
    above = incident.evidence.return_days >= 10 ** min(incident.threshold, 12.0)
    days = min(incident.evidence.return_days, _MOST_DAYS)
    shown = counted("days", days if days >= 10 else 2, _days(days, language), language)
    return say("why.chance" if above else "why.chance_below", language, days=shown, limit=limit)


def _days(days: float, language: str) -> str:
    days = min(days, _MOST_DAYS)
    return forms.whole(days, language) if days >= 10 else forms.one_decimal(days, language)


def _counterfactual(incident: Incident, language: str) -> str:
    least = incident.evidence.would_not_page_below
    return "" if least is None else say("why.counterfactual", language, n=forms.whole(least, language))


def _forecast(incident: Incident, language: str) -> str:
    expected = incident.evidence.expected_24h
    if expected is None:
        return ""
    posts = counted("more", int(expected + 0.5), forms.whole(expected, language), language)
    low, high = incident.evidence.expected_24h_low, incident.evidence.expected_24h_high
    if low is None or high is None:
        return say("why.forecast", language, posts=posts)
    ends = {"low": forms.whole(low, language), "high": forms.whole(high, language)}
    return say("why.forecast_between", language, posts=posts, **ends)


def _started(incident: Incident, organisation: Organisation, language: str) -> str:
    start = incident.evidence.started_at or incident.onset_at
    date = forms.day(start, organisation.zone, language)
    return say("why.started", language, date=date, time=forms.clock(start, organisation.zone, language))


def _thread(incident: Incident, language: str) -> str:
    known = reference(incident.thread or "")
    return "" if known is None else say("why.thread", language, id=known)


def _caveats(incident: Incident, language: str) -> list[str]:
    lines = []
    if incident.evidence.possible_coordination:
        lines.append(say("why.coordination", language))
    if incident.evidence.learning:
        lines.append(say("why.learning", language))
    return lines
