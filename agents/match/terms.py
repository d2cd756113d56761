"""What a configured wording looks for at a place in the text, beyond the word's beginning."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Protocol

from agents.match.folding import INVISIBLE, Folded, fold_one
from agents.match.inflection import Stem, stems
from agents.match.ordinary import BEGINNINGS, FORMS

AS_WRITTEN = "as written"
SHORT = 3  # terms of so many capitals are compared with their case
_JOINT = re.compile(r"[\s\"'’”“«»*_-]{1,3}")
_NAME = re.compile(r"[\w.@-]*\w")
_LONGEST_ADDRESS = 300
_TOKENS_KEPT = 256
_ADDRESS = re.compile(r"://|^\W*www\.|\w@\w|\w\.[a-z]{2,}/", re.IGNORECASE)


class Check(Protocol):
    """A wording that must look at the text around its first word before it is sure."""

    owners: list[int]

    def holds(self, page: Folded, before: int, stop: int) -> bool:
        """Whether the wording stands here: from the place `before` its first word, which ends at `stop`."""
        ...


@dataclass(slots=True)
class Capitals:
    """VR, OP, HUS: only in capitals, with small-letter endings."""

    wording: str
    owners: list[int] = field(default_factory=list)

    def holds(self, page: Folded, before: int, stop: int) -> bool:
        """Whether the letters are capitals and what follows them is not."""
        start = before + 1
        ending = page.raw[start + len(self.wording) : stop]
        return page.raw.startswith(self.wording, start) and ending == ending.lower()


@dataclass(slots=True)
class Marked:
    """A hashtag or an account: the sign stands before it and the whole name is the same."""

    sign: str
    name: str
    owners: list[int] = field(default_factory=list)

    def holds(self, page: Folded, before: int, stop: int) -> bool:  # noqa: ARG002 - one signature for all checks
        """Whether exactly this name stands behind the sign."""
        if page.raw[before] != self.sign:
            return False
        found = _NAME.match(page.raw, before + 1)
        return found is not None and plain_name(found[0]) == self.name


@dataclass(slots=True)
class Joined:
    """A phrase run together in a hashtag or an account: #postinpalvelut."""

    owners: list[int] = field(default_factory=list)

    def holds(self, page: Folded, before: int, stop: int) -> bool:  # noqa: ARG002 - one signature for all checks
        """Whether a sign stands before the word."""
        return page.raw[before] in "#@"


@dataclass(slots=True)
class Link:
    """A site or the beginning of a path, at the boundary of a name."""

    address: str
    owners: list[int] = field(default_factory=list)

    def holds(self, page: Folded, before: int, stop: int) -> bool:  # noqa: ARG002 - one signature for all checks
        """Whether the address stands here; "posti.fi" is not "posti.fi.example.org", nor "posti.fi-x.org"."""
        end = before + 1 + len(self.address)
        if page.raw[before + 1 : end].lower() != self.address:
            return False
        behind = page.raw[end : end + 2]
        goes_on = behind[:1].isalnum() or (behind[:1] in "-." and behind[1:].isalnum())
        return not goes_on or (behind[:1] == "-" and "/" in self.address)


@dataclass(slots=True)
class Literal:
    """A wording whose signs count: H&M, Elisa+, Booking.com; only its last word may take an ending."""

    wording: str
    last: list[Stem]
    owners: list[int] = field(default_factory=list)

    def holds(self, page: Folded, before: int, stop: int) -> bool:  # noqa: ARG002 - one signature for all checks
        """Whether the very signs stand here and a form of the last word ends it."""
        start = before + 1
        if page.raw[start : start + len(self.wording)].lower() != self.wording:
            return False
        end = start + len(self.wording)
        if not self.last:
            return not page.raw[end].isalnum()
        word = max(page.text.rfind(" ", start, end), before) + 1
        return bool(cases(self.last, page.text[word : page.text.find(" ", end)]))


