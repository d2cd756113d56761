"""The beginnings of words that are looked for, and what to make of the rest of each word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from agents.match.endings import nothing
from agents.match.folding import Folded, fold_one
from agents.match.inflection import Stem, stems
from agents.match.terms import (
    Capitals,
    Check,
    Joined,
    Link,
    Literal,
    Marked,
    Phrase,
    case_of,
    is_capitals,
    is_compound,
    plain_name,
    plain_term,
    plain_wording,
    variants,
    word_forms,
)
from agents.match.topic import SCHEME, Topic

_TAILS_KEPT = 1024
_SIGNS = re.compile(r"[^\w\s'’-]")


Seconds = dict[str, list[Phrase]]  # phrases by the beginning of their second word


class Accepted(NamedTuple):
    """What a word's beginning and tail may mean: owners that are sure, and checks that look further."""

    sure: tuple[int, ...]
    checks: tuple[Check, ...]
    signs: tuple[Check, ...]
    seconds: tuple[Seconds, ...]

    def phrases_at(self, page: Folded, stop: int) -> list[Phrase]:
        """The phrases whose second word may begin behind `stop`."""
        if not self.seconds:
            return []
        start = stop
        while page.text.startswith(" ", start) and start < stop + 4:
            start += 1
        three = page.text[start : start + 3]
        return [
            phrase
            for each in self.seconds
            for key in (three, three[:2], three[:1])
            for phrase in each.get(key, ())
        ]


class Use(NamedTuple):
    """One wording that begins with an entry's stem."""

    form: Stem
    compounds: bool
    owner: int | Check


class Entry:
    """All that begins with one stem; remembers what the tails it met meant."""

    __slots__ = ("_known", "heads", "length", "signs", "stem", "uses")

    def __init__(self, text: str) -> None:
        self.stem = text[1:]
        self.length = len(text)
        self.uses: list[Use] = []
        self.signs: list[Check] = []
        self.heads: dict[Stem, Seconds] = {}  # forms of phrases' first words
        self._known: dict[str, Accepted | None] = {}

    def accepted(self, tail: str) -> Accepted | None:
        """What the stem followed by `tail` may mean, None when nothing."""
        try:
            return self._known[tail]
        except KeyError:
            pass
        if len(self._known) >= _TAILS_KEPT:
            self._known.clear()
        found = self._known[tail] = self._judged(tail)
        return found

    def _judged(self, tail: str) -> Accepted | None:
        token = self.stem + tail
        met = [use.owner for use in self.uses if _meets(use, tail, token)]
        seconds = tuple(each for form, each in self.heads.items() if case_of(form, tail, token) is not None)
        sure = tuple(owner for owner in met if isinstance(owner, int))
        checks = tuple(owner for owner in met if not isinstance(owner, int))
        if not (sure or checks or seconds or self.signs):
            return None
        return Accepted(sure, checks, tuple(self.signs), seconds)


def _meets(use: Use, tail: str, token: str) -> bool:
    if case_of(use.form, tail, token) is not None:
        return True
    return use.compounds and is_compound(use.form, tail, token)


