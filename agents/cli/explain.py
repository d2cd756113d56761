"""`explain`: why an incident fired, and why nothing fired at a time."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated

import typer

from agents.cli.history import NotFound, found, opened
from agents.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, settings_of
from agents.cli.screen import out, say_json
from agents.cli.times import local, moment
from agents.configuration import unknown
from agents.settings import Settings
from agents.watch.planned import peak_at, peaks_of
from alerts.incidents import Incident
from alerts.notifiers.plain import plain
from alerts.page import why
from alerts.page.quiet import Floors, verdict, why_not
from alerts.store.store import Store
from streams.records import Pulse
from streams.windows import minute_at

AROUND = timedelta(hours=1)


def explain(
    incident: Annotated[
        str | None, typer.Argument(metavar="[INCIDENT]", help="Its id, or enough of its beginning.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="A time; with --topic: why nothing fired then.")] = None,
    topic: Annotated[str | None, typer.Option(help="The topic to look at.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Say why an incident fired, in the organisation's language, or with --at and --topic why nothing did.

    Exit code 1 where the store knows nothing of it.
    """
    if (at is None) != (topic is None) or (incident is None) == (at is None):
        raise typer.BadParameter("give an INCIDENT, or both --at and --topic")
    settings = settings_of(config)
    with opened(settings) as store:
        if incident is not None:
            _explain_incident(found(store, incident), settings, as_json=as_json)
        elif at is not None and topic is not None:
            _explain_time(store, settings, topic, moment(at, settings.organisation.zone), as_json=as_json)


def _explain_incident(incident: Incident, settings: Settings, *, as_json: bool) -> None:
    sentences = why(incident, settings.organisation.language, settings.organisation)
    if as_json:
        say_json(
            {
                "incident": incident.id,
                "why": sentences,
                "score": incident.score,
                "threshold": incident.threshold,
                "evidence": incident.evidence.model_dump(mode="json"),
            }
        )
        return
    screen = out()
    screen.print(plain(f"{incident.id} {incident.topic}"), style="bold", soft_wrap=True)
    for sentence in sentences:
        screen.print(plain(sentence), soft_wrap=True)


def _explain_time(store: Store, settings: Settings, topic: str, at: datetime, *, as_json: bool) -> None:
    names = [each.name for each in settings.topics]
    if topic not in names:
        raise NotFound(f"--topic {topic}: {unknown(topic, names, 'topic')}")
    pulse = nearest_pulse(store.pulses(topic, at - AROUND, at + AROUND), at)
    if pulse is None:
        when = local(at, settings.organisation.zone)
        raise NotFound(f"nothing is stored of {topic} around {when}: not running then, or forgotten since")
    language, floors = settings.organisation.language, floors_at(settings, topic, pulse.at)
    lines = why_not(pulse, floors, language, local(pulse.at, settings.organisation.zone))
    if as_json:
        told = {"meaning": verdict(pulse, "en"), "why": lines, "floors": asdict(floors)}
        say_json({**pulse.model_dump(mode="json"), **told})
        return
    screen = out()
    for line in lines:
        screen.print(plain(line), soft_wrap=True)


def nearest_pulse(pulses: list[Pulse], at: datetime) -> Pulse | None:
    """The pulse that says most about a time: the nearest one, the earlier of two."""
    return min(pulses, key=lambda pulse: (abs(pulse.at - at), pulse.at), default=None)


def floors_at(settings: Settings, topic: str, at: datetime) -> Floors:
    """What a page needed at a time, by the settings as they are now."""
    peak = peak_at(peaks_of(settings.calendar, topic, settings.organisation.zone), minute_at(at))
    watch, safety = settings.watch, settings.safety
    return Floors(
        posts=watch.negative_floor,
        people=watch.people_floor,
        safety_authors=safety.authors,
        safety_hours=safety.within_hours,
        factor=peak.factor if peak else 1.0,
        note=peak.note if peak else "",
    )
