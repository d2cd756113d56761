"""The rules of a public reply, R01 to R33, as a checker."""

from __future__ import annotations

from alerts.respond.rules.checker import apologies, check, forbidden, rule_texts
from alerts.respond.rules.context import History, Promise, ReplyContext
from alerts.respond.rules.finding import Finding, Report

__all__ = [
    "Finding",
    "History",
    "Promise",
    "ReplyContext",
    "Report",
    "apologies",
    "check",
    "forbidden",
    "rule_texts",
]
