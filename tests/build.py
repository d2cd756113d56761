"""Builders: one valid record of each kind, any field of which can be given by keyword.

Times hang on `AT`, so that a test says only what matters to it: `mention(text="Huonoa palvelua")`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.incidents import Incident, Notice, State, Suggestion
from alerts.records import LedgerEntry
from alerts.store.store import StoredMention
from streams.records import Escalation, Evidence, HumanAction, Mention, Pulse

AT = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
"""A Tuesday in Helsinki, 14.00 there (winter time)."""


def minutes(count: float) -> timedelta:
    """So many minutes, for `AT + minutes(5)`."""
    return timedelta(minutes=count)


def mention(**fields: Any) -> Mention:
    """A negative post in Finnish by one person."""
    defaults = {
        "id": "mastodon:1",
        "platform": "mastodon",
        "text": "Posti hukkasi taas pakettini",
        "language": "fi",
        "author": {"id": "a1", "handle": "matti", "followers": 120},
        "published_at": AT,
    }
    return Mention.model_validate({**defaults, **fields})


def evidence(**fields: Any) -> Evidence:
    """A topic at some five times its usual rate, growing."""
    defaults = {
        "negative_last_hour": 48.0,
        "usual_low": 3.0,
        "usual_high": 9.0,
        "usual_mean": 5.5,
        "people_last_hour": 41,
        "mentions_last_hour": 63,
        "raw_mentions_last_hour": 70,
        "negative_share": 0.76,
        "usual_share": 0.3,
        "spread_last_hour": 22,
        "reproduction": 1.8,
        "reproduction_low": 1.4,
        "reproduction_high": 2.3,
        "expected_24h": 260.0,
        "return_days": 900.0,
        "would_not_page_below": 21.0,
        "largest_thread": "mastodon:1",
        "largest_thread_share": 0.6,
        "top_words": ("paketti", "kadonnut", "korvaus"),
        "channels": {"mastodon": 40, "reddit": 8},
        "top_mentions": ("mastodon:1",),
        "language": "fi",
        "started_at": AT - minutes(50),
    }
    return Evidence.model_validate({**defaults, **fields})


def escalation(**fields: Any) -> Escalation:
    """Posti starts to run away, severity 3; its id follows from incident, kind and time unless given."""
    values: dict[str, Any] = {
        "kind": "opened",
        "incident": "inc-1",
        "topic": "Posti",
        "thread": None,
        "at": AT,
        "onset_at": AT - minutes(30),
        "severity": 3,
        "score": 2.95,
        "threshold": 1.48,
        "reason": "topic_rate",
        "rule_version": "1",
        "evidence": evidence(),
        **fields,
    }
    values.setdefault("id", f"{values['incident']}:{values['kind']}:{values['at']:%Y%m%dT%H%M%S}")
    return Escalation.model_validate(values)


def action(kind: str, **fields: Any) -> HumanAction:
    """A person's step on `inc-1`; its id follows from kind and time unless given."""
    values: dict[str, Any] = {
        "kind": kind,
        "incident": "inc-1",
        "by": "maija",
        "at": AT + minutes(5),
        **fields,
    }
    values.setdefault("id", f"{values['incident']}:{kind}:{values['at'].isoformat()}")
    return HumanAction.model_validate(values)


def suggestion(**fields: Any) -> Suggestion:
    """An answer in Finnish to a service failure."""
    defaults = {
        "action": "answer",
        "situation": "service_failure",
        "channel": "mastodon",
        "language": "fi",
        "text": "Selvitämme kadonneita paketteja. Kerromme lisää klo 15 mennessä.",
        "why": "Moni kysyy samaa eikä julkista vastausta ole.",
        "next_steps": ("Vahvista lähetyskeskuksen tilanne",),
    }
    return Suggestion.model_validate({**defaults, **fields})


def incident(**fields: Any) -> Incident:
    """Open, severity 3, paged once at its opening."""
    defaults = {
        "id": "inc-1",
        "topic": "Posti",
        "thread": None,
        "state": State.OPEN,
        "severity": 3,
        "peak_severity": fields.get("severity", 3),
        "score": 2.95,
        "threshold": 1.48,
        "onset_at": AT - minutes(30),
        "opened_at": AT,
        "updated_at": AT,
        "first_page_at": AT,
        "last_page_at": AT,
        "pages": 1,
        "paged_severity": fields.get("severity", 3),
        "reason": "topic_rate",
        "rule_version": "1",
        "last_escalation": "inc-1:opened:20260310T120000",
        "evidence": evidence(),
    }
    return Incident.model_validate({**defaults, **fields})


def notice(**fields: Any) -> Notice:
    """The first page of `incident()`, in Finnish."""
    defaults = {
        "id": "inc-1:page:1",
        "kind": "page",
        "reason": "opened",
        "at": AT,
        "incident": incident(),
        "language": "fi",
        "lines": (
            "Posti: kielteisten viestien määrä karkaa (vakavuus 3/5)",
            "48 kielteistä viestiä 41 ihmiseltä tunnissa; tavallista on 3-9",
            "Suurin ketju 60 %; sanat paketti, kadonnut; mastodon 40, reddit 8",
            "Syötteitä 3/3, viive 4 s",
            "Vastaa: Selvitämme kadonneita paketteja.",
        ),
        "link": "https://vahti.example/incidents/inc-1",
    }
    return Notice.model_validate({**defaults, **fields})


def stored_mention(**fields: Any) -> StoredMention:
    """The matched and scored twin of `mention()`."""
    defaults: dict[str, Any] = {
        "id": "mastodon:1",
        "topics": ("Posti",),
        "thread": "mastodon:1",
        "platform": "mastodon",
        "kind": None,
        "author": "mastodon:a1",
        "followers": 120,
        "official": False,
        "text": "Posti hukkasi taas pakettini",
        "language": "fi",
        "url": "https://mastodon.example/@matti/1",
        "negativity": 0.9,
        "published_at": AT,
    }
    return StoredMention(**{**defaults, **fields})


def ledger_entry(**fields: Any) -> LedgerEntry:
    """A post hidden by a published rule."""
    defaults = {
        "ledger": "moderation",
        "id": "m1",
        "at": AT,
        "by": "maija",
        "about": "mastodon:1",
        "body": {"measure": "hidden", "rule": "uhkailu", "snapshot": "0" * 64, "note": ""},
    }
    return LedgerEntry.model_validate({**defaults, **fields})


def pulse(**fields: Any) -> Pulse:
    """Posti at a quiet minute."""
    defaults = {
        "topic": "Posti",
        "at": AT,
        "mentions_per_hour": 12.0,
        "negative_per_hour": 4.0,
        "usual_per_hour": 5.5,
        "usual_low": 3.0,
        "usual_high": 9.0,
        "spread_per_hour": 2.0,
        "negative_share": 0.3,
        "score": -0.4,
        "threshold": 1.48,
        "verdict": "usual",
    }
    return Pulse.model_validate({**defaults, **fields})
