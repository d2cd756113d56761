"""`test-page`: one marked test through every receiver, tried once, so that people know before the night."""

from __future__ import annotations

import asyncio
import getpass
from datetime import datetime
from typing import Annotated
from uuid import uuid4

import httpx
import typer
from rich.console import Console

from agents.cli.exits import Exit
from agents.cli.ledgers import remember
from agents.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, settings_of
from agents.cli.screen import complain, err, out, say_json
from agents.configuration import unknown
from agents.receivers import notifiers
from agents.settings import ReceiverSettings, Settings
from alerts.incidents import Incident, Notice, State
from alerts.notifiers.notifier import Notifier
from alerts.organisation import Organisation
from alerts.records import LedgerEntry
from streams.clock import SystemClock
from streams.errors import BadConfiguration, DeliveryFailed, PalovahtiError
from streams.records import Evidence

SECONDS = 20.0
_LINES = {
    "fi": (
        "KOKEILU: tämä ei ole hälytys.",
        "{name}: Palovahti tavoittaa sinut vastaanottajan {receiver} kautta.",
        "Oikeassa hälytyksessä tässä kerrotaan, mikä kasvaa, missä ja kuinka nopeasti.",
        "Lähetetty {at}.",
        "Sinun ei tarvitse tehdä mitään.",
    ),
    "sv": (
        "PROV: detta är inget larm.",
        "{name}: Palovahti når dig via mottagaren {receiver}.",
        "Ett riktigt larm berättar här vad som växer, var och hur snabbt.",
        "Sänt {at}.",
        "Du behöver inte göra något.",
    ),
    "en": (
        "TEST: this is not an alarm.",
        "{name}: Palovahti reaches you through the receiver {receiver}.",
        "A real page says here what is growing, where and how fast.",
        "Sent {at}.",
        "There is nothing for you to do.",
    ),
}


def send_test(
    config: ConfigFile = DEFAULT_CONFIG,
    receiver: Annotated[
        list[str] | None, typer.Option(help="Only this one; may be given several times.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send a marked test through every receiver, once each; exit code 1 where one did not accept it."""
    settings = settings_of(config)
    chosen = _chosen(settings, receiver or [])
    failures = asyncio.run(_send_all(settings, chosen, err() if as_json else out()))
    for each in chosen:
        failure = failures[each.name]
        if as_json:
            say_json({"receiver": each.name, "type": each.type, "ok": failure is None, "error": failure})
        elif failure is None:
            out().print(f"{each.name}: accepted", soft_wrap=True)
        else:
            complain(f"{each.name}: not accepted: {failure}")
    _remember(settings, [name for name, failure in failures.items() if failure is None])
    if any(failures.values()):
        raise typer.Exit(Exit.FOUND)


def _remember(settings: Settings, reached: list[str]) -> None:
    """Keep which receivers took the test, so that `readiness` knows how old the last one is."""
    now, by = SystemClock().now(), getpass.getuser()
    entries = [
        LedgerEntry(ledger="pager_test", id=uuid4().hex, at=now, by=by, about=name) for name in reached
    ]
    try:
        remember(settings, *entries)
    except (OSError, PalovahtiError) as error:
        complain(f"the test was sent, but it cannot be remembered: {error}")


def trial_notice(receiver: ReceiverSettings, organisation: Organisation, now: datetime) -> Notice:
    """A notice that nobody can take for an alarm; its incident is kept nowhere."""
    at = f"{now.astimezone(organisation.zone):%d.%m.%Y %H.%M}"
    lines = _LINES[receiver.language]
    return Notice(
        id=f"test-{uuid4().hex}",
        kind="test",
        reason="test",
        at=now,
        incident=_no_incident(now),
        language=receiver.language,
        lines=tuple(line.format(name=organisation.name, receiver=receiver.name, at=at) for line in lines),
    )


async def _send_all(
    settings: Settings, receivers: list[ReceiverSettings], console: Console
) -> dict[str, str | None]:
    """What went wrong, by receiver; None where the test was accepted."""
    clock = SystemClock()
    async with httpx.AsyncClient(timeout=SECONDS) as client:
        ready = notifiers(receivers, client, clock, console)
        notices = [trial_notice(each, settings.organisation, clock.now()) for each in receivers]
        sent = [_send(ready[each.name], notice) for each, notice in zip(receivers, notices, strict=True)]
        return dict(zip(ready, await asyncio.gather(*sent), strict=True))


async def _send(notifier: Notifier, notice: Notice) -> str | None:
    try:
        async with asyncio.timeout(SECONDS):
            await notifier.send(notice)
    except DeliveryFailed as error:
        return str(error)
    except TimeoutError:
        return f"no answer within {SECONDS:.0f} seconds"
    finally:
        await notifier.close()
    return None


def _chosen(settings: Settings, names: list[str]) -> list[ReceiverSettings]:
    known = {each.name: each for each in settings.receivers}
    mistakes = [
        f"--receiver {name}: {unknown(name, known, 'receiver')}" for name in names if name not in known
    ]
    if mistakes:
        raise BadConfiguration(mistakes)
    return [known[name] for name in names] if names else list(known.values())


def _no_incident(now: datetime) -> Incident:
    nothing = Evidence(
        negative_last_hour=0,
        usual_low=0,
        usual_high=0,
        usual_mean=0,
        people_last_hour=None,
        mentions_last_hour=0,
        raw_mentions_last_hour=0,
        negative_share=0,
        usual_share=0,
        spread_last_hour=0,
        reproduction=None,
        return_days=0,
        would_not_page_below=None,
    )
    return Incident(
        id=f"inc-test-{uuid4().hex[:12]}",
        topic="TEST",
        thread=None,
        state=State.OPEN,
        severity=1,
        peak_severity=1,
        score=0,
        threshold=0,
        onset_at=now,
        opened_at=now,
        updated_at=now,
        reason="test",
        rule_version="test",
        last_escalation="",
        evidence=nothing,
    )
