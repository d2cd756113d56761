"""The receivers of the settings, as notifiers that send and as what the desk needs to know of them."""

from __future__ import annotations

from collections.abc import Iterable

import httpx
from rich.console import Console

from agents.settings import ReceiverSettings
from alerts.notifiers.console import ConsoleNotifier, ConsoleSettings
from alerts.notifiers.notifier import Notifier
from alerts.notifiers.pagerduty import PagerDutyNotifier, PagerDutySettings
from alerts.notifiers.webhook import WebhookNotifier
from alerts.routing import ReceiverInfo
from streams.clock import Clock


def notifiers(
    receivers: Iterable[ReceiverSettings], client: httpx.AsyncClient, clock: Clock, console: Console
) -> dict[str, Notifier]:
    """A notifier a receiver, by name; the client and the console stay the caller's."""
    return {receiver.name: _notifier(receiver, client, clock, console) for receiver in receivers}


def receiver_infos(receivers: Iterable[ReceiverSettings]) -> list[ReceiverInfo]:
    """What routing asks of each receiver."""
    return [ReceiverInfo(each.name, each.language, each.min_severity) for each in receivers]


def _notifier(
    receiver: ReceiverSettings, client: httpx.AsyncClient, clock: Clock, console: Console
) -> Notifier:
    if isinstance(receiver, ConsoleSettings):
        return ConsoleNotifier(receiver, console)
    if isinstance(receiver, PagerDutySettings):
        return PagerDutyNotifier(receiver, client, clock)
    return WebhookNotifier(receiver, client, clock)
