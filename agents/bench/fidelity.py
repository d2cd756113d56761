"""Is what a page says true? Figures of escalations, computed anew from the raw mentions by plain counting.

Plain counting knows nothing of the engine's state: it takes all mentions of the stream and reads off the
hour before the decision. What rests on all that was learnt before (usual values, return period, forecast) is
compared with an engine that gets the whole stream in one piece.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp

from agents.bench.made import BEGIN, DAY, WORDS, busy_times
from agents.bench.mentions import TOPIC, arrival
from agents.watch.engine import Arrival, Engine
from agents.watch.watch import TopicBudget
from streams.records import Escalation, Evidence
from streams.statistics.cascade import TAUS, WEIGHTS, reproduction

COUNTED = frozenset(
    {
        "negative_last_hour",
        "mentions_last_hour",
        "raw_mentions_last_hour",
        "negative_share",
        "people_last_hour",
    }
    | {"spread_last_hour", "reproduction", "reproduction_low", "reproduction_high", "largest_thread"}
    | {"largest_thread_share", "channels", "top_words", "lasted_minutes"}
)  # by plain counting
FREQUENT = WORDS[::200]  # which many of the angry use
BATCH = 97
KEPT_MINUTES = 8 * 60
HOLD_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Checked:
    """A figure of one escalation: what it says, and what was found."""

    figure: str
    said: object
    found: object

    @property
    def agrees(self) -> bool:
        """To the last digit shown."""
        if isinstance(self.said, float) and isinstance(self.found, float):
            return abs(self.said - self.found) < 1e-6 + 1e-9 * abs(self.said)
        return self.said == self.found


def stream(seed: int) -> list[Arrival]:
    """Everyday talk for nine days and a storm, with words, threads, authors who repeat themselves."""
    chance = random.Random(seed)  # noqa: S311
    talk = [(time, 0.3, 60) for time in busy_times(8.0, 9.0, chance)]
    start = BEGIN + 8.3 * DAY
    storm = [(start + chance.expovariate(1 / 4000), 0.85, 400) for _ in range(300)]
    threads: list[str] = []
    found = []
    for number, (time, share, people) in enumerate(sorted(talk + storm)):
        own = f"x:{number}"
        thread = chance.choice(threads[-30:]) if threads and chance.random() < 0.5 else own
        threads.append(thread)
        negativity = round(
            chance.betavariate(6, 2) if chance.random() < share else chance.betavariate(1, 6), 3
        )
        text = " ".join(
            [*chance.sample(WORDS, 9), *(w for w in FREQUENT if chance.random() < negativity / 4)]
        )
        found.append(arrival(str(number), time, negativity, f"a{chance.randrange(people)}", thread, text))
    return found


def checks(seed: int) -> list[Checked]:
    """Every figure of every escalation of a stream."""
    arrivals = stream(seed)
    whole = _escalations(arrivals, len(arrivals))
    return [
        check
        for said, again in zip(_escalations(arrivals, BATCH), whole, strict=True)
        for check in of_escalation(arrivals, said, again)
    ]


def _escalations(arrivals: Sequence[Arrival], batch: int) -> list[Escalation]:
    engine = Engine([TopicBudget(TOPIC)])
    effects = [e for at in range(0, len(arrivals), batch) for e in engine.step(arrivals[at : at + batch])]
    effects += engine.advance(arrivals[-1].clock_s + DAY)
    return [e for e in effects if isinstance(e, Escalation)]


def of_escalation(arrivals: Sequence[Arrival], said: Escalation, again: Escalation) -> Iterator[Checked]:
    """All figures of one escalation."""
    now = int(said.at.timestamp() // 60) - 1
    found = recounted(arrivals, now, said.evidence)
    evidence = said.evidence.model_dump()
    for figure, value in again.evidence.model_dump().items():
        yield Checked(figure, evidence[figure], found.get(figure, value))


def recounted(arrivals: Sequence[Arrival], now: int, said: Evidence) -> dict[str, object]:
    """What plain counting finds in the hour that ends at minute `now`."""
    seen = [one for one in arrivals if one.scored is not None and one.clock_s // 60 < now]
    voices = speaking(seen)
    hour = [one for one in voices if one.clock_s // 60 >= now - 60]
    mass = sum(round(1000 * negativity(one)) for one in hour) / 1000
    bar = min(0.5, 2 * said.usual_share)
    thread, share = _main_thread(hour)
    r, low, high = _reproduction(voices, now)
    return {
        "negative_last_hour": round(mass, 1),
        "mentions_last_hour": len(hour),
        "raw_mentions_last_hour": sum(one.clock_s // 60 >= now - 60 for one in seen),
        "negative_share": round(mass / len(hour), 3) if hour else 0.0,
        "people_last_hour": len({one.mention.author_key for one in hour if negativity(one) >= bar})
        if hour
        else None,
        "spread_last_hour": sum(one.mention.spreads for one in hour),
        "reproduction": round(r, 2),
        "reproduction_low": round(low, 2),
        "reproduction_high": round(high, 2),
        "largest_thread": thread,
        "largest_thread_share": share,
        "channels": {"x": len(hour)} if hour else {},
        "top_words": _words(hour),
        "lasted_minutes": now - int(said.started_at.timestamp() // 60) if said.started_at else None,
    }


def negativity(one: Arrival) -> float:
    """To a thousandth, as it is counted."""
    return round(one.scored.negativity * 1000) / 1000 if one.scored else 0.0


def speaking(seen: Sequence[Arrival]) -> list[Arrival]:
    """Of each author's mentions in a quarter of an hour the most negative one."""
    best: dict[tuple[str, int], Arrival] = {}
    for one in seen:
        key = (one.mention.author_key, int(one.clock_s // 900))
        if key not in best or negativity(one) > negativity(best[key]):
            best[key] = one
    return list(best.values())


def _main_thread(hour: Sequence[Arrival]) -> tuple[str | None, float | None]:
    """The thread with most of the negative mass among those of three voices, and its share of all."""
    masses: Counter[str] = Counter()
    sizes = Counter(one.mention.thread for one in hour)
    for one in hour:
        masses[one.mention.thread] += round(1000 * negativity(one))
    large = sorted((-mass, thread) for thread, mass in masses.items() if sizes[thread] >= 3)
    return (large[0][1], round(-large[0][0] / max(1, sum(masses.values())), 3)) if large else (None, None)


def _words(hour: Sequence[Arrival]) -> tuple[str, ...]:
    """The five words that most of the negative posts use, more than one of them."""
    counts: Counter[str] = Counter()
    for one in hour:
        if negativity(one) >= 0.5:
            counts.update({w for w in one.mention.text.split() if len(w) > 3})
    return tuple(w for _, w in sorted((-n, w) for w, n in counts.items() if n > 1)[:5])


def _reproduction(voices: Sequence[Arrival], now: int) -> tuple[float, float, float]:
    """R of the last two hours: posts over what the posts before would have brought, each pair by itself."""
    oldest = (now - HOLD_MINUTES) // 60 * 60 - KEPT_MINUTES
    minutes = [int(one.clock_s // 60) for one in voices if one.clock_s // 60 >= oldest]
    start = now - 120
    pressure = sum(_brought(max(0, start - m), now - m) for m in minutes)
    recent = sum(m >= start for m in minutes)
    first = 0 if any(m < start for m in minutes) else 1
    return reproduction(max(0, recent - first), pressure)


def _brought(begin: int, end: int) -> float:
    """What a post brings between two ages, in minutes, where R is 1."""
    return sum(w * (exp(-begin / tau) - exp(-end / tau)) for w, tau in zip(WEIGHTS, TAUS, strict=True))


def disagreements(checked: Sequence[Checked]) -> Mapping[str, int]:
    """How many of each figure are not what was found."""
    return Counter(one.figure for one in checked if not one.agrees)