@dataclass(slots=True)
class Phrase:
    """Several words: the last one inflects, those before it stand as written or agree with it."""

    first: str
    rest: tuple[tuple[str, list[Stem]], ...]
    own: list[Stem]
    owners: list[int] = field(default_factory=list)
    known: dict[tuple[str, str], set[str]] = field(default_factory=dict)  # readings, as tokens repeat

    def holds(self, page: Folded, before: int, stop: int) -> bool:
        """Whether the words follow one another here with nothing but spaces, quotes or hyphens between."""
        found = [self._readings(self.first, self.own, page.text[before + 1 : stop])]
        for written, forms in self.rest:
            joint = _JOINT.match(page.raw, stop)
            if joint is None or not page.text.startswith(" ", joint.end() - 1):
                return False
            stop = page.text.find(" ", joint.end())
            found.append(self._readings(written, forms, page.text[joint.end() : stop]))
        last = found.pop()
        return bool(last) and all(AS_WRITTEN in each or each & last for each in found)

    def _readings(self, written: str, forms: list[Stem], token: str) -> set[str]:
        found = self.known.get((written, token))
        if found is None:
            if len(self.known) >= _TOKENS_KEPT:
                self.known.clear()
            found = self.known[written, token] = _readings(written, forms, token)
        return found


def in_address(page: Folded, before: int, stop: int) -> bool:
    """Whether the word is part of a web or mail address: a link to yle.fi is not talk about Yle."""
    raw = page.raw
    if raw[before] not in "/.@:=&?%-" and raw[stop] not in "./@=":
        return False
    ahead = raw[max(before + 1 - _LONGEST_ADDRESS, 0) : before + 1]
    ahead = "" if ahead[-1:].isspace() else ahead.rsplit(None, 1)[-1]
    behind = raw[before + 1 : stop + _LONGEST_ADDRESS].split(None, 1)
    run = ahead + "".join(behind[:1])
    return ("." in run or "@" in run or "://" in run) and _ADDRESS.search(run) is not None


def cases(forms: list[Stem], token: str) -> set[str]:
    """The cases that a token may be of this word; empty when it is no form of it."""
    return {case for form in forms if (case := case_of(form, token[len(form.text) :], token)) is not None}


def case_of(form: Stem, tail: str, token: str) -> str | None:
    """The case of `token` if it is this stem and an ending, else None."""
    if not token.startswith(form.text) or (tail and FORMS.fullmatch(token)):
        return None
    found = form.endings.fullmatch(tail)
    return found.lastgroup if found else None


def is_compound(form: Stem, tail: str, token: str) -> bool:
    """Whether the token is a compound that begins with this word: posti-n-jakaja, Posti-lakko."""
    if form.joins is None or not tail.startswith(form.joins):
        return False
    rest = tail[len(form.joins) :]
    if rest.startswith("-") or tail.startswith("-"):
        return True
    return len(rest) >= 3 and len(form.text) > SHORT and not token.startswith(BEGINNINGS)


def variants(stem: str) -> set[str]:
    """A stem as people write it with and without its dots."""
    plain = stem.translate({ord("ä"): "a", ord("ö"): "o"})
    return {stem, plain.replace("å", "a"), plain.replace("å", "o")}


def spelt(forms: list[Stem]) -> list[Stem]:
    """Every stem in every spelling."""
    return [
        form if text == form.text else form._replace(text=text)
        for form in forms
        for text in (variants(form.text) if not form.text.isascii() else (form.text,))
    ]


def word_forms(word: str) -> list[Stem]:
    """All stems of a folded word, in every spelling."""
    return spelt(stems(word))


def is_capitals(wording: str) -> bool:
    """Whether a term is so short and so loud that its case counts."""
    return len(wording) <= SHORT and wording.isalpha() and wording.isupper()


def plain_name(name: str) -> str:
    """A hashtag's or account's name for comparison."""
    return name.strip("#@.-_ ").casefold()


def plain_term(term: str) -> str:
    """A term as it was meant to be typed: composed letters, nothing invisible, its case kept."""
    return "".join(char for char in unicodedata.normalize("NFKC", term) if char not in INVISIBLE)


def plain_wording(wording: str) -> str:
    """A term in plain form, one space between its words."""
    return " ".join(fold_one(wording).split())


def _readings(written: str, forms: list[Stem], token: str) -> set[str]:
    found = cases(forms, token)
    return found | {AS_WRITTEN} if token in variants(written) else found
