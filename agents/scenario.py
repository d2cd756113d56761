"""Scenarios: what comes in and what should come of it, as data that needs no Python.

    name: a storm in one thread
    start: 2026-03-02
    config: {topics: [{name: Posti, terms: [Posti]}]}
    input: {mentions: [{from: 8d 13:00, to: 8d 16:00, per_hour: 90, text: Posti hukkasi sen, authors: 99}]}
    expect:
      incidents: [{topic: Posti, opened: {after: 8d 13:00, before: 8d 14:00}}]

`docs/demo.md` describes every key. Clock times are local to the scenario's zone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo

from alerts.incidents import Incident, State
from streams.errors import BadConfiguration
from streams.records import Evidence, Record, Share

DAY_AND_TIME = re.compile(r"(\d+)d (\d\d):(\d\d)")
DEFAULT_ZONE = "Europe/Helsinki"


def _moment(value: object, info: ValidationInfo) -> object:
    """The instant of "8d 13:50" (day 8 after the start, local time) or of a local date and time."""
    context = info.context or {}
    if isinstance(value, str) and (found := DAY_AND_TIME.fullmatch(value)):
        days, hours, minutes = (int(part) for part in found.groups())
        start = datetime.combine(context["start"], datetime.min.time())
        value = start + timedelta(days=days, hours=hours, minutes=minutes)
    elif isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=context["zone"])
    return value


Moment = Annotated[datetime, BeforeValidator(_moment)]


class Span(Record):
    """A stretch of time, `[after, before)`."""

    after: Moment
    before: Moment


class Bounds(Record):
    """What a number must keep to; an end that is not given is open."""

    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: float) -> bool:
        """Whether the number keeps to them."""
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )

    def __str__(self) -> str:
        ends = [
            f"{name} {end:g}"
            for name, end in (("at least", self.at_least), ("at most", self.at_most))
            if end is not None
        ]
        return " and ".join(ends)


Wanted = Bounds | bool | int | float | str | None


class ExpectedIncident(Record):
    """An incident that must come: every key that is given is checked, the others are free.

    `thread: null` asks for an incident of the topic as a whole; without the key any thread will do.
    """

    topic: str
    thread: str | None = None
    opened: Span
    severity: Bounds | int | None = Field(default=None, description="the highest it reached")
    pages: Bounds | int | None = None
    state: State | None = Field(default=None, description="where it stands at the end of the input")
    evidence: dict[str, Wanted] = Field(default_factory=dict, description="the numbers at its opening")
    suggestion: dict[str, Wanted] = Field(default_factory=dict)


class Expectation(Record):
    """The incidents that must come; with `no_other` (the default) nothing else may."""

    incidents: tuple[ExpectedIncident, ...] = ()
    no_other: bool = True


class Line(Record):
    """One mention (`at`), or many of a kind (`from`, with `to` and `per_hour`, or with `curve`)."""

    at: Moment | None = None
    begin: Moment | None = Field(default=None, alias="from")
    to: Moment | None = None
    per_hour: float | None = None
    curve: dict[float, float] | None = Field(
        default=None, description="mentions an hour at hours after `from`"
    )
    day_night: bool = Field(default=False, description="the rate follows people's waking hours")
    repeat: int = Field(default=1, ge=1, description="so many mentions at `at`, a second apart")
    text: str | tuple[str, ...] = Field(description="[a|b] is a choice, {n} a running number")
    vary: int = Field(default=0, ge=0, description="so many words are added, others each time")
    negativity: Share | None = None
    author: str | None = None
    authors: int | None = Field(default=None, ge=1, description="each written by one of so many people")
    crowd: str = "henkilö"
    thread: str | None = None
    way: Literal["post", "reply", "repost", "quote"] | None = Field(default=None, alias="as")
    platform: str = "mastodon"
    language: str | None = "fi"
    followers: int | None = None
    seen: Moment | None = Field(default=None, description="backfill: first seen then")
    seen_minutes: float = Field(default=10, ge=0, description="how long the backfill took")


class Input(Record):
    """A recorded file (beside the scenario), or mentions written in it."""

    file: str | None = None
    mentions: tuple[Line, ...] = ()


class Scenario(Record):
    """One scenario file, with its times resolved."""

    name: str
    about: str = ""
    start: date
    config: dict[str, Any] | str = Field(description="sections of palovahti.yaml, or the path of one")
    input: Input
    expect: Expectation
    folder: Path = Path()

    def beside(self, name: str) -> Path:
        """The path of a file that the scenario names, relative to its own folder."""
        return self.folder / name


def load(path: Path) -> Scenario:
    """The scenario in a file; BadConfiguration says what is wrong with it."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        start = document["start"]
        zone = ZoneInfo(document.pop("zone", DEFAULT_ZONE))
        document["folder"] = path.parent
        return Scenario.model_validate(document, context={"start": start, "zone": zone})
    except yaml.YAMLError as error:
        raise BadConfiguration([f"{path}: no YAML: {error}"]) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise BadConfiguration([f"{path}: a scenario needs name, start, config, input and expect"]) from error
    except ValidationError as error:
        raise BadConfiguration([f"{path}: {_place(one)}: {one['msg']}" for one in error.errors()]) from error


