"""How good the pages were, by people's votes: precision, false pages a month beside the budget, the missed.

A page without a vote is neither useful nor false. Everything is counted over a span of days in which the
topic was watched; the intervals say how little a few votes prove.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from alerts.incidents import Incident, State
from streams.records import Record, UtcTime
from streams.statistics.proportion import poisson_interval, wilson

DAYS_A_MONTH = 30.44
Vote = Literal["useful", "false_alarm"]


class QualityPolicy(Record):
    """What pages should be worth."""

    precision_target: float = Field(
        default=0.5,
        gt=0,
        lt=1,
        description="share of voted pages that should be useful; below it, it proposes",
    )
    days: int = Field(default=90, ge=7, le=400, description="over which votes and rates are counted")


class MarkedStorm(Record):
    """A storm that people know of, whether or not it paged: what a backtest looks for."""

    topic: str = Field(description="the topic that it concerned")
    start: datetime = Field(description="when it began; without a zone, in that of the organisation")
    end: datetime = Field(description="when it was over")
    note: str = Field(default="", max_length=200, description="what it was about")

    def in_zone(self, zone: ZoneInfo) -> MarkedStorm:
        """The same with its times made whole."""
        start, end = (at if at.tzinfo else at.replace(tzinfo=zone) for at in (self.start, self.end))
        return self.model_copy(update={"start": start, "end": end})


class Span(Record):
    """A share or rate with its 95 % interval."""

    value: float
    low: float
    high: float


class TopicQuality(Record):
    """One topic's pages over a span of time."""

    topic: str
    budget: float = Field(description="false pages a month that are accepted")
    watched_days: float
    pages: int = Field(description="incidents that paged")
    useful: int
    false: int
    unvoted: int
    missed: int = Field(default=0, description="marked storms without a page")
    false_a_month: Span | None = Field(description="voted false; None where it was not watched")
    pages_a_month: Span | None
    precision: Span | None = Field(description="useful among those voted on; None without a vote")

    @property
    def over_budget(self) -> bool:
        """Whether the false pages exceed the budget beyond chance."""
        return self.false_a_month is not None and self.false_a_month.low > self.budget


class Quality(Record):
    """All topics over one span of time, and them together."""

    start: UtcTime
    end: UtcTime
    topics: tuple[TopicQuality, ...]
    all: TopicQuality


def vote_of(incident: Incident) -> Vote | None:
    """What people say of a page: a false alarm, useful, or nothing (as much of the one as of the other)."""
    if incident.state is State.FALSE_ALARM or incident.votes_false > incident.votes_useful:
        return "false_alarm"
    return "useful" if incident.votes_useful > incident.votes_false else None


def paged_within(incidents: Iterable[Incident], start: datetime, end: datetime) -> list[Incident]:
    """Those whose first page lies in `[start, end)`; drills are no pages."""
    return [
        i for i in incidents if i.first_page_at is not None and start <= i.first_page_at < end and not i.drill
    ]


def quality_of(
    incidents: Sequence[Incident],
    budgets: Mapping[str, float],
    watched: Mapping[str, timedelta],
    span: tuple[datetime, datetime],
    marked: Sequence[MarkedStorm] = (),
) -> Quality:
    """The quality of each topic of `budgets` and of all of them; `watched` so long within the span.

    The times of `marked` must have a zone.
    """
    start, end = span
    paged = paged_within(incidents, start, end)
    storms = [m for m in marked if start <= m.start < end]
    topics = []
    for name, budget in budgets.items():
        own = [i for i in paged if i.topic == name]
        missed = sum(m.topic == name and not caught(m, own) for m in storms)
        topics.append(_quality(name, budget, watched.get(name, timedelta(0)), own, missed))
    return Quality(start=start, end=end, topics=tuple(topics), all=_together(topics))


def caught(storm: MarkedStorm, incidents: Iterable[Incident]) -> bool:
    """Whether an incident of the topic paged while a marked storm lasted."""
    return any(
        i.topic == storm.topic and i.first_page_at is not None and storm.start <= i.first_page_at < storm.end
        for i in incidents
    )


def _quality(
    name: str, budget: float, watched: timedelta, own: Sequence[Incident], missed: int
) -> TopicQuality:
    votes = [vote_of(i) for i in own]
    return _counted(
        name,
        budget,
        watched.total_seconds() / 86400,
        (votes.count("useful"), votes.count("false_alarm"), votes.count(None)),
        missed,
    )


def _counted(
    name: str, budget: float, days: float, counts: tuple[int, int, int], missed: int
) -> TopicQuality:
    useful, false, unvoted = counts
    pages = useful + false + unvoted
    return TopicQuality(
        topic=name,
        budget=round(budget, 3),
        watched_days=round(days, 2),
        pages=pages,
        useful=useful,
        false=false,
        unvoted=unvoted,
        missed=missed,
        false_a_month=_rate(false, days),
        pages_a_month=_rate(pages, days),
        precision=_share(useful, useful + false),
    )


def _together(topics: Sequence[TopicQuality]) -> TopicQuality:
    """All topics as one: budget and rates are those of a topic on average, by how long each was watched."""
    days = sum(t.watched_days for t in topics)
    budget = sum(t.budget * t.watched_days for t in topics) / days if days else 0.0
    counts = sum(t.useful for t in topics), sum(t.false for t in topics), sum(t.unvoted for t in topics)
    return _counted("*", budget, days, counts, sum(t.missed for t in topics))


def _rate(events: int, days: float) -> Span | None:
    if days <= 0:
        return None
    months = days / DAYS_A_MONTH
    low, high = poisson_interval(events)
    return Span(value=round(events / months, 3), low=round(low / months, 3), high=round(high / months, 3))


def _share(part: int, whole: int) -> Span | None:
    if whole == 0:
        return None
    low, high = wilson(part, whole)
    return Span(value=round(part / whole, 3), low=round(low, 3), high=round(high, 3))


def proposes_less(quality: TopicQuality, policy: QualityPolicy) -> bool:
    """Whether the pages are surely worth less than they should be, so that a smaller budget is proposed."""
    return quality.precision is not None and quality.precision.high < policy.precision_target
