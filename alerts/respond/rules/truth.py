"""Rules about truth: facts only, promises with an owner, privacy, and nothing copied in from strangers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from alerts.respond.rules.case import Case, Hit, Hits
from alerts.respond.rules.contents import update_sentences
from alerts.respond.rules.draft import UNFILLED, Draft, Span, Token, read
from alerts.respond.rules.evidence import number_key, stem
from alerts.respond.rules.figures import is_label, is_sourced_date, is_their_account

_ALWAYS_TRUE: Final = frozenset({"112", "911", "999", "100"})
_ID: Final = re.compile(r"(?<!\d)(?:\d{6}[-+A-FU-Y]\d{3}[0-9A-Z]|(?:19|20)?\d{6}[-+]\d{4})(?!\d)")
_MAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]*\w")
_ROLE_MAIL: Final = re.compile(
    r"^(?:info|asiakaspalvelu|support|help|kundtjanst|kundservice|press|media|viestinta|tietosuoja|privacy|dpo"
    r"|dataskydd|service|contact|palaute|feedback|toimisto|kontakt|security|hello|office)\b", re.IGNORECASE
)  # fmt: skip
_PHONE: Final = re.compile(
    r"(?<![\w/.])"
    r"(?:(?:\+\d{1,3}[ -]?)?(?:\(0\)[ -]?)?\d{2,5}(?:[ -]\d{2,7}){1,4}|\+\d{8,13}|0\d{7,11})(?![\w%])"
)
_SERVICE_PHONE: Final = re.compile(r"^(?:0?800|0?20|0?10|0?600|0?771|0?116|0?8\d\d|\+?358 ?(?:10|20|800))")
_CASE_NUMBER: Final = re.compile(
    r"(?:hakemuk\w*|vahingo\w*|tapauk\w*|asia|asian|ärende\w*|claim|case|application|tilauk\w*|tilausnumero\w*|varauk\w*|asiakasnumero\w*|laskun\w*|lähetyk\w*|beställning\w*|ordern?\w*"
    r"|bokning\w*|kundnummer\w*|order|booking|customer number|account number|ticket|reference|invoice)"
    r"[ :#]*(?:numero\w*|nummer|number|no\.?|nro)?[ :#]*(?:on |är |is )?"
    r"((?:[A-Z]{1,4}-?)?\d[\d-]{4,})", re.IGNORECASE
)  # fmt: skip
_ADDRESS: Final = re.compile(
    r"\b[A-ZÅÄÖ][a-zåäö]+(?:katu|tie|kuja|polku|väylä|kaari|rinne|gatan|vägen|gränd|stigen|torget)"
    r" \d{1,4}(?: ?[A-Z]\b)?"
    r"|\b\d{1,4} [A-Z][a-z]+ (?:Street|Road|Lane|Avenue|Drive|Close|Court|Way|Crescent)\b"
)
_NAMED: Final = re.compile(
    r"(?=\b([A-ZÅÄÖ][a-zåäöéü]+)[ \u00a0]([A-ZÅÄÖ][a-zåäöéü]+(?:-[A-ZÅÄÖ][a-zåäöéü]+)?)\b)\b"
)
_NAMED_AS: Final = re.compile(
    r"(?:colleague|driver|employee|person|member|manager|guard|nurse|teacher|worker|assistant|agent)"
    r" (?:was|is|in question is|concerned is|involved was|called|named) $"
)
_FAMILY: Final = re.compile(
    r"[a-zåäöéü]{2,}(?:nen|sen|sson|ström|berg|lund|qvist|gren|dahl|stedt|holm)(?:s|in)?"
)
_BIDI: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_COPIED: Final = 7
_SHORT_CLAUSE: Final = 8
_LONGEST_QUOTE: Final = 160
_QUOTE: Final = re.compile(r"[”“\"»«]([^”“\"»«]*)[”“\"»«]")


def facts_only(case: Case) -> Hits:
    """R03: numbers, names and causes are confirmed or quoted."""
    seen: set[Span] = set()
    for span in (*_numbers(case), *_causes(case), *_names(case)):
        sentence = case.draft.sentence(span.first)
        if sentence not in seen:
            seen.add(sentence)
            yield Hit("R03", span)


def _numbers(case: Case) -> Iterator[Span]:
    private = [*_private(case.draft)]
    promised = {at for span in (*_promise_clauses(case), *_update_clauses(case)) for at in _range(span)}
    for at, token in enumerate(case.draft.tokens):
        if token.kind != "number" or at in promised or _excused(case, token, private):
            continue
        if not (is_label(case, at) or is_sourced_date(case, at) or is_their_account(case, Span(at, at))):
            yield Span(at, at)
    for span in case.find("big_number"):
        if is_their_account(case, span):
            continue
        if not case.confirmed(span) and case.draft.tokens[span.first].text not in _thread_words(case):
            yield span


def _excused(case: Case, token: Token, private: list[tuple[int, int]]) -> bool:
    key = number_key(token.text)
    if key in _ALWAYS_TRUE or key in case.known.numbers:
        return True
    return any(start <= token.start < end for start, end in private)


def _update_clauses(case: Case) -> list[Span]:
    """Where the time of the next news stands: the clauses with both, else the whole sentence."""
    sentences = update_sentences(case)
    clauses = {case.draft.clause(span.first) for span in case.find("update")}
    return [
        clause
        for sentence in sentences
        for clause in ({one for one in clauses if sentence.first <= one.first <= sentence.last} or {sentence})
    ] + [
        case.draft.clause(span.first) for span in case.find("when") if _follows_update(case, span, sentences)
    ]


def _follows_update(case: Case, span: Span, sentences: list[Span]) -> bool:
    """A time in a clause of its own ("we are back, at 14:00") beside the promise of news."""
    clause = case.draft.clause(span.first)
    alone = case.draft.count_words(clause) <= _SHORT_CLAUSE
    past = any(clause.first <= one.first <= clause.last for one in case.find("past"))
    return alone and not past and any(one.first <= span.first <= one.last for one in sentences)


def _thread_words(case: Case) -> set[str]:
    return {token.text for text in case.context.thread for token in read(text[:600]).tokens}


def _causes(case: Case) -> Iterator[Span]:
    return (span for span in case.find("cause") if not (case.confirmed(span) or _is_open(case, span)))


def _is_open(case: Case, span: Span) -> bool:
    """Whether a cause is named as what is not known: where it began, we do not know."""
    clause, sentence = case.draft.clause(span.first), case.draft.sentence(span.first)
    unknown = [one.first for one in case.find("unknown")]
    if any(clause.first <= at <= clause.last for at in unknown):
        return True
    asked = any(one.first == sentence.first for one in case.find("asked"))
    return asked and any(sentence.first <= at <= sentence.last for at in unknown)


def _names(case: Case) -> Iterator[Span]:
    """Capitalised words inside a sentence that nothing confirms; only where it is known what may be named."""
    if not (case.context.thread or (case.known.is_list and case.context.names)):
        return
    private = [*_private(case.draft), *_people(case)]
    for at, token in enumerate(case.draft.tokens[1:], start=1):
        before = case.draft.tokens[at - 1]
        if not _is_name(token) or before.kind in ("end", "clause") or before.text in (".", ","):
            continue
        if at in case.draft.quoted or case.known.names(token.text):
            continue
        if not any(start <= token.start < end for start, end in private):
            yield Span(at, at)


def _is_name(token: Token) -> bool:
    word = token.written
    contracted = word.startswith(("I'", "I’"))
    return token.kind == "word" and len(word) > 2 and word[0].isupper() and not (word.isupper() or contracted)


def promises(case: Case) -> Hits:
    """R32: what we commit to has an owner."""
    for span in _promise_clauses(case):
        if not _is_owned(case, span) and not case.confirmed(span):
            yield Hit("R32", span)


def _promise_clauses(case: Case) -> list[Span]:
    """Clauses that vow something, or commit to something at a time to come, other than the next news."""
    clause = case.draft.clause
    vowed = {clause(span.first) for span in case.find("vow")}
    timed = {clause(span.first) for span in case.find("future")} & {
        clause(span.first) for span in case.find("commits")
    }
    standing = timed & {clause(span.first) for span in case.find("standing")}
    other = {clause(span.first) for group in ("update", "past", "inquiry") for span in case.find(group)}
    if case.whole:
        news = update_sentences(case)
        other |= {one for one in timed if any(each.first <= one.first <= each.last for each in news)}
    asks = {clause(span.first) for span in case.find("ask_private")}
    return sorted(vowed | (timed - other - asks) | standing, key=lambda span: span.first)


def _is_owned(case: Case, span: Span) -> bool:
    said = {
        stem(token.text) for token in case.draft.tokens[span.first : span.last + 1] if len(token.text) > 3
    }
    for promise in case.context.promises:
        held = {stem(token.text) for token in read(promise.what).tokens if len(token.text) > 3}
        if promise.owner.strip() and held and len(said & held) / len(held) >= 0.5:
            return True
    return False


def privacy(case: Case) -> Hits:
    """R19: no phone, address, personal id, case number or name of a person that is not public."""
    shown = " ".join((*case.facts, case.context.private_channel or "", case.context.signature or ""))
    for start, end in (*_private(case.draft), *_people(case)):
        if case.draft.text[start:end] not in shown:
            yield Hit("R19", _span(case.draft, start, end))


def _private(draft: Draft) -> Iterator[tuple[int, int]]:
    text = draft.text[: draft.body_end]
    yield from (match.span() for match in _ID.finditer(text))
    yield from (match.span() for match in _MAIL.finditer(text) if not _ROLE_MAIL.match(match[0]))
    yield from (match.span() for match in _PHONE.finditer(text) if _is_phone(match[0]))
    yield from (match.span() for match in _ADDRESS.finditer(text))
    yield from (match.span(1) for match in _CASE_NUMBER.finditer(text))


def _is_phone(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return 7 <= len(digits) <= 15 and text[0] in "+0" and not _SERVICE_PHONE.match(text)


def _people(case: Case) -> Iterator[tuple[int, int]]:
    """First name and family name; any two names right after what somebody is to us (our driver Aro Ilo)."""
    public = " ".join((*case.context.people, *case.context.names, case.context.signature or "")).casefold()
    after_roles = {case.draft.tokens[span.last].end + 1 for span in case.find("people_roles")}
    for match in _NAMED.finditer(case.draft.text, 0, case.draft.body_end):
        first, last = match[1].casefold(), match[2].casefold()
        said = match.start(1) in after_roles or _NAMED_AS.search(case.draft.text, 0, match.start(1))
        known = said or _is_first_name(case, first) or _FAMILY.fullmatch(last)
        if known and stem(last) not in public:
            yield match.start(1), match.end(2)


def _is_first_name(case: Case, name: str) -> bool:
    names = case.words.first_names
    return name in names or name.rstrip("ns") in names or name.removesuffix("in") in names


def untrusted(case: Case) -> Hits:
    """R31: no markup, no unfilled template, no hidden direction marks, no strangers' text as our own."""
    text = case.draft.text
    for match in UNFILLED.finditer(text):
        yield Hit("R31", _span(case.draft, *match.span()))
    if _BIDI.search(text):
        yield Hit("R31")
    copied = _copied(case)
    if copied:
        yield Hit("R31", copied)
    for match in _QUOTE.finditer(text):
        if len(match[1]) > _LONGEST_QUOTE:
            yield Hit("R31", _span(case.draft, *match.span(1)), "warn")


def _copied(case: Case) -> Span | None:
    """Seven words in a row that somebody in the thread wrote, outside quotation marks."""
    words = [
        (at, token.text) for at, token in enumerate(case.draft.tokens) if token.kind in ("word", "number")
    ]
    theirs = [" " + " ".join(_plain_words(text)) + " " for text in case.context.thread]
    for start in range(len(words) - _COPIED + 1):
        run = words[start : start + _COPIED]
        line = " " + " ".join(word for _, word in run) + " "
        if any(line in text for text in theirs) and not case.draft.quoted & {at for at, _ in run}:
            return Span(run[0][0], run[-1][0])
    return None


def _plain_words(text: str) -> list[str]:
    return [token.text for token in read(text[:5000]).tokens if token.kind in ("word", "number")]


def _range(span: Span) -> range:
    return range(span.first, span.last + 1)


def _span(draft: Draft, start: int, end: int) -> Span | None:
    """The tokens between two places of the text; None where there are none."""
    held = [at for at, token in enumerate(draft.tokens) if token.start < end and token.end > start]
    return Span(held[0], held[-1]) if held else None


TRUTH: Final = (facts_only, promises, privacy, untrusted)
