"""A draft as the rules read it: words with their places, sentences, clauses, quotations, signature."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

CLAUSE, END = ",", "."
_ABBREVIATED: Final = frozenset(
    [
        "kl",
        "klo",
        "esim",
        "mm",
        "ym",
        "yms",
        "ks",
        "nro",
        "puh",
        "os",
        "jne",
        "osv",
        "tel",
        "nr",
        "mr",
        "mrs",
        "ms",
        "dr",
        "etc",
        "t",
    ]
)
_TOKEN: Final = re.compile(
    r"(?P<url>(?:https?://|www\.)[^\s<>\"”]+[^\s<>\"”.,;:!?)])"
    r"|(?P<mail>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?P<number>\d{1,3}(?:[ \u00a0.,]\d{3})+(?!\d)(?: ?%)?|\d+(?:[.:,/–-]\d+)*(?:[ \u00a0]?%)?)"
    r"|(?P<abbreviation>(?:t\.ex|bl\.a|m\.m|s\.k|e\.g|i\.e|[ap]\.m)\.)"
    r"|(?P<word>[#@]?[^\W\d_](?:[\w\u00ad\u200b-\u200d]|[-'’:](?=[^\W_]))*)"
    r"|(?P<end>[.!?…]+|\n+)|(?P<clause>[,;:()–—])"
)
_QUOTED: Final = re.compile(r"[”“\"»«]([^”“\"»«\n]{1,160})[”“\"»«]")
_SIGNED: Final = re.compile(
    r"(?:(?:^|(?<=[\s.!?]))[–—-]{1,2}\s*(?=[A-ZÅÄÖ][^\n.!?]{1,80}$)"
    r"|(?:(?<=[.!?]\s)|(?<=\n)|^)(?=(?:Terveisin|Terv\.|T\.|Ystävällisin terveisin|Hälsningar|Mvh|Vänligen"
    r"|Best|Best wishes|Cheers|Yt\.|Vänliga hälsningar|Best regards|Kind regards|Regards|Yours)"
    r"[ ,]+[A-ZÅÄÖ][^\n!?]{1,80}$)"
    r"|(?<=[.!?]\s)(?=[A-ZÅÄÖ][\w-]+(?: [\w-]+){0,2}(?:, [\w -]{3,40}| [a-zåäö][\w-]+)?$))"
)
UNFILLED: Final = re.compile(
    r"\{\{|\}\}|\$\{|<\s*/?\s*[a-z][^>]{0,80}>|\[[^\W\d_][^\]]{0,40}\]"
    r"|\{[a-z_]{2,30}\}", re.IGNORECASE
)  # fmt: skip
"""Markup, and places of a template that nobody filled."""
_HIDDEN: Final = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_LONGEST_QUOTE: Final = 12


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number, link or mark, and where it stands."""

    text: str
    start: int
    end: int
    kind: str
    written: str


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens first to last, `last` included."""

    first: int
    last: int


class Draft:
    """One draft. `line` is what patterns run on: casefolded tokens, and marks as the tokens , and ."""

    def __init__(self, text: str) -> None:
        self.text = unicodedata.normalize("NFC", text).rstrip()
        signed = _SIGNED.search(self.text)
        self.signature = self.text[signed.end() :].strip() if signed else ""
        self.body_end = signed.start() if signed else len(self.text)
        self.tokens = _tokens(self.text[: self.body_end])
        quoted = self._quoted_tokens()
        shown = ["”" if at in quoted else token.text for at, token in enumerate(self.tokens)]
        self.line = ". " + "".join(f"{word} " for word in shown) + ". "
        self._places: list[int] = []
        place = 2
        for word in shown:
            self._places.append(place)
            place += len(word) + 1
        self.quoted = quoted

    def _quoted_tokens(self) -> set[int]:
        """Tokens inside short quotation marks: other people's words."""
        inside: set[int] = set()
        starts = [token.start for token in self.tokens]
        for match in _QUOTED.finditer(self.text[: self.body_end]):
            held = range(bisect_left(starts, match.start(1)), bisect_left(starts, match.end(1)))
            if len(held) <= _LONGEST_QUOTE:
                inside.update(held)
        return inside

    def span_of(self, match: re.Match[str]) -> Span:
        """The tokens that a match on `line` covers."""
        first = max(0, bisect_right(self._places, match.start()) - 1)
        last = bisect_left(self._places, match.end()) - 1
        return Span(first, max(first, last))

    def clause(self, at: int) -> Span:
        """The clause around a token, from mark to mark."""
        return self._between(at, (CLAUSE, END))

    def sentence(self, at: int) -> Span:
        """The sentence around a token."""
        return self._between(at, (END,))

    def _between(self, at: int, marks: tuple[str, ...]) -> Span:
        first = last = at
        while first > 0 and self.tokens[first - 1].text not in marks:
            first -= 1
        while last + 1 < len(self.tokens) and self.tokens[last + 1].text not in marks:
            last += 1
        return Span(first, last)

    @cached_property
    def sentences(self) -> list[Span]:
        """Every sentence with at least one word."""
        found, first = [], 0
        for at, token in enumerate([*self.tokens, Token(END, 0, 0, "end", "")]):
            if token.text == END:
                if at > first:
                    found.append(Span(first, at - 1))
                first = at + 1
        return found

    def count_words(self, span: Span) -> int:
        """How many words and numbers a span has."""
        return sum(one.kind in ("word", "number") for one in self.tokens[span.first : span.last + 1])


@lru_cache(maxsize=512)
def read(text: str) -> Draft:
    """A text beside the draft (a fact, a post of the thread), read once while somebody writes."""
    return Draft(text)


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind == "end" and not _ends_sentence(text, match, found):
            continue
        mark = {"end": END, "clause": CLAUSE}.get(kind)
        found.append(Token(mark or _normal(match[0]), match.start(), match.end(), kind, match[0]))
    return found


def _ends_sentence(text: str, match: re.Match[str], before: list[Token]) -> bool:
    if "\n" in match[0]:
        return bool(before) and before[-1].text != END
    if match.end() < len(text) and not text[match.end()].isspace() and text[match.end()] not in '”“"»«)':
        return False
    if match[0] != "." or not before:
        return True
    ordinal = before[-1].kind == "number" and text[match.end() :].lstrip(" ")[:1].islower()
    return not ordinal and before[-1].text not in _ABBREVIATED


def _normal(word: str) -> str:
    bare = _HIDDEN.sub("", word).replace("’", "'").casefold()
    return re.sub(r"[ \u00a0]", "", bare)
