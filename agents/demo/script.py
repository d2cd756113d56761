"""The demo's script: what stands in script.yaml, checked, with its times made aware."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import Field

from streams.records import Record, Share

HERE = Path(__file__).parent

Mood = Literal["neg", "pos", "neu", "question"]
Way = Literal["post", "reply", "repost", "quote"]


class Subject(Record):
    """A topic as the script knows it: its volume and its Finnish forms."""

    posts_per_day: float
    weekend: float = Field(description="volume of Saturdays and Sundays against weekdays")
    fi: str


class Platform(Record):
    """How people write in one place; replies and reposts are means a post."""

    share: float
    channel: str
    kind: str
    reply: str
    replies: float
    reposts: float
    people: int = Field(description="how many people write there at all; 0 where no author is named")


class Storm(Record):
    """A story that spreads: where, when, along which curve, by how many, in which mood."""

    name: str
    tale: str
    topic: str
    platform: str
    starts: datetime
    curve: dict[float, float]
    voices: int
    root_followers: int | None
    elsewhere: Share = Field(description="share that is written on other platforms")
    ways: dict[Way, float]
    moods: dict[Mood, float]
    title: str | None = None
    answers: tuple[int, ...] = Field(description="minutes after the start at which the company answers")


class Wave(Record):
    """Some accounts that repeat themselves for some hours."""

    starts: datetime
    hours: float
    accounts: int
    each_per_hour: float


class Flood(Record):
    """One message by many accounts, in waves."""

    name: str
    topic: str
    platform: str
    waves: tuple[Wave, ...]


class Outage(Record):
    """A stretch in which some platforms could not be read, and how long catching up took."""

    name: str
    platforms: frozenset[str]
    starts: datetime
    ends: datetime
    catch_up_minutes: float


class Hygiene(Record):
    """What real feeds do: shares of mentions that come twice, late, edited or deleted."""

    duplicates: Share
    out_of_order: Share
    edits: Share
    deletions: Share


class Script(Record):
    """The whole demo as a person would tell it; clock times are local."""

    start: date
    days: int
    zone: str
    languages: dict[str, float]
    official: str
    topics: dict[str, Subject]
    chatter_per_day: float
    moods: dict[Mood, float]
    hours: tuple[float, ...] = Field(min_length=24, max_length=24)
    day_wander: float
    platforms: dict[str, Platform]
    hygiene: Hygiene
    storms: tuple[Storm, ...]
    flood: Flood
    outage: Outage

    def instant(self, local: datetime) -> datetime:
        """The UTC instant of a local clock time."""
        return local.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def day(self, number: int) -> date:
        """The date of day `number`, counted from 0."""
        return self.start + timedelta(days=number)

    def midnight(self, number: int) -> datetime:
        """The instant at which day `number` begins; days of 23 hours come out right."""
        return self.instant(datetime.combine(self.day(number), datetime.min.time()))

    def forms(self, topic: str, language: str) -> Mapping[str, str]:
        """The topic's name in the forms that the texts ask for."""
        if language == "fi":
            names = ("T", "Tn", "Ta", "Tssa", "Tsta", "Taan", "Tlla", "Tlta", "Tlle")
            return dict(zip(names, self.topics[topic].fi.split(), strict=True))
        return {"T": topic, "Ts": f"{topic}s" if language == "sv" else f"{topic}'s"}


@cache
def load_script() -> Script:
    """The script that stands beside this file."""
    return Script.model_validate(yaml.safe_load((HERE / "script.yaml").read_text(encoding="utf-8")))
