"""What a drill showed: times against targets, the rules that the answer broke, what was missed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field

from alerts.incidents import Incident, situation_of, waited
from alerts.languages import Language
from alerts.neutral import plain
from alerts.organisation import Organisation
from alerts.page import say_or_plain
from alerts.respond.rules import check
from alerts.respond.rules.for_incident import context_for
from alerts.store.store import Delivery, StoredMention
from alerts.texts import Words
from streams.records import Record, UtcTime

ACKNOWLEDGE_WITHIN: Final = timedelta(minutes=15)
_say: Final = Words("agents.drill", "report.yaml")


class AnswerFinding(Record):
    """A rule that an answer of the drill broke."""

    rule: str
    severity: str
    text: str = Field(default="", description="the words found; empty where something is missing")
    why: str
    mend: str


class DrillReport(Record):
    """One drill. Minutes are the drill's own, whatever its speed; None: it did not happen."""

    schema_version: int = 1
    drill: bool = True
    started_at: UtcTime
    ended_at: UtcTime
    topic: str
    situation_told: str = Field(description="what the storm was about")
    situation_found: str | None = Field(description="what Palovahti, or the people, took it for")
    speed: float
    incident: str | None
    severity: int | None
    minutes_to_page: float | None = Field(description="from the first post of the storm")
    minutes_to_acknowledge: float | None = Field(description="from the first page")
    acknowledged_by: str | None
    minutes_to_answer: float | None = Field(description="from the first post that waited for an answer")
    target_minutes: int
    answers: tuple[str, ...] = Field(description="what was answered in public")
    findings: tuple[AnswerFinding, ...] = ()
    receivers: dict[str, str] = Field(
        description="receivers of the drill roster, and what became of the first page"
    )
    misses: tuple[str, ...] = Field(description="codes of what went wrong; empty is as it should be")

    @property
    def passed(self) -> bool:
        """Whether nothing was missed."""
        return not self.misses


def drill_report(
    incident: Incident | None,
    posts: Sequence[StoredMention],
    deliveries: Sequence[Delivery],
    organisation: Organisation,
    *,
    started_at: datetime,
    ended_at: datetime,
    situation: str,
    topic: str,
    speed: float,
    receivers: Sequence[str],
    said: Sequence[str] = (),
) -> DrillReport:
    """The report on a drill; `said` are answers recorded on the page that no feed brought."""
    answers = tuple(dict.fromkeys([*(one.text for one in posts if one.official and one.text), *said]))
    target = organisation.answer_minutes(situation_of(incident) if incident else situation)
    report = DrillReport(
        started_at=started_at,
        ended_at=ended_at,
        topic=topic,
        situation_told=situation,
        situation_found=situation_of(incident) if incident else None,
        speed=speed,
        incident=incident.id if incident else None,
        severity=incident.peak_severity if incident else None,
        minutes_to_page=_minutes(started_at, incident.first_page_at) if incident else None,
        minutes_to_acknowledge=_minutes(incident.first_page_at, incident.acknowledged_at)
        if incident
        else None,
        acknowledged_by=incident.acknowledged_by if incident else None,
        minutes_to_answer=_answered_after(incident, ended_at),
        target_minutes=target,
        answers=answers,
        findings=_findings(incident, posts, organisation, answers, ended_at),
        receivers=_first_pages(deliveries, receivers),
        misses=(),
    )
    return report.model_copy(update={"misses": tuple(_misses(report))})


