"""Order, venue, history and form: public first, one reply, not copied, in the channel's own form."""

from __future__ import annotations

from typing import Final

from alerts.respond.channels import URL
from alerts.respond.rules.case import Case, Hit, Hits
from alerts.respond.rules.draft import Span, read
from alerts.respond.rules.evidence import number_key

_SAME, _ALIKE = 0.95, 0.8
_LONGEST: Final = {"fi": 14.0, "sv": 14.0, "en": 18.0}
_LONG_SENTENCE: Final = 1.8  # times the average: one sentence that nobody reads
_FEW: Final = 2  # sentences that make no average
_GRAM: Final = 5
_WHOLE: Final = 3  # after so many sentences the public answer stands


def public_first(case: Case) -> Hits:
    """R08: the substance in public first; private afterwards, for a reason."""
    context = case.context
    if context.history.private_asks and not context.history.public_replies and case.whole:
        yield Hit("R08")
    asks = case.find("ask_private")
    if not asks or not case.whole or context.history.public_replies:
        return
    done = case.find("action")
    answered = len(case.draft.sentences) >= _WHOLE and asks[0].first >= case.draft.sentences[_WHOLE - 1].first
    if not answered and (not done or done[0].first > asks[0].last):
        yield Hit("R08", asks[0])
    elif not _has_reason(case, asks[0]):
        yield Hit("R08", asks[0], "warn")


def _has_reason(case: Case, ask: Span) -> bool:
    """A reason in the sentence that asks or beside it."""
    sentences = case.draft.sentences
    here = next((at for at, one in enumerate(sentences) if one.first <= ask.first <= one.last), 0)
    near = sentences[max(0, here - 1) : here + 2]
    return any(one.first <= span.first <= one.last for span in case.find("reason") for one in near)


def loop_close(case: Case) -> Hits:
    """R09: what was solved in private is closed in public, in one line."""
    if case.context.history.private_solved and not case.find("closing"):
        yield Hit("R09")


def one_reply(case: Case) -> Hits:
    """R10: one reply of substance a branch; afterwards our pinned post, then the closing line."""
    context = case.context
    if context.kind == "reply" and not context.is_first and not context.part:
        yield Hit("R10")


def not_copied(case: Case) -> Hits:
    """R21: not the reply that others got before."""
    history = case.context.history
    ours = _grams(case.draft.text)
    alike = max(
        (_jaccard(ours, _grams(text)) for text in (*history.recent, *history.public_replies)), default=0
    )
    if alike >= _ALIKE:
        yield Hit("R21", None, "block" if alike >= _SAME else "warn")


def _grams(text: str) -> frozenset[str]:
    plain = " ".join(text.casefold().split())
    return frozenset(plain[at : at + _GRAM] for at in range(max(1, len(plain) - _GRAM + 1)))


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def venue(case: Case) -> Hits:
    """R23: not into other people's threads unasked."""
    if case.context.venue_owned is False and case.context.asked_directly is False:
        yield Hit("R23")


def a_person_sends(case: Case) -> Hits:
    """R28: nothing goes out by itself; at severity 5 another than the author approves."""
    context = case.context
    alone = context.severity == 5 and context.author and context.author == context.approver
    if context.automatic or alone:
        yield Hit("R28")


def freeze(case: Case) -> Hits:
    """R30: scheduled posts rest in a crisis."""
    if case.context.is_serious and case.context.scheduled_posts_paused is False:
        yield Hit("R30")


def channel_form(case: Case) -> Hits:
    """R25: fits the channel, and links only where they can be followed."""
    if case.channel is None:
        return
    if not case.channel.fits(case.draft.text):
        yield Hit("R25", None, "block")
    if not case.channel.links and URL.search(case.draft.text):
        yield Hit("R25", None, "warn")


def same_language(case: Case) -> Hits:
    """R25: the language of the thread, and the same facts in every version."""
    thread = case.context.thread_language
    if case.is_foreign or (thread and thread != case.language):
        yield Hit("R25", None, "block")
    ours = _slots(case.draft.text)
    if any(_slots(text) != ours for name, text in case.context.versions.items() if name != case.language):
        yield Hit("R25", None, "block")


def _slots(text: str) -> frozenset[str]:
    """The numbers and links of a version: what must be the same in all."""
    tokens = read(text).tokens
    numbers = {number_key(token.text).removesuffix(".00") for token in tokens if token.kind == "number"}
    return frozenset(numbers | {token.text for token in tokens if token.kind == "url"})


def readable(case: Case) -> Hits:
    """R26: short sentences."""
    lengths = [(case.draft.count_words(span), span) for span in case.draft.sentences]
    lengths = [(words, span) for words, span in lengths if words]
    if not lengths:
        return
    limit = _LONGEST[case.language]
    longest, span = max(lengths, key=lambda one: one[0])
    average = sum(words for words, _ in lengths) / len(lengths)
    if longest > _LONG_SENTENCE * limit or (len(lengths) > _FEW and average > limit):
        yield Hit("R26", span)


CONDUCT: Final = (
    public_first, loop_close, one_reply, not_copied, venue, a_person_sends, freeze, channel_form,
    same_language, readable,
)  # fmt: skip
