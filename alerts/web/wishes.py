"""What an address or a posted form asks of the editor; all in it is a stranger's until checked here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from alerts.neutral import plain
from alerts.organisation import LANGUAGES
from alerts.respond.channels import channel_named
from alerts.respond.rules import rule_texts
from alerts.web.actions import NAME_LIMIT
from alerts.web.editor import KINDS, LONGEST, Wish
from alerts.web.hostile import clean

OVERRIDE: Final = "override-"
REASON_LIMIT: Final = 500


def wish_of(query: Mapping[str, str]) -> Wish:
    """What the address of an incident asks for; what it does not know is passed over."""
    channel, language, kind = query.get("channel"), query.get("reply_language"), query.get("kind", "reply")
    return Wish(
        channel=channel_named(channel).name if channel else None,
        language=language if language in LANGUAGES else None,
        kind=kind if kind in KINDS else "reply",
        anyway=query.get("anyway") == "1",
    )


def written_of(form: Mapping[str, object]) -> Wish:
    """What somebody wrote in the editor."""
    fields = {name: str(value) for name, value in form.items()}
    asked = wish_of(fields)
    return Wish(
        channel=asked.channel,
        language=asked.language,
        kind=asked.kind,
        anyway=True,
        text=_text(fields.get("text", "")),
        suggested=_text(fields.get("suggested", "")),
        approver=plain(fields.get("approver", ""), NAME_LIMIT),
        overrides=_overrides(fields),
    )


def _text(text: str) -> str:
    """Line ends as we write them, what cannot be stored replaced; all else stays, to be checked."""
    bounded = text[: LONGEST + 1].replace("\r\n", "\n").replace("\r", "\n").strip()
    return bounded.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def _overrides(fields: Mapping[str, str]) -> dict[str, str]:
    reasons = {
        rule: clean(fields[OVERRIDE + rule], REASON_LIMIT)
        for rule in rule_texts()
        if OVERRIDE + rule in fields
    }
    return {rule: reason for rule, reason in reasons.items() if reason}
