"""What a budget would have been worth: pages a week, and what people say of them; which one to propose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import Field

from agents.backtest.trial import Opening
from alerts.incidents import Incident
from alerts.quality import MarkedStorm, QualityPolicy, Span, vote_of
from streams.records import Record, UtcTime
from streams.statistics.proportion import wilson

WEEK = timedelta(days=7)
EARLY = timedelta(hours=6)  # an opening so long before an incident's onset is about the same thing
LATE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Known:
    """Something that people judged: a storm that was one, or a page that was none."""

    topic: str
    start: datetime
    end: datetime
    real: bool
    what: str

    def holds(self, opening: Opening) -> bool:
        """Whether an opening is about this."""
        return opening.topic == self.topic and self.start - EARLY <= opening.at < self.end


class Storm(Record):
    """A storm that people know of, and whether a budget would have paged it."""

    topic: str
    start: UtcTime
    what: str
    paged_at: UtcTime | None


class Outcome(Record):
    """One budget over the whole span."""

    budget: float | None = Field(description="false pages a month and topic; None: as configured now")
    pages: int
    safety: int = Field(description="of these, by safety words, which no budget changes")
    pages_a_week: tuple[int, ...] = Field(description="week by week from the beginning")
    pages_a_topic_month: float
    found: int = Field(description="storms that people know of and that would have paged")
    known: int = Field(description="storms that people know of")
    false: int = Field(description="false alarms by vote that would have paged again")
    unjudged: int = Field(description="pages that nobody judged")
    precision: Span | None
    missed: tuple[Storm, ...] = Field(description="storms that would not have paged")


def known_of(incidents: Sequence[Incident], marked: Sequence[MarkedStorm]) -> list[Known]:
    """What people judged: votes on incidents, and storms that they marked."""
    judged = []
    for i in incidents:
        vote = None if i.drill else vote_of(i)
        if vote is not None:
            end = (i.resolved_at or i.updated_at) + LATE
            judged.append(Known(i.topic, i.onset_at, end, vote == "useful", i.id))
    return judged + [Known(m.topic, m.start, m.end, True, m.note or "marked") for m in marked]


def outcome_of(
    budget: float | None,
    openings: Sequence[Opening],
    known: Sequence[Known],
    span: tuple[datetime, datetime],
    topics: int,
) -> Outcome:
    """What a budget would have brought over a span."""
    start, end = span
    storms = [k for k in known if k.real and start <= k.start < end]
    shown = [_storm(k, openings) for k in storms]
    real = sum(any(k.holds(o) for k in known if k.real) for o in openings)
    false = sum(_only_false(o, known) for o in openings)
    months = topics * max((end - start) / timedelta(days=30.44), 1e-9)
    low, high = wilson(real, real + false)
    return Outcome(
        budget=budget,
        pages=len(openings),
        safety=sum(o.safety for o in openings),
        pages_a_week=_weekly(openings, start, end),
        pages_a_topic_month=round(len(openings) / months, 3),
        found=sum(s.paged_at is not None for s in shown),
        known=len(shown),
        false=false,
        unjudged=len(openings) - real - false,
        precision=_span(real, real + false, low, high),
        missed=tuple(s for s in shown if s.paged_at is None),
    )


def _only_false(opening: Opening, known: Sequence[Known]) -> bool:
    about = [k for k in known if k.holds(opening)]
    return bool(about) and not any(k.real for k in about)


def _span(part: int, whole: int, low: float, high: float) -> Span | None:
    return Span(value=round(part / whole, 3), low=round(low, 3), high=round(high, 3)) if whole else None


def _storm(known: Known, openings: Sequence[Opening]) -> Storm:
    at = min((o.at for o in openings if known.holds(o)), default=None)
    return Storm(topic=known.topic, start=known.start, what=known.what, paged_at=at)


def _weekly(openings: Sequence[Opening], start: datetime, end: datetime) -> tuple[int, ...]:
    weeks = max(1, -(-(end - start) // WEEK))
    counts = [0] * weeks
    for o in openings:
        counts[min(weeks - 1, max(0, (o.at - start) // WEEK))] += 1
    return tuple(counts)


class Proposal(Record):
    """A budget that would have been better, and why; `now` stays unless a person changes the setting."""

    budget: float
    reason: str = Field(description="fewer_pages, precision or missed")
    now: Outcome
    then: Outcome


def propose(now: Outcome, others: Sequence[Outcome], policy: QualityPolicy) -> Proposal | None:
    """The budget to propose, if any: nothing without judgements, and none that is not better on this history.

    missed: storms were missed, and another budget finds more of them at no worse precision than the target.
    fewer_pages: as many known storms with fewer false alarms. precision: the pages are surely worth less
    than the target, so some storms are given up for the budget with the best precision.
    """
    if now.precision is None and not now.known:
        return None
    tried = [o for o in others if o.budget is not None]
    for reason, better in (
        ("missed", [o for o in tried if o.found > now.found and _worth(o, policy)]),
        ("fewer_pages", [o for o in tried if _quieter(o, now)]),
        ("precision", [o for o in tried if _surely_bad(now, policy) and o.found and _share(o) > _share(now)]),
    ):
        if better:
            best = max(better, key=lambda o: (o.found, -o.false, -o.unjudged, -(o.budget or 0)))
            return Proposal(budget=best.budget or 0.0, reason=reason, now=now, then=best)
    return None


def _quieter(other: Outcome, now: Outcome) -> bool:
    """As many known storms with fewer false alarms, and no more of what nobody judged."""
    return other.found >= now.found and other.false < now.false and other.unjudged <= now.unjudged


def _share(outcome: Outcome) -> float:
    return outcome.precision.value if outcome.precision else 0.0


def _worth(outcome: Outcome, policy: QualityPolicy) -> bool:
    return outcome.precision is not None and outcome.precision.value >= policy.precision_target


def _surely_bad(outcome: Outcome, policy: QualityPolicy) -> bool:
    return outcome.precision is not None and outcome.precision.high < policy.precision_target