def markdown(report: DrillReport, language: Language) -> str:
    """The report for people."""
    lines = [
        f"# {_say('title', language, topic=plain(report.topic))}",
        "",
        _say("nothing_real", language),
        "",
    ]
    lines += [f"| {_say('head.what', language)} | {_say('head.result', language)} |", "|---|---|"]
    lines += [f"| {_say(f'row.{name}', language)} | {told} |" for name, told in _rows(report, language)]
    lines += ["", f"## {_say('head.misses', language)}", ""]
    lines += [f"- {_miss(code, report, language)}" for code in report.misses] or [_say("no_misses", language)]
    lines += ["", f"## {_say('head.answers', language)}", ""]
    lines += [f"> {plain(text, 2000)}\n" for text in report.answers] or [_say("no_answers", language)]
    lines += ["", f"## {_say('head.findings', language)}", ""]
    lines += [
        f"- **{one.rule}** ({_say(f'level.{one.severity}', language)}): {one.why} {one.mend}"
        for one in report.findings
    ] or [_say("no_findings" if report.answers else "no_answers", language)]
    return "\n".join([*lines, ""])


def _rows(report: DrillReport, language: str) -> list[tuple[str, str]]:
    never = _say("never", language)

    def minutes(value: float | None) -> str:
        return never if value is None else _say("minutes", language, n=f"{value:.1f}")

    found = report.situation_found
    return [
        ("situation", say_or_plain("situation", report.situation_told, language)),
        ("found", say_or_plain("situation", found, language) if found else never),
        ("severity", f"{report.severity}/5" if report.severity else never),
        ("page", minutes(report.minutes_to_page)),
        ("acknowledge", minutes(report.minutes_to_acknowledge)),
        (
            "answer",
            f"{minutes(report.minutes_to_answer)} ({_say('target', language, n=report.target_minutes)})",
        ),
        (
            "receivers",
            ", ".join(f"{plain(name)}: {state}" for name, state in report.receivers.items()) or never,
        ),
        ("speed", f"{report.speed:g}"),
    ]


def _miss(code: str, report: DrillReport, language: str) -> str:
    name, _, about = code.partition(":")
    return _say(f"miss.{name}", language, about=plain(about), target=report.target_minutes)


def _misses(report: DrillReport) -> list[str]:
    """What went wrong, in the order in which it happens."""
    if report.minutes_to_page is None:
        return ["not_paged"]
    found = [f"receiver:{name}" for name, state in report.receivers.items() if state != "sent"]
    if report.minutes_to_acknowledge is None:
        found.append("not_acknowledged")
    elif report.minutes_to_acknowledge > ACKNOWLEDGE_WITHIN / timedelta(minutes=1):
        found.append("late_acknowledged")
    if report.minutes_to_answer is None:
        found.append("not_answered")
    elif report.minutes_to_answer > report.target_minutes:
        found.append("late_answered")
    if report.minutes_to_answer is not None and not report.answers:
        found.append("answer_not_seen")
    if report.situation_found != report.situation_told:
        found.append("situation")
    return found + [f"rule:{one.rule}" for one in report.findings if one.severity == "block"]


def _answered_after(incident: Incident | None, now: datetime) -> float | None:
    if incident is None or incident.answered_at is None:
        return None
    return waited(incident, now) / timedelta(minutes=1)


def _minutes(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else round((end - start) / timedelta(minutes=1), 2)


def _first_pages(deliveries: Sequence[Delivery], receivers: Sequence[str]) -> dict[str, str]:
    """What became of each receiver's first page; "none" where none was meant for it."""
    states = {one.receiver: one.state for one in reversed(deliveries) if one.notice.kind == "page"}
    return {name: states.get(name, "none") for name in receivers}


def _findings(
    incident: Incident | None,
    posts: Sequence[StoredMention],
    organisation: Organisation,
    answers: Sequence[str],
    now: datetime,
) -> tuple[AnswerFinding, ...]:
    """What the rules say of each answer, with the thread as it was."""
    if incident is None or incident.suggestion is None:
        return ()
    strangers = [one for one in posts if not one.official]
    at = incident.answered_at or now
    context = context_for(incident, strangers, organisation, at, incident.suggestion)
    language = incident.suggestion.language
    reports = [
        check(text, language, context, say_in=organisation.language) for text in answers if text.strip()
    ]
    return tuple(
        AnswerFinding(rule=one.rule, severity=one.severity, text=one.text, why=one.why, mend=one.mend)
        for report in reports
        for one in report.findings
    )
