"""`explain`: why an incident fired, and why nothing fired at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import typer

from agents.cli.history import NotFound, found, opened
from agents.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, settings_of
from agents.cli.screen import out, say_json
from agents.cli.times import local, moment
from agents.configuration import unknown
from agents.settings import Settings
from alerts.incidents import Incident
from alerts.notifiers.plain import plain
from alerts.page import why
from alerts.store.store import Store
from streams.records import Pulse

AROUND = timedelta(hours=1)
VERDICTS = {
    "quiet": "the score is below the threshold",
    "too_few_posts": "the score is above the threshold, but too few negative posts carry it",
    "too_few_people": "the score is above the threshold, but too few different people speak",
    "usual_share": "there is more talk, but no more of it is negative than usual",
    "live": "an incident is open already; what comes updates it in silence",
    "refractory": "an incident ended a short while ago; for a time nothing new opens",
    "escalates": "it escalates: an incident opens",
}


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
    if as_json:
        say_json({**pulse.model_dump(mode="json"), "meaning": VERDICTS.get(pulse.verdict, pulse.verdict)})
        return
    screen = out()
    for line in told(pulse, local(pulse.at, settings.organisation.zone)):
        screen.print(plain(line), soft_wrap=True)


def nearest_pulse(pulses: list[Pulse], at: datetime) -> Pulse | None:
    """The pulse that says most about a time: the nearest one, the earlier of two."""
    return min(pulses, key=lambda pulse: (abs(pulse.at - at), pulse.at), default=None)


def told(pulse: Pulse, when: str) -> list[str]:
    """A pulse in sentences; every number is one that decided."""
    verdict = VERDICTS.get(pulse.verdict, pulse.verdict.replace("_", " "))
    usual = f"{pulse.usual_low:.1f}-{pulse.usual_high:.1f}, on average {pulse.usual_per_hour:.1f}"
    return [
        f"{pulse.topic} at {when}: {verdict}.",
        f"Score {pulse.score:.2f}, threshold {pulse.threshold:.2f}: log10 of days between such by chance.",
        f"{pulse.negative_per_hour:.1f} negative posts an hour; usual {usual}.",
        f"{pulse.mentions_per_hour:.1f} mentions an hour, {pulse.negative_share:.0%} of them negative; "
        f"{pulse.spread_per_hour:.1f} an hour carry it further.",
    ]