def _place(error: Any) -> str:
    return ".".join(str(part) for part in error["loc"])


def check(
    expected: Expectation, incidents: Sequence[Incident], opening: Mapping[str, Evidence] | None = None
) -> list[str]:
    """What differs between what should have come and what came, in sentences; empty when nothing does.

    `opening` gives, by incident id, the numbers that opened it; without it an incident's latest are checked.
    """
    differences: list[str] = []
    left = sorted(incidents, key=lambda incident: incident.opened_at)
    for wanted in expected.incidents:
        found = _closest(wanted, left)
        if found is None:
            differences.append(f"{_title(wanted)}: no such incident")
            continue
        left.remove(found)
        evidence = (opening or {}).get(found.id, found.evidence)
        differences += [f"{_title(wanted)}: {what}" for what in _differences(wanted, found, evidence)]
    if expected.no_other:
        differences += [f"{one.topic}: not expected: {_describe(one)}" for one in left]
    return differences


def _closest(wanted: ExpectedIncident, incidents: Sequence[Incident]) -> Incident | None:
    """Of the topic's incidents one within the time asked for, else the first."""
    fitting = [one for one in incidents if one.topic == wanted.topic and _thread_fits(wanted, one)]
    timely = [one for one in fitting if wanted.opened.after <= one.opened_at < wanted.opened.before]
    return next(iter(timely or fitting), None)


def _thread_fits(wanted: ExpectedIncident, incident: Incident) -> bool:
    return "thread" not in wanted.model_fields_set or wanted.thread == incident.thread


def _differences(wanted: ExpectedIncident, found: Incident, evidence: Evidence) -> list[str]:
    span, zone = wanted.opened, wanted.opened.after.tzinfo
    said = []
    if not span.after <= found.opened_at < span.before:
        opened = found.opened_at.astimezone(zone)
        said.append(f"opened {opened:%F %H:%M}, expected {span.after:%F %H:%M} to {span.before:%F %H:%M}")
    said += _compare("severity", wanted.severity, found.peak_severity)
    said += _compare("pages", wanted.pages, found.pages)
    said += _compare("state", wanted.state, found.state)
    for name, value in wanted.evidence.items():
        said += _compare_always(f"evidence.{name}", value, getattr(evidence, name, None))
    for name, value in wanted.suggestion.items():
        said += _compare_always(f"suggestion.{name}", value, getattr(found.suggestion, name, None))
    return said


def _compare(name: str, wanted: Wanted, found: object) -> list[str]:
    return [] if wanted is None else _compare_always(name, wanted, found)


def _compare_always(name: str, wanted: Wanted, found: object) -> list[str]:
    if isinstance(wanted, Bounds):
        kept = isinstance(found, int | float) and wanted.holds(found)
    else:
        kept = found == wanted
    return [] if kept else [f"{name} is {found}, expected {wanted}"]


def _title(wanted: ExpectedIncident) -> str:
    return f"{wanted.topic} ({wanted.opened.after:%F %H:%M})"


def _describe(incident: Incident) -> str:
    return f"{incident.id} opened {incident.opened_at:%F %H:%M} UTC, severity {incident.peak_severity}"
