"""The check of a draft reply by rules R01 to R33. Pure: the same draft and context give the same findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from alerts.organisation import LANGUAGES
from alerts.respond.rules.case import Case, Hit, Hits, confirmed_facts
from alerts.respond.rules.conduct import CONDUCT
from alerts.respond.rules.contents import CONTENTS, accepts
from alerts.respond.rules.context import ReplyContext
from alerts.respond.rules.draft import Draft
from alerts.respond.rules.finding import Finding, Report, report
from alerts.respond.rules.lexicon import words_of
from alerts.respond.rules.tone import tone, tone_texts
from alerts.respond.rules.truth import TRUTH, privacy, untrusted
from alerts.respond.rules.wording import WORDING
from streams.errors import BadRecord

RULES: Final[tuple[Callable[[Case], Hits], ...]] = (*CONTENTS, *WORDING, *TRUTH, *CONDUCT, tone)
IN_ANY_LANGUAGE: Final[tuple[Callable[[Case], Hits], ...]] = (*CONDUCT, privacy, untrusted)
LONGEST: Final = 10_000
_SPOKEN: Final = ("R12", "R13", "R18", "R24")  # warnings that no prepared text should bring along
_NOTHING: Final = ReplyContext()


def check(text: str, language: str, context: ReplyContext = _NOTHING, *, say_in: str | None = None) -> Report:
    """What is wrong with a draft reply, and how to mend it.

    `context` says what the draft is checked against; what it leaves out is not held against the draft, but
    without facts nothing counts as confirmed. Reasons and remedies are in `say_in` (default: the draft's
    language). Raises BadRecord for a language that is none of ours, an empty or an endless draft.
    """
    if language not in LANGUAGES:
        raise BadRecord("unknown_language", f"{language[:20]!r} is none of {', '.join(LANGUAGES)}")
    if not text.strip() or len(text) > LONGEST:
        raise BadRecord("no_draft", f"a draft has 1 to {LONGEST} characters, this one {len(text)}")
    case = _case(text, language, context)
    rules = IN_ANY_LANGUAGE if case.is_foreign else RULES
    hits = (hit for rule in rules for hit in rule(case))
    return report(language, tuple(_findings(hits, case, say_in or language)))


def forbidden(text: str, language: str, situation: str | None = None) -> list[str]:
    """Why a piece of a reply (a playbook's string) may not be said; empty when it may.

    >>> forbidden("Pahoittelemme, jos tämä harmitti.", "fi")
    ["R12 (no non-apology): An apology with a condition, or for other people's feelings, is none."]
    """
    if not text.strip():
        return []
    context = ReplyContext.model_validate({"part": True, "situation": situation})
    found = check(text, language, context, say_in="en").findings
    return [
        f"{one.rule} ({one.name}): {one.why}"
        for one in found
        if one.severity == "block" or one.rule in _SPOKEN
    ]


def apologies(text: str, language: str) -> int:
    """How many apologies `text` makes; regret and concern are none."""
    return len(list(words_of(language).find("apology", Draft(text))))


@cache
def rule_texts() -> dict[str, dict[str, Any]]:
    """Name, severity, evidence and, in three languages, why and mend of every rule."""
    text = resources.files(__package__).joinpath("rules.yaml").read_text(encoding="utf-8")
    texts: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return texts


def _case(text: str, language: str, context: ReplyContext) -> Case:
    if context.responsibility is None and any(accepts(fact) for fact in context.facts or ()):
        context = context.model_copy(update={"responsibility": "accepted"})
    return Case(Draft(text), language, context, confirmed_facts(context, language, context.now))


def _findings(hits: Iterable[Hit], case: Case, say_in: str) -> list[Finding]:
    found: dict[tuple[str, int | None], Finding] = {}
    for hit in hits:
        one = _finding(hit, case, say_in)
        found.setdefault((one.rule, one.start), one)
    return list(found.values())


def _finding(hit: Hit, case: Case, say_in: str) -> Finding:
    told = rule_texts()[hit.rule]
    reason = tone_texts()[hit.tone][say_in] if hit.tone else told[say_in]
    place: dict[str, Any] = {}
    if hit.span is not None:
        tokens = case.draft.tokens
        start, end = tokens[hit.span.first].start, tokens[hit.span.last].end
        place = {"start": start, "end": end, "text": case.draft.text[start:end]}
    return Finding(
        rule=hit.rule,
        name=told["name"],
        severity=hit.severity or told["severity"],
        why=reason["why"],
        evidence=told["evidence"],
        mend=reason["mend"].replace("{word}", hit.instead),
        **place,
    )
