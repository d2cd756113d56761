"""Which threads will grow large, said before half of them has come (Twitter15/16's retweet trees)?

A rule says so when its score first reaches a threshold. The threshold is chosen on the tune half for the
highest recall at a stated precision, and judged on the test half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.bench import data as public
from agents.bench.thread_rules import RULES, Rule

LARGE = 500
LONGEST_MINUTES = 1440.0  # a thread is followed so long
PRECISIONS = (0.7, 0.75, 0.8)
TRIES = 300


@dataclass(frozen=True, slots=True)
class Traced:
    """A cascade as a rule saw it: the scores that were higher than all before, with their minutes."""

    name: str
    size: int
    half_minute: float
    records: tuple[tuple[int, float], ...]

    def alert(self, threshold: float) -> int | None:
        """The minute in which the threshold is reached."""
        return next((minute for minute, score in self.records if score >= threshold), None)


@dataclass(frozen=True, slots=True)
class Quality:
    """A rule at a threshold: a hit is a large cascade of which not yet half had come; every other alert is
    a mistake, a late one too."""

    precision: float
    recall: float
    minutes: float | None  # from the first post to the alert, median of hits
    lead_minutes: float | None  # from the alert until half has come, median of hits


def traced(data: Path, rule: str) -> list[Traced]:
    """All cascades as one rule sees them."""
    return [_trace(name, times, RULES[rule]) for name, times in sorted(public.trees(data).items())]


def _trace(name: str, times: Sequence[float], rule: Rule) -> Traced:
    records: list[tuple[int, float]] = []
    for minute, score in rule([time for time in times if time < LONGEST_MINUTES * 60]):
        if not records or score > records[-1][1]:
            records.append((minute, score))
    return Traced(name, len(times), times[len(times) // 2] / 60, tuple(records))


def halves(found: Sequence[Traced]) -> tuple[list[Traced], list[Traced]]:
    """Tune and test half, by name."""
    tune = [one for one in found if public.half_of(f"tree:{one.name}") == "tune"]
    return tune, [one for one in found if one not in tune]


def large(found: Sequence[Traced]) -> int:
    """How many became large."""
    return sum(one.size >= LARGE for one in found)


def quality(found: Sequence[Traced], threshold: float) -> Quality:
    """What a threshold brings."""
    alerts = [(one, one.alert(threshold)) for one in found]
    said = [(one, minute) for one, minute in alerts if minute is not None]
    hits = [(one, m) for one, m in said if one.size >= LARGE and m <= one.half_minute]
    leads = sorted(one.half_minute - minute for one, minute in hits)
    minutes = sorted(minute for _, minute in hits)
    return Quality(
        len(hits) / len(said) if said else 1.0,
        len(hits) / max(1, large(found)),
        minutes[len(hits) // 2] if hits else None,
        leads[len(hits) // 2] if hits else None,
    )


def tuned(found: Sequence[Traced], precision: float) -> float | None:
    """The threshold of highest recall at so much precision; None where there is none."""
    highest = sorted({score for one in found for _, score in one.records[-1:]})
    tries = highest[:: max(1, len(highest) // TRIES)]
    fit = [(quality(found, threshold), threshold) for threshold in tries]
    good = [(one.recall, threshold) for one, threshold in fit if one.precision >= precision]
    return max(good)[1] if good else None
