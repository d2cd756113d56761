"""Whether a model's text may be shown as a draft: the rules that hold for people, without one finding."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from alerts.incidents import Suggestion
from alerts.respond.channels import URL, channel_named
from alerts.respond.rules.checker import LONGEST, check
from alerts.respond.rules.context import ReplyContext
from alerts.web.hostile import clean

_FENCE: Final = re.compile(r"^```[^\n]*\n(.*?)\n?```$", re.DOTALL)
_NUMBER: Final = re.compile(r"\d+")
_MARKUP: Final = re.compile(r"[<>{}`\[\]|\\]|\*\*|^#", re.MULTILINE)


def bare(answer: str) -> str:
    """The text of an answer without fences, quotes around the whole and what cannot be seen."""
    text = answer.strip()
    fenced = _FENCE.match(text)
    text = (fenced[1] if fenced else text).strip()
    if len(text) > 1 and text[0] in "\"“”'" and text[-1] in "\"“”'":
        text = text[1:-1].strip()
    return clean(text, LONGEST)


def objections(text: str, draft: Suggestion, context: ReplyContext) -> tuple[str, ...]:
    """Why the text is dropped, as rule numbers or words; empty where it may be shown.

    `draft` is the suggestion that it rewords: its addresses and numbers are the only ones.
    """
    if fault := next((name for name, is_so in _FAULTS.items() if is_so(text, draft)), None):
        return (fault,)
    found = check(text, draft.language, context).findings
    return tuple(sorted({one.rule for one in found}))


def _foreign(pattern: re.Pattern[str], text: str, draft: Suggestion) -> bool:
    return not set(pattern.findall(text)) <= set(pattern.findall(draft.text))


_FAULTS: Final[dict[str, Callable[[str, Suggestion], bool]]] = {
    "empty": lambda text, _: not text,
    "too_long": lambda text, draft: not channel_named(draft.channel).fits(text),
    "markup": lambda text, _: bool(_MARKUP.search(text)),
    "foreign_link": lambda text, draft: _foreign(URL, text, draft),
    "foreign_number": lambda text, draft: _foreign(_NUMBER, text, draft),
    "same": lambda text, draft: text == draft.text,
}
"""What is seen before the rules are asked, in this order."""
