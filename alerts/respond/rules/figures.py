"""What a number in a draft is: a claim about what happened, a label, a sourced date, a reader's own word."""

from __future__ import annotations

from typing import Final

from alerts.respond.rules.case import Case
from alerts.respond.rules.draft import Span

_YEARS: Final = range(1990, 2100)


def is_label(case: Case, at: int) -> bool:
    """Whether a number names something (line 4, rule 5, 50B, the 14 bus) and counts nothing."""
    tokens = case.draft.tokens
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if after is not None and after.kind == "word" and after.start == tokens[at].end and len(after.text) == 1:
        return True
    beside = {span.first for span in case.find("label_after")}
    return at + 1 in beside or _named_before(case, at)


def _named_before(case: Case, at: int) -> bool:
    """A noun of labels before it, or before the numbers that it stands in a row with (kiosks 3 and 4)."""
    tokens = case.draft.tokens
    joined = [span.first for span in case.find("joins")]
    while at > 0 and (tokens[at - 1].kind == "number" or at - 1 in joined):
        at -= 1
    return at - 1 in {span.last for span in case.find("label")}


def is_sourced_date(case: Case, at: int) -> bool:
    """Whether it is a calendar date or year in a sentence that links to its source."""
    sentence = case.draft.sentence(at)
    tokens = case.draft.tokens[sentence.first : sentence.last + 1]
    if not any(token.kind == "url" for token in tokens):
        return False
    number = case.draft.tokens[at].text.rstrip(".")
    day, _, month = number.partition(".")
    if day.isdigit() and month.isdigit():
        return int(day) <= 31 and int(month) <= 12
    is_year = number.isdigit() and int(number) in _YEARS
    return is_year or any(span.first == at + 1 for span in case.find("month"))


def is_their_account(case: Case, span: Span) -> bool:
    """Whether the sentence says what the reader went through, and nobody gave us the reader's own words.

    Without the thread the numbers of such a sentence (you waited 50 minutes) cannot be judged; with it they
    must stand there.
    """
    if case.context.thread:
        return False
    sentence = case.draft.sentence(span.first)
    return any(sentence.first <= one.first <= sentence.last for one in case.find("reader"))
