"""The mentions of a drill: quiet days, then a storm in one thread. Nobody real speaks in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import yaml

from agents.demo.dice import Dice
from agents.demo.rhythm import moments
from agents.demo.writer import fill
from streams.records import Author, Mention

SITUATIONS: Final = ("outage", "product_fault", "service_failure", "data_breach")
THREAD: Final = "drill:storm"
PLATFORM: Final = "mastodon"
QUIET: Final = timedelta(days=8)
CALM_PER_HOUR: Final = 5.0
CROWD: Final = 2_000
"""So many invented people write at most."""
GROWTH: Final[Mapping[float, float]] = {0: 0.15, 0.1: 0.35, 0.25: 1.0, 0.5: 0.9, 0.75: 0.5, 1.0: 0.1}
"""How the storm runs: share of its highest rate at shares of its length."""


@dataclass(frozen=True, slots=True)
class StormPlan:
    """What is told, about what, how hard and for how long."""

    situation: str
    term: str
    language: str
    starts: datetime
    length: timedelta
    peak_per_hour: float = 400.0
    seed: int = 1


def quiet_days(plan: StormPlan) -> Iterator[Mention]:
    """The days before, from which the watch learns what is usual."""
    dice = Dice("drill", plan.seed, "calm")
    begins = plan.starts - QUIET
    for count, at in enumerate(moments({0: CALM_PER_HOUR, 24 * QUIET.days: CALM_PER_HOUR}, begins, dice)):
        text = _said(texts()["calm"][plan.language], plan, dice)
        yield _mention(f"drill:calm-{count}", text, at, plan, dice, thread=None)


def storm(plan: StormPlan) -> Iterator[Mention]:
    """The first post, then those who answer and carry it on, in order of time."""
    dice, told = Dice("drill", plan.seed, plan.situation), texts()[plan.situation][plan.language]
    yield _mention(THREAD, _said([told["root"]], plan, dice), plan.starts, plan, dice, thread=None)
    hours = plan.length / timedelta(hours=1)
    curve = {share * hours: height * plan.peak_per_hour for share, height in GROWTH.items()}
    begins = plan.starts + timedelta(minutes=1)
    for count, at in enumerate(moments(curve, begins, dice)):
        text = _said(told["neu"] if dice.falls(0.15) else told["neg"], plan, dice)
        yield _mention(f"drill:{count}", text, at, plan, dice, thread=THREAD)


def answer(text: str, at: datetime, language: str) -> Mention:
    """What the people in the drill answer, as a feed would bring it."""
    return Mention(
        id=f"drill:answer-{at.timestamp():.0f}",
        platform=PLATFORM,
        kind="reply",
        text=text,
        language=language,
        conversation_id=THREAD,
        in_reply_to=THREAD,
        author=Author(id="drill-official", handle="drill-official", official=True),
        published_at=at,
    )


@cache
def texts() -> dict[str, Any]:
    """All that is said in drills."""
    read: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("texts.yaml").read_text(encoding="utf-8"))
    return read


def all_mentions(plan: StormPlan) -> Iterator[Mention]:
    """The quiet days and the storm."""
    return chain(quiet_days(plan), storm(plan))


def _said(lines: list[str], plan: StormPlan, dice: Dice) -> str:
    return fill(dice.pick(lines), {"T": plan.term}, dice)


def _mention(
    name: str, text: str, at: datetime, plan: StormPlan, dice: Dice, *, thread: str | None
) -> Mention:
    number = dice.below(CROWD)
    return Mention(
        id=name,
        platform=PLATFORM,
        kind="reply" if thread else "post",
        text=text,
        language=plan.language,
        conversation_id=thread,
        in_reply_to=thread,
        author=Author(id=f"drill-{number}", handle=f"drill-{number}", followers=20 + number),
        published_at=at,
    )
