"""What a first public answer holds: the matter, concern, what is known and not, action, time, place."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from alerts.organisation import Fact
from alerts.respond.lexicon import situation_lexicons
from alerts.respond.rules.case import Case, Hit, Hits
from alerts.respond.rules.draft import UNFILLED, Span, read
from alerts.respond.rules.evidence import number_key, stem
from alerts.respond.rules.finding import Severity
from alerts.respond.situations import UNCLEAR

_DELICATE: Final = ("injury", "data_breach", "employee_misconduct", "staff_harassment")
_SHORT_SENTENCE: Final = 45  # graphemes of the shortest way to say a slot
_WHOLE: Final = 3  # sentences of the shortest answer that is read by its build
_SHORTEST: Final = 3  # words of a sentence that says something
_GREETING: Final = 6  # words of the longest thanks that names no matter
_TOLD: Final = (
    "empathy", "action", "unknown", "update", "relative", "cause", "vow", "ask_private", "R11", "R12",
    "grovel", "R15", "R16", "R17", "R18", "R20", "R24", "R26", "R27", "R29", "R33", "closing", "stop_using",
)  # fmt: skip
_FAULTS: Final = tuple(name for name in _TOLD if name.startswith("R"))
_CONTRACTED: Final = ("n't", "'ll", "'re", "'ve", "'d")
_SHORTENERS: Final = frozenset(
    ["bit.ly", "t.co", "tinyurl.com", "goo.gl", "ow.ly", "is.gd", "buff.ly", "lnkd.in", "t.ly", "rb.gy"]
)


def matter(case: Case) -> Hits:
    """R01: names the concrete matter, in the critics' words where they are known."""
    if not case.whole:
        return
    nothing_known = case.context.situation == UNCLEAR and not (case.context.top_words or case.context.thread)
    if nothing_known:
        return
    delicate = case.context.situation in _DELICATE
    if not (_concrete(case) or (delicate and case.find("happened"))):
        yield Hit("R01")
        return
    theirs = _their_stems(case)
    if not theirs or delicate or not case.room_for(2 * _SHORT_SENTENCE):
        return
    shared = {stem(token.text) for token in case.draft.tokens} & theirs
    if not shared and not _names_situation(case):
        yield Hit("R01")


def _concrete(case: Case) -> bool:
    """Whether any word goes beyond what every answer says."""
    said = [token for token in case.draft.tokens if token.kind == "word"]
    if any(token.text in case.words.concrete for token in said):
        return True
    words = (token for token in said if len(token.text) > 3 and not token.text.endswith(_CONTRACTED))
    return any(
        not token.text.startswith(case.words.generic)
        and token.text not in case.words.function_words
        and not token.text.startswith(tuple(case.words.weekdays))
        for token in words
    )


def _their_stems(case: Case) -> set[str]:
    """The stems of the thread's own words: top words, else what people wrote."""
    texts = case.context.top_words or case.context.thread
    tokens = [token for text in texts for token in read(text[:600]).tokens if token.kind == "word"]
    return {
        stem(token.text)
        for token in tokens
        if len(token.text) > 3 and not token.text.startswith(case.words.generic)
    }


def _names_situation(case: Case) -> bool:
    lexicon = situation_lexicons()[case.language]
    named = {group for group, _ in lexicon.find(token.text for token in case.draft.tokens)}
    return bool(named - {"praise"})


def empathy(case: Case) -> Hits:
    """R02: recognises what it is like for people."""
    if case.whole and "empathy" in _lacking(case) and case.room_for(_SHORT_SENTENCE):
        yield Hit("R02")


def unknown(case: Case) -> Hits:
    """R04: says what is not known, as long as no confirmed fact tells the cause."""
    if not case.whole or _cause_known(case) or not case.room_for(_SHORT_SENTENCE):
        return
    if not (case.find("unknown") or _says_no_more(case)):
        yield Hit("R04")