class Lexicon:
    """Every entry of all topics, by its text (a boundary sign and a stem).

    An owner is twice a topic's place, plus one for an exclusion.
    """

    def __init__(self, topics: Sequence[Topic]) -> None:
        self.entries: dict[str, Entry] = {}
        self.accounts: dict[str, list[int]] = {}
        self._checks: dict[tuple[str, str], Check] = {}
        for place, topic in enumerate(topics):
            for term in topic.terms:
                self._add_term(term, 2 * place, topic.compounds)
            for term in topic.exclude:
                self._add_term(term, 2 * place + 1, topic.compounds)
            self._add_signs(topic, place)

    def _add_signs(self, topic: Topic, place: int) -> None:
        for tag in topic.hashtags:
            self._add_marked("#", tag, 2 * place)
        for account in topic.accounts:
            self._add_marked("@", account, 2 * place)
            self.accounts.setdefault(plain_name(account), []).append(place)
        for link in topic.links:
            self._add_link(link, 2 * place)

    def _add_term(self, term: str, owner: int, compounds: bool) -> None:
        term = plain_term(term)
        plain = plain_wording(term)
        words = plain.split()
        if _SIGNS.search(term):
            self._add_literal(term, words, owner)
        elif len(words) > 1:
            self._add_phrase(words, owner)
        elif is_capitals(term):
            self._add_capitals(term, plain, owner, compounds)
        else:
            self._add_word(plain, owner, compounds)
        if ("-" in plain or len(words) > 1) and not _SIGNS.search(term):
            self._add_joined(plain, owner)

    def _add_word(self, word: str, owner: int | Check, compounds: bool) -> None:
        for form in word_forms(word):
            self._entry(" " + form.text).uses.append(Use(form, compounds, owner))
            if "-" in word:  # S-ryhmä is often written S ryhmä
                apart = form._replace(text=form.text.replace("-", " "))
                self._entry(" " + apart.text).uses.append(Use(apart, compounds, owner))
            if compounds:
                self._entry("-" + form.text).uses.append(Use(form, compounds, owner))

    def _add_capitals(self, term: str, plain: str, owner: int, compounds: bool) -> None:
        check, is_new = self._check("capitals" + "-" * compounds, term, Capitals(term))
        check.owners.append(owner)
        if is_new and len(term) > 2:
            self._add_word(plain, check, compounds)
        elif is_new:
            self._entry(" " + plain).uses.append(
                Use(stems(plain[:1])[0]._replace(text=plain), compounds, check)
            )

    def _add_phrase(self, words: list[str], owner: int) -> None:
        check, is_new = self._check("phrase", " ".join(words), None)
        check.owners.append(owner)
        if is_new and isinstance(check, Phrase):
            as_written = [Stem(text, nothing()) for text in variants(words[0])]
            keys = {form.text[:3] for form in check.rest[0][1]}
            for form in {*check.own, *as_written}:
                seconds = self._entry(" " + form.text).heads.setdefault(form, {})
                for key in keys:
                    seconds.setdefault(key, []).append(check)

    def _add_joined(self, plain: str, owner: int) -> None:
        word = plain.replace(" ", "").replace("-", "")
        check, is_new = self._check("joined", word, Joined())
        check.owners.append(owner)
        if is_new:
            self._add_word(word, check, compounds=False)

    def _add_literal(self, term: str, words: list[str], owner: int) -> None:
        wording = term.lower()
        last = word_forms(words[-1]) if wording[-1].isalnum() else []
        check, is_new = self._check("literal", wording, Literal(wording, last))
        check.owners.append(owner)
        if is_new:
            sure = _common_beginning(last) if last else words[-1]
            self._entry(" " + fold_one(term).removesuffix(words[-1]) + sure).signs.append(check)

    def _add_marked(self, sign: str, name: str, owner: int) -> None:
        plain = plain_name(name)
        check, is_new = self._check(sign, plain, Marked(sign, plain))
        check.owners.append(owner)
        if is_new:
            self._entry(" " + fold_one(plain)).signs.append(check)

    def _add_link(self, link: str, owner: int) -> None:
        address = SCHEME.sub("", link).rstrip("/").lower()
        check, is_new = self._check("link", address, Link(address))
        check.owners.append(owner)
        if is_new:
            self._entry(" " + fold_one(address)).signs.append(check)

    def _entry(self, text: str) -> Entry:
        return self.entries.setdefault(text, Entry(text))

    def _check(self, kind: str, wording: str, new: Check | None) -> tuple[Check, bool]:
        """The check of this wording, shared by all topics that name it, and whether it is new."""
        known = self._checks.get((kind, wording))
        if known is not None:
            return known, False
        made = new if new is not None else _phrase(wording.split())
        self._checks[kind, wording] = made
        return made, True


def _common_beginning(forms: list[Stem]) -> str:
    """The letters that all stems of a word begin with."""
    low, high = min(form.text for form in forms), max(form.text for form in forms)
    same = 0
    while same < len(low) and low[same] == high[same]:
        same += 1
    return low[:same]


def _phrase(words: list[str]) -> Phrase:
    return Phrase(words[0], tuple((word, word_forms(word)) for word in words[1:]), word_forms(words[0]))
