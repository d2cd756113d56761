"""How something is said: denial, non-apologies, grovelling, blame, absolutes, money, marketing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from alerts.respond.rules.case import Case, Hit, Hits
from alerts.respond.rules.draft import Span

_HARSH: Final = {"R15", "R16", "R17"}  # what a confirmed fact may say all the same
_APOLOGY_LENGTH: Final = 40  # graphemes of the shortest apology
_EMOJI: Final = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2764]")
_STOPS: Final = re.compile(r"!\s?!|\?\s?!|!\s?\?")
_HASHTAG: Final = re.compile(r"(?<!\w)#\w+")


def _always(_case: Case) -> bool:
    return True


def _first_answer(case: Case) -> bool:
    """Money is named too early in the first public answer; the remedies of a recall are the law's."""
    return case.context.is_first and case.context.kind == "reply" and case.context.situation != "recall"


def _no_moderation(case: Case) -> bool:
    return not case.context.moderation_rule


def _recalls(case: Case) -> bool:
    return case.context.situation == "recall"


PHRASES: Final[dict[str, Callable[[Case], bool]]] = {
    "R11": _always, "R12": _always, "R15": _always, "R16": _always, "R17": _first_answer, "R18": _always,
    "R20": _no_moderation, "R24": _always, "R26": _always, "R27": _always, "R29": _always, "R33": _recalls,
}  # fmt: skip
"""The rules that are told by phrases alone, and when they hold."""


def phrases(case: Case) -> Hits:
    """Every phrase that a rule forbids; each rule once a sentence."""
    for rule, holds in PHRASES.items():
        if not holds(case):
            continue
        seen: set[int] = set()
        for span in case.find(rule):
            sentence = case.draft.sentence(span.first).first
            if sentence in seen or (rule in _HARSH and case.confirmed(span)):
                continue
            if (rule == "R20" and _names_rule(case, span)) or (rule == "R11" and _is_of_removed(case, span)):
                continue
            seen.add(sentence)
            yield Hit(rule, span)


def _names_rule(case: Case, span: Span) -> bool:
    """Whether the sentence names the published rule: a word for rules with its number or where it stands."""
    sentence = case.draft.sentence(span.first)
    held = case.draft.tokens[sentence.first : sentence.last + 1]
    told = any(sentence.first <= one.first <= sentence.last for one in case.find("published_rule"))
    return told and any(token.kind in ("number", "url") for token in held)


def _is_of_removed(case: Case, span: Span) -> bool:
    """Whether the sentence is about posts that were removed (for giving a wrong picture), which R20 tells."""
    sentence = case.draft.sentence(span.first)
    return any(sentence.first <= one.first <= sentence.last for one in case.find("R20"))


def grovelling(case: Case) -> Hits:
    """R13: more than one apology, stacked words, capitals, exclamation marks in rows."""
    apologies = case.find("apology")
    if len(apologies) > 1:
        yield Hit("R13", apologies[1], "block" if len(apologies) > 2 else "warn")
    for span in case.find("grovel"):
        yield Hit("R13", span)
    shouted = _shouted(case)
    if shouted:
        yield Hit("R13", shouted)
    elif _STOPS.search(case.draft.text):
        yield Hit("R13")


def _shouted(case: Case) -> Span | None:
    """Two words in a row in capitals; a lone one is a name."""
    tokens = case.draft.tokens
    loud = [token.kind == "word" and len(token.written) > 3 and token.written.isupper() for token in tokens]
    for at in range(len(tokens) - 1):
        if loud[at] and loud[at + 1]:
            return Span(at, at + 1)
    return None


def apology_match(case: Case) -> Hits:
    """R14: one apology where responsibility is accepted, none where it is not."""
    apologies = case.find("apology")
    responsibility = case.context.responsibility
    if responsibility == "accepted" and case.whole and case.room_for(_APOLOGY_LENGTH):
        if not apologies and not case.find("grovel"):
            yield Hit("R14")
    elif responsibility in ("unclear", "none"):
        hollow = {case.draft.sentence(span.first) for span in case.find("R12")}  # told by R12
        owned = [span for span in apologies if case.draft.sentence(span.first) not in hollow]
        yield from (Hit("R14", span, "warn") for span in owned[:1])


def advertising(case: Case) -> Hits:
    """R18: hashtags anywhere, emoji where it is serious."""
    smiles = case.context.is_serious and _EMOJI.search(case.draft.text)
    if smiles or _HASHTAG.search(case.draft.text):
        yield Hit("R18")


def polarity(case: Case) -> Hits:
    """R22: praise is thanked, not apologised to and not investigated."""
    if case.context.polarity == "positive" or case.context.situation == "praise":
        for span in case.find("regret")[:1]:
            yield Hit("R22", span)


def voice(case: Case) -> Hits:
    """R24: a person speaks; the signature stands where there is one and room for it."""
    if case.whole and not case.draft.signature and not case.find("we"):
        yield Hit("R24")
    signature = case.context.signature
    if signature and case.whole and case.room_for(len(signature) + 3) and signature not in case.draft.text:
        linkless = case.channel is not None and not case.channel.links and "://" in signature
        if not linkless:
            yield Hit("R24")


WORDING: Final = (phrases, grovelling, apology_match, advertising, polarity, voice)