def _says_no_more(case: Case) -> bool:
    """Whether a sentence says no to what is asked: we will not guess, the picture is not whole."""
    if len(case.draft.sentences) < _WHOLE:
        return False
    told = {span for group in _FAULTS if case.words.has(group) for span in _sentences(case, group)}
    about = _sentences(case, "we") | _sentences(case, "asked")
    denied = about & _sentences(case, "denies") - _sentences(case, "empathy") - {case.draft.sentences[0]}
    return bool((denied | _sentences(case, "incomplete")) - told)


def _cause_known(case: Case) -> bool:
    if case.context.cause_known is not None:
        return case.context.cause_known
    if case.context.responsibility == "accepted" and case.facts:
        return True  # what we did is the cause
    return any(case.words.within("cause", read(fact).line) for fact in case.facts) or _tells_fact(case)


def _tells_fact(case: Case) -> bool:
    """Whether the draft says what a confirmed fact says."""
    clauses = {case.draft.clause(at) for at, token in enumerate(case.draft.tokens) if token.kind == "word"}
    return any(case.confirmed(clause) for clause in clauses)


def action(case: Case) -> Hits:
    """R05: says what is being done now."""
    if case.whole and "action" in _lacking(case):
        yield Hit("R05")


def _lacking(case: Case) -> list[str]:
    """Concern and action, where no words for them stand and no sentence is left over that may be it."""
    missing = [part for part in ("empathy", "action") if not case.find(part)]
    if "action" in missing and _joined_to_unknown(case):
        missing.remove("action")
    for sentence in _left_over(case):
        ours = {sentence} & (_sentences(case, "we") | _sentences(case, "now"))
        likely = "action" if ours and "action" in missing else "empathy"
        missing = missing[1:] if likely not in missing else [part for part in missing if part != likely]
    return missing


def _left_over(case: Case) -> list[Span]:
    """The sentences after the matter that say nothing known: no words of another part, fact or fault."""
    if len(case.draft.sentences) < _WHOLE:
        return []
    told = {span for group in _TOLD if case.words.has(group) for span in _sentences(case, group)}
    told |= _linked(case) | set(update_sentences(case))
    greeted = {one for one in _sentences(case, "thanks") if case.draft.count_words(one) <= _GREETING}
    said = [
        one for one in case.draft.sentences if case.draft.count_words(one) >= _SHORTEST and one not in greeted
    ]
    return [one for one in said[1:] if one not in told]


def _joined_to_unknown(case: Case) -> bool:
    """Whether a sentence says what is not known and goes on with more: and our crew is on its way."""
    known = {span.first for group in _TOLD if case.words.has(group) for span in case.find(group)}
    unknown = [span.first for span in case.find("unknown")]
    for joint in case.find("joined"):
        sentence = case.draft.sentence(joint.first)
        half = Span(joint.last + 1, sentence.last)
        begun = any(sentence.first <= at < joint.first for at in unknown)
        told = any(half.first <= at <= half.last for at in known)
        if begun and not told and half.first < half.last and case.draft.count_words(half) >= _SHORTEST:
            return True
    return False


def next_update(case: Case) -> Hits:
    """R06: a clock time or day of the next news, the one that was set, with an owner, inside the policy."""
    if not case.whole:
        return
    severity: Severity = "block" if case.context.is_serious else "warn"
    promised = update_sentences(case)
    if not promised and UNFILLED.search(case.draft.text):
        return  # the time is yet to be filled in, which R31 says
    if not promised:
        relative = case.find("relative")
        yield Hit("R06", relative[0] if relative else None, severity)
    elif case.context.owner == "" or not _time_fits(case, promised):
        yield Hit("R06", promised[0], severity)


def update_sentences(case: Case) -> list[Span]:
    """The sentences that promise news at a clock time or on a day, or give such a time and where to look."""
    timed = _sentences(case, "when")
    placed = (_sentences(case, "where") | _linked(case)) - _sentences(case, "past")
    found = (_sentences(case, "update") | placed) & timed
    return sorted(found or _closing_time(case, timed), key=lambda span: span.first)


