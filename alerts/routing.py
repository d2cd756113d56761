"""Who hears what: pure, and for every receiver with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import get_args

from alerts.records import Incident, NoticeKind

ALL_KINDS: frozenset[NoticeKind] = frozenset(get_args(NoticeKind))


@dataclass(frozen=True, slots=True)
class ReceiverInfo:
    """What the desk needs to know of a receiver; how it is reached, only its notifier knows."""

    name: str
    language: str
    min_severity: int = 1
    """1-5: incidents whose pages never told so much do not reach it."""
    kinds: frozenset[NoticeKind] = ALL_KINDS


class Route(StrEnum):
    """Why a receiver gets a notice, or does not."""

    WANTED = "wanted"
    KIND_NOT_WANTED = "kind_not_wanted"
    BELOW_MIN_SEVERITY = "below_min_severity"


def routes(
    kind: NoticeKind, incident: Incident, receivers: Sequence[ReceiverInfo]
) -> dict[ReceiverInfo, Route]:
    """For each receiver whether it gets a notice of `kind` about `incident`, and why."""
    return {receiver: _route(kind, incident, receiver) for receiver in receivers}


def _route(kind: NoticeKind, incident: Incident, receiver: ReceiverInfo) -> Route:
    if kind == "test":
        return Route.WANTED
    if kind not in receiver.kinds:
        return Route.KIND_NOT_WANTED
    if incident.paged_severity < receiver.min_severity:
        return Route.BELOW_MIN_SEVERITY
    return Route.WANTED
