"""What is missing before the storm: one check a thing that is too late to make in one. Pure.

Each check says how much of it is there (0 to 1) and, where something is missing, what exactly. Weights say
how much a first hour suffers without it; the score is their sum in per cent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field

from alerts.languages import Language
from alerts.organisation import Organisation
from alerts.respond.faq import FaqEntry
from alerts.respond.situations import SITUATIONS
from alerts.roster import uncovered_hours
from streams.records import Record, Share

PAGER_FRESH: Final = timedelta(days=30)
"""A test of the pager older than this proves nothing: keys expire, phones change."""
DRILL_FRESH: Final = timedelta(days=180)
FAQ_ENOUGH: Final = 5
"""Answers a language from which an FAQ begins to save time."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """All that the checks look at."""

    organisation: Organisation
    languages: Sequence[Language]
    receivers: Mapping[str, str]
    """Type by name."""
    now: datetime
    pager_tests: Mapping[str, datetime] = field(default_factory=dict)
    """When a test last reached each receiver."""
    last_drill: datetime | None = None
    drill_misses: int = 0
    faq: Sequence[FaqEntry] = ()
    playbooks: frozenset[tuple[str, str]] = frozenset()
    """(language, situation) of those that can be read, bundled or own."""
    own_playbooks: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """How much of a thing is there, and what its remedy speaks of."""

    share: float
    about: str = ""


class CheckResult(Record):
    """One check, told."""

    name: str = Field(description="stable name of the check")
    weight: int = Field(ge=1)
    share: Share = Field(description="how much of it is there")
    about: str = Field(default="", description="what exactly is missing: names, hours, languages")

    @property
    def state(self) -> str:
        """ready, partial or missing."""
        return "ready" if self.share >= 1 else "partial" if self.share > 0 else "missing"


class Readiness(Record):
    """How ready an organisation is."""

    schema_version: int = 1
    score: int = Field(ge=0, le=100, description="100: nothing is missing")
    checks: tuple[CheckResult, ...]


def assess(preparation: Preparation) -> Readiness:
    """All checks, in the order in which one prepares; the score is rounded down, so that 100 means all."""
    checks = tuple(_result(name, weight, check(preparation)) for name, weight, check in CHECKS)
    total = sum(one.weight for one in checks)
    score = int(100 * sum(one.weight * one.share for one in checks) / total + 1e-9)
    return Readiness(score=score, checks=checks)


def _result(name: str, weight: int, found: Found) -> CheckResult:
    return CheckResult(name=name, weight=weight, share=min(1.0, max(0.0, found.share)), about=found.about)


def _owner(given: Preparation) -> Found:
    return Found(bool(given.organisation.owner))


def _roster(given: Preparation) -> Found:
    """Somebody at every hour, each reached by a receiver."""
    people = given.organisation.roster
    if not people:
        return Found(0)
    unreached = [one.name for one in people if not one.receivers]
    open_hours = len(uncovered_hours(people))
    share = 0.5 * (1 - open_hours / 168) + 0.5 * (1 - len(unreached) / len(people))
    return Found(share, ", ".join([*unreached, *([f"{open_hours}/168 h"] if open_hours else [])]))


def _languages(given: Preparation) -> Found:
    """Every language that is watched is written by somebody of the roster."""
    spoken: set[str] = {code for one in given.organisation.roster for code in one.languages}
    return _all_of(given.languages, spoken)


def _pager(given: Preparation) -> Found:
    """Something that wakes a person: a terminal does not."""
    return Found(any(kind != "console" for kind in given.receivers.values()))


def _tested(given: Preparation) -> Found:
    """Each receiver that wakes somebody took a test in the last 30 days."""
    fresh = {name for name, at in given.pager_tests.items() if given.now - at <= PAGER_FRESH}
    return _all_of([name for name, kind in given.receivers.items() if kind != "console"], fresh)


def _accounts(given: Preparation) -> Found:
    return Found(bool(given.organisation.official_accounts))


def _times(given: Preparation) -> Found:
    """Times were chosen, or the size of the community was told, which chooses them."""
    us = given.organisation
    return Found(bool(us.response_times) or us.response_minutes is not None or us.community_size is not None)


def _tone(given: Preparation) -> Found:
    us = given.organisation
    return Found(0.5 * (us.tone.address is not None) + 0.5 * bool(us.signature))


def _approver(given: Preparation) -> Found:
    us = given.organisation
    missing = [name for name in ("approver", "looking_into") if not getattr(us, name)]
    return Found(1 - len(missing) / 2, ", ".join(missing))


def _feedback(given: Preparation) -> Found:
    """Where people can reach us, go on privately, and follow the situation."""
    us = given.organisation
    missing = [
        name for name in ("feedback_channels", "private_channel", "updates_url") if not getattr(us, name)
    ]
    return Found(1 - len(missing) / 3, ", ".join(missing))


def _facts(given: Preparation) -> Found:
    """Something confirmed may be said; what has expired or lacks a name does not count."""
    facts = given.organisation.facts
    usable = [
        one for one in facts if one.confirmed_by.strip() and (one.expires is None or given.now < one.expires)
    ]
    dead = len(facts) - len(usable)
    return Found(0.5 * bool(usable) + 0.5 * (bool(usable) and not dead), str(dead) if dead else "")


def _faq(given: Preparation) -> Found:
    """Fresh answers in every language that is watched."""
    days = given.organisation.faq_fresh_days
    shares = []
    for code in given.languages:
        fresh = [
            one for one in given.faq if one.language == code and not one.is_stale(given.now.date(), days)
        ]
        shares.append(min(1.0, len(fresh) / FAQ_ENOUGH))
    stale = sum(one.is_stale(given.now.date(), days) for one in given.faq)
    poor = [code for code, share in zip(given.languages, shares, strict=True) if share < 1]
    told = ", ".join([*poor, *([f"{stale} stale"] if stale else [])])
    return Found(sum(shares) / len(shares), told)


def _playbooks(given: Preparation) -> Found:
    """All can be read, and somebody has made at least one a language their own."""
    wanted = [(code, situation) for code in given.languages for situation in SITUATIONS]
    there = sum(pair in given.playbooks for pair in wanted) / len(wanted)
    own = _all_of(given.languages, {code for code, _ in given.own_playbooks})
    return Found(0.7 * there + 0.3 * own.share, own.about)


def _moderation(given: Preparation) -> Found:
    return Found(bool(given.organisation.moderation_rules))


def _link(given: Preparation) -> Found:
    return Found(bool(given.organisation.public_url))


def _drill(given: Preparation) -> Found:
    """A drill in the last half year; half of it where something was missed in it."""
    if given.last_drill is None or given.now - given.last_drill > DRILL_FRESH:
        return Found(0)
    return Found(0.5 if given.drill_misses else 1, str(given.drill_misses) if given.drill_misses else "")


def _all_of(wanted: Sequence[str], there: set[str]) -> Found:
    missing = [one for one in wanted if one not in there]
    return Found(1 - len(missing) / len(wanted) if wanted else 0, ", ".join(missing))


Check = Callable[[Preparation], Found]
CHECKS: Final[tuple[tuple[str, int, Check], ...]] = (
    ("owner", 8, _owner),
    ("roster", 10, _roster),
    ("languages", 6, _languages),
    ("pager", 8, _pager),
    ("tested_pager", 12, _tested),
    ("official_accounts", 8, _accounts),
    ("response_times", 6, _times),
    ("tone", 5, _tone),
    ("approver", 4, _approver),
    ("feedback_channels", 5, _feedback),
    ("facts", 5, _facts),
    ("faq", 6, _faq),
    ("playbooks", 6, _playbooks),
    ("moderation_rules", 3, _moderation),
    ("public_url", 2, _link),
    ("drill", 6, _drill),
)
"""Name, weight and check; the weights add up to 100."""
