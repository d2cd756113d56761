"""What the watch may be told: budget, floors, bounds. Frozen, checks itself."""

from __future__ import annotations

from pydantic import Field

from agents.watch.volume import USUAL_SHARE
from streams.records import Record

RULE_VERSION = "1"
DAYS_A_MONTH = 30.44


class WatchPolicy(Record):
    """How the watch decides.

    `lateness_seconds` is the bound within which the order of mentions does not matter at all: a tick is
    decided that long after its end. `hold_minutes` is how late a mention may be and still enter rates
    and usual values; what is later is stored and shown, not counted.
    """

    budget: float = Field(default=1.0, gt=0, le=100, description="false pages a month and topic, at most")
    people_floor: int = Field(default=5, ge=1, description="distinct known authors in the last hours")
    negative_floor: float = Field(default=3.0, gt=0, description="negative posts on which a page must rest")
    usual_share: float = Field(
        default=USUAL_SHARE,
        gt=0,
        le=1,
        description="negative share that a topic without history is taken to have",
    )
    lateness_seconds: int = Field(default=60, ge=0, le=3600)
    hold_minutes: int = Field(default=60, ge=1, le=360)
    refractory_hours: int = Field(default=24, ge=1, description="one incident, not two, within")
    quiet_refractory_hours: int = Field(
        default=168, ge=1, description="the same for topics below one post an hour"
    )
    resolve_minutes: int = Field(default=60, ge=5, description="calm for so long: over")
