"""Finnish news headlines with twenty brands as topics: are the pages few, and real crises?

Headlines have no authors and no sentiment: every one counts as a negative mention.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from agents.bench import data as public
from agents.match import Matcher, Topic
from agents.watch.engine import Arrival, Engine
from agents.watch.policy import DAYS_A_MONTH, WatchPolicy
from agents.watch.watch import TopicBudget
from streams.records import Escalation, Mention, ScoredMention

SINCE = "2018-11-15"  # before, the corpus has holes
BATCH = 500
ALL_NEGATIVE = WatchPolicy(usual_share=1.0)
BRANDS: dict[str, tuple[str, ...]] = {
    "Vastaamo": (),
    "Posti": (),
    "Finnair": (),
    "Esperi": (),
    "Attendo": (),
    "Nokia": (),
    "S-ryhmä": ("S-market", "Prisma"),
    "Kela": (),
    "Stockmann": (),
    "Fazer": (),
    "Hesburger": (),
    "VR": (),
    "Valio": (),
    "Fortum": (),
    "Neste": (),
    "Kesko": ("K-market", "K-ryhmä"),
    "OP": ("Osuuspankki",),
    "Nordea": (),
    "Yle": (),
    "Elisa": (),
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page: topic, time, the topic's mentions within the week before it, the text of the last."""

    topic: str
    at: datetime
    mentions: int
    text: str


@dataclass(frozen=True, slots=True)
class News:
    """What paged, over how many topic-months."""

    pages: Sequence[Page]
    months: float

    @property
    def rate(self) -> float:
        """Pages a topic-month, each of them taken to be one too many."""
        return len(self.pages) / self.months if self.months else 0.0


@cache
def arrivals(data: Path) -> tuple[Arrival, ...]:
    """All headlines in order of time, with the brands they name."""
    matcher = Matcher([Topic(name=name, terms=(name, *more)) for name, more in BRANDS.items()])
    mentions = [_mention(number, row) for number, row in enumerate(_rows(data))]
    found: list[Arrival] = []
    for start in range(0, len(mentions), BATCH):
        batch = mentions[start : start + BATCH]
        for mention, topics in zip(batch, matcher.match(batch), strict=True):
            scored = ScoredMention(mention, topics, 1.0, "fi") if topics else None
            found.append(Arrival(mention, scored, mention.published_at.timestamp()))
    return tuple(found)


def _rows(data: Path) -> Iterator[dict[str, str]]:
    return (row for row in public.rows(data / "fi_news_headlines.csv.gz") if row["t"] >= SINCE)


def _mention(number: int, row: dict[str, str]) -> Mention:
    return Mention(
        id=f"news:{number}",
        platform="news",
        text=f"{row['otsikko']} {row['tiivistelma']}",
        language="fi",
        published_at=datetime.fromisoformat(row["t"]).replace(tzinfo=UTC),
    )


def run(headlines: Sequence[Arrival], budget: float = 1.0) -> News:
    """Run headlines through the engine at a budget."""
    engine = Engine([TopicBudget(name, budget) for name in BRANDS], ALL_NEGATIVE)
    effects = engine.step(headlines) + engine.advance(headlines[-1].clock_s + public.DAY)
    pages = [
        _page(effect, headlines)
        for effect in effects
        if isinstance(effect, Escalation) and effect.kind == "opened"
    ]
    span = headlines[-1].clock_s - headlines[0].clock_s
    return News(pages, len(BRANDS) * span / public.DAY / DAYS_A_MONTH)


def at_budget(data: Path, budget: float) -> tuple[float, News]:
    """All headlines at a budget."""
    return budget, run(arrivals(data), budget)


def _page(page: Escalation, headlines: Sequence[Arrival]) -> Page:
    end = page.at.timestamp()
    before = [
        one.mention
        for one in headlines
        if one.scored is not None
        and page.topic in one.scored.topics
        and end - 7 * public.DAY <= one.clock_s < end
    ]
    return Page(page.topic, page.at, len(before), before[-1].text if before else "")


def times(data: Path) -> list[float]:
    """When the headlines came."""
    return [one.clock_s for one in arrivals(data)]
