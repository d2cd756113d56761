"""Why a suggestion is as it is and what to do beside it, in the organisation's own language."""

from __future__ import annotations

from alerts.neutral import plain
from alerts.page.words import say
from alerts.respond.case import Case
from alerts.respond.compose import Draft
from alerts.respond.people import TWO_PEOPLE
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
    if case.incident.severity >= TWO_PEOPLE:
        who = case.organisation.approver or say("suggest.approver_unknown", language)
        steps.append(say("suggest.approve", language, who=who))
    if case.incident.answered_at is not None:
        steps.append(say("suggest.already_answered", language))
    if case.venue.answer_on or case.unasked:
        steps.append(say("suggest.not_asked" if case.unasked else "suggest.post_on_own", language))
    if case.incident.evidence.possible_coordination:
        steps.append(say("suggest.some_coordinated", language))
    if any(fact.text(case.language, language) is None for fact in case.facts()):
        steps.append(say("suggest.translate_fact", language, missing=case.language))
    steps += _about_question(case, draft)
    if draft.left_out:
        slots = ", ".join(say(f"slot.{slot}", language) for slot in draft.left_out)
        steps.append(say("suggest.shortened", language, slots=slots))
    steps += [plain(step, 300) for step in case.playbook(language).next_steps]
    if not (case.organisation.looking_into or case.incident.acknowledged_at or case.situation == "praise"):
        steps.append(say("suggest.nobody_looks", language, acknowledgement=_acknowledgement(case)))
    return tuple(steps)


def _about_question(case: Case, draft: Draft) -> list[str]:
    """What people ask, as the FAQ words it, and whether its answer should be looked at again."""
    if case.asked is None or "faq" in draft.left_out:
        return []
    language, entry = case.organisation.language, case.asked.entry
    steps = [say("suggest.asked", language, question=entry.questions[0])]
    if entry.is_stale(case.now.astimezone(case.organisation.zone).date(), case.organisation.faq_fresh_days):
        day = f"{entry.reviewed_at.day}.{entry.reviewed_at.month}.{entry.reviewed_at.year}"
        steps.append(say("suggest.stale_answer", language, question=entry.questions[0], day=day))
    return steps


def _acknowledgement(case: Case) -> str:
    """The one sentence that may be said when nobody looks into it yet, in our quotation marks."""
    return quoted([case.playbook(case.language).slots["acknowledge_plain"].text], case.organisation.language)


def alternatives(case: Case) -> tuple[str, ...]:
    """The other situations worth one click, likeliest first."""
    ranked = (case.recognition.situation, *case.recognition.alternatives, UNCLEAR)
    return tuple(dict.fromkeys(name for name in ranked if name != case.situation))
