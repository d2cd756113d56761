"""From what a form or the API posts to a HumanAction. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, get_args
from zoneinfo import ZoneInfo

from alerts.neutral import plain
from alerts.respond.situations import SITUATIONS
from alerts.web.hostile import clean
from alerts.web.local_time import next_morning
from alerts.web.refusal import Refusal
from alerts.web.views import ON_PAGE
from streams.records import ActionKind, HumanAction, PublicReply

KINDS: Final[tuple[str, ...]] = get_args(ActionKind)
SNOOZE_MINUTES: Final = ("30", "60", "240")
NAME_LIMIT: Final = 60
NOTE_LIMIT: Final = 2000
_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{8,100}")


def action_from_form(form: Mapping[str, object], incident: str, now: datetime, zone: ZoneInfo) -> HumanAction:
    """The action behind a pressed button; its `do` is a kind, perhaps with what it needs: `snooze:60`.

    The form's own id makes a second press of the same button change nothing.
    """
    kind, _, what = str(form.get("do", "")).partition(":")
    until = snoozed_until(what, now, zone) if kind == "snooze" else None
    return make_action(
        kind=kind,
        incident=incident,
        identity=str(form.get("id", "")),
        by=str(form.get("by", "")),
        note=str(form.get("note", "")),
        until=until,
        now=now,
        situation=what if kind == "situation" else None,
    )


def snoozed_until(length: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The end of a snooze: so many minutes from now, or the next morning."""
    if length == "morning":
        return next_morning(now, zone)
    if length not in SNOOZE_MINUTES:
        raise Refusal(400, "bad_input", detail="do=snooze:30, snooze:60, snooze:240, snooze:morning")
    return now + timedelta(minutes=int(length))


def make_action(
    *,
    kind: str,
    incident: str,
    identity: str,
    by: str,
    note: str,
    until: datetime | None,
    now: datetime,
    situation: str | None = None,
    reply: PublicReply | None = None,
) -> HumanAction:
    """A checked action: known kind, harmless name and note, an end where a snooze needs one."""
    if kind not in KINDS:
        raise Refusal(400, "bad_input", detail=f"kind: {', '.join(KINDS)}")
    if not _ID.fullmatch(identity):
        raise Refusal(400, "bad_input", detail="id: 8-100 letters, digits, or any of _ . : -")
    if kind == "snooze" and (until is None or until <= now):
        raise Refusal(400, "bad_input", detail="until: a time that lies ahead, with its offset")
    if kind == "note" and not clean(note):
        raise Refusal(400, "bad_input", detail="note: write what is to be kept")
    if kind == "situation" and situation not in SITUATIONS:
        raise Refusal(400, "bad_input", detail=f"situation: {', '.join(SITUATIONS)}")
    if reply is not None and kind != "answered":
        raise Refusal(400, "bad_input", detail="reply: only with kind answered")
    return HumanAction(
        id=f"{incident}:{identity}",
        incident=incident,
        kind=kind,
        by=plain(by, NAME_LIMIT) or ON_PAGE,
        at=now,
        note=clean(note, NOTE_LIMIT),
        until=until if kind == "snooze" else None,
        situation=situation if kind == "situation" else None,
        reply=reply,
    )