def _closing_time(case: Case, timed: set[Span]) -> set[Span]:
    """A whole answer that ends with a time to come ends with the next news, in whatever words."""
    sentences = case.draft.sentences
    if not case.whole or len(sentences) < _WHOLE:
        return set()
    return {sentences[-1]} & timed - _sentences(case, "past") - _sentences(case, "vow")


def _sentences(case: Case, group: str) -> set[Span]:
    return {case.draft.sentence(span.first) for span in case.find(group)}


def _linked(case: Case) -> set[Span]:
    """The sentences with a link."""
    links = (at for at, token in enumerate(case.draft.tokens) if token.kind == "url")
    return {case.draft.sentence(at) for at in links}


def _time_fits(case: Case, promised: list[Span]) -> bool:
    context, due = case.context, case.context.next_update_at
    if due is None:
        return True
    if context.now is not None:
        longest = timedelta(minutes=context.next_update_minutes or 24 * 60)
        if not context.now <= due <= context.now + longest:
            return False
    local = due.astimezone(ZoneInfo(context.timezone))
    right = {f"{local.hour}.{local.minute:02}", *([str(local.hour)] if local.minute == 0 else [])}
    right |= {f"{local.hour % 12 or 12}.{local.minute:02}", str(local.hour % 12 or 12)}
    tokens = [token for span in promised for token in case.draft.tokens[span.first : span.last + 1]]
    said = {number_key(token.text) for token in tokens if token.kind == "number"}
    return not said or bool(said & right)


def where(case: Case) -> Hits:
    """R07: one place to follow, from the sites that are ours."""
    grave = case.context.situation in ("recall", "injury", "data_breach")
    severity: Severity = "block" if grave else "warn"
    allowed = _our_domains(case)
    links = [at for at, token in enumerate(case.draft.tokens) if token.kind == "url"]
    for at in links:
        domain = _domain(case.draft.tokens[at].text)
        if domain in _SHORTENERS or (allowed and not _is_ours(domain, allowed)):
            yield Hit("R07", Span(at, at), severity)
    if case.whole and not links and _is_missing(case):
        yield Hit("R07", None, severity)


def _is_missing(case: Case) -> bool:
    url = case.context.info_url
    if url == "" or (case.channel is not None and not case.channel.links):
        return False
    if url is None:
        news = (
            _sentences(case, "update")
            | _sentences(case, "when")
            | _sentences(case, "relative")
            | {*case.draft.sentences[-1:]}
        )
        return not _sentences(case, "where") & (news | _sentences(case, "follow"))
    taken = max(len(url), (case.channel.url_counts_as or 0) if case.channel else 0)
    return case.room_for(taken + 10)


def _our_domains(case: Case) -> set[str]:
    context = case.context
    texts = [context.info_url or "", context.private_channel or "", context.signature or "", *case.facts]
    found = {_domain(token.text) for text in texts for token in read(text).tokens if token.kind == "url"}
    return found | {_domain(name) for name in context.allowed_domains}


def _domain(address: str) -> str:
    netloc = urlsplit(address if "://" in address else f"//{address}").netloc
    return netloc.rsplit("@", 1)[-1].split(":")[0].removeprefix("www.").casefold()


def _is_ours(domain: str, allowed: set[str]) -> bool:
    return any(domain == one or domain.endswith(f".{one}") for one in allowed)


def recall_instruction(case: Case) -> Hits:
    """R33: a recall tells people to stop using the product."""
    if case.whole and case.context.situation == "recall" and not case.find("stop_using"):
        yield Hit("R33")


def accepts(fact: str | Fact) -> bool:
    """Whether a fact accepts responsibility."""
    return isinstance(fact, Fact) and fact.accepts_responsibility


CONTENTS: Final = (matter, empathy, unknown, action, next_update, where, recall_instruction)
