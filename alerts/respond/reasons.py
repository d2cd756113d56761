"""Why a suggestion is as it is and what to do beside it, in the organisation's own language."""

from __future__ import annotations

from alerts.neutral import plain
from alerts.page.words import say
from alerts.respond.case import Case
from alerts.respond.compose import Draft
from alerts.respond.quoting import quoted, shown
from alerts.respond.situations import UNCLEAR


def reason_code(case: Case) -> str:
    """The code of `why`: chosen, unclear, praise or recognised."""
    if case.by_hand:
        return "chosen"
    return case.situation if case.situation in (UNCLEAR, "praise") else "recognised"


def why_so(case: Case) -> str:
    """One sentence: which words told the situation, or who chose it."""
    language = case.organisation.language
    label = say(f"situation.{case.situation}", language)
    words = quoted(shown(case.recognition.words)[:3], language)
    code = reason_code(case)
    if code == "chosen":
        return say("suggest.chosen", language, situation=label)
    if code == UNCLEAR or not words:
        return say("suggest.unclear", language)
    if code == "praise":
        return say("suggest.praised", language, words=words)
    return say("suggest.recognised", language, words=words, situation=label)


def next_steps(case: Case, draft: Draft) -> tuple[str, ...]:
    """What this case asks for, then what the playbook says to do."""
    language = case.organisation.language
    steps = []
    if case.venue.answer_on:
        steps.append(say("suggest.post_on_own", language))
    if case.incident.evidence.possible_coordination:
        steps.append(say("suggest.some_coordinated", language))
    if any(fact.text(case.language, language) is None for fact in case.facts()):
        steps.append(say("suggest.translate_fact", language, missing=case.language))
    if draft.left_out:
        slots = ", ".join(say(f"slot.{slot}", language) for slot in draft.left_out)
        steps.append(say("suggest.shortened", language, slots=slots))
    return (*steps, *(plain(step, 300) for step in case.playbook(language).next_steps))


def alternatives(case: Case) -> tuple[str, ...]:
    """The other situations worth one click, likeliest first."""
    ranked = (case.recognition.situation, *case.recognition.alternatives, UNCLEAR)
    return tuple(dict.fromkeys(name for name in ranked if name != case.situation))
