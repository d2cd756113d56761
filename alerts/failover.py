"""When a receiver refuses a notice for good, the others are told, in full. Pure."""

from __future__ import annotations

from typing import Final

from alerts.incidents import Notice

REFUSED: Final = {
    "fi": "{receiver} ei saanut tätä ilmoitusta ({why}): {line}",
    "sv": "{receiver} fick inte detta meddelande ({why}): {line}",
    "en": "{receiver} did not get this notice ({why}): {line}",
}


def refused_notice(notice: Notice, receiver: str, why: str) -> Notice | None:
    """What the other receivers get; None when `notice` is itself such a message, so that none breeds another.

    A refused page is passed on as a page, anything else silently. One message an incident and receiver:
    its id is the same however many notices are refused.
    """
    if notice.reason == "delivery_failed" or notice.kind == "test":
        return None
    kind = "page" if notice.kind == "page" else "update"
    text = REFUSED.get(notice.language, REFUSED["en"])
    first, rest = notice.lines[:1], notice.lines[1:]
    headline = text.format(receiver=receiver, why=why, line=first[0] if first else notice.incident.topic)
    return notice.model_copy(
        update={
            "id": f"{notice.incident.id}:undelivered:{receiver}:{kind}",
            "kind": kind,
            "reason": "delivery_failed",
            "lines": (headline, *rest),
        }
    )
