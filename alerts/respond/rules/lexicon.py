"""The words of the rules in one language, from words/<language>.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from alerts.respond.rules.draft import CLAUSE, Draft, Span
from alerts.respond.rules.patterns import Grammar

NEGATION: Final = "negation"  # "we do not delete": a negation in the same clause
INNER: Final = "inner"  # a negation between the words that match
DOUBT: Final = "doubt"  # "we do not know whether", "we cannot promise that": earlier in the same sentence


@dataclass(frozen=True, slots=True)
class Group:
    """Patterns of one kind and what spares a match of them."""

    pattern: re.Pattern[str]
    spare: tuple[str, ...]


class Words:
    """All compiled patterns of a language."""

    def __init__(self, raw: dict[str, Any]) -> None:
        grammar = Grammar(raw["classes"], raw["lists"])
        self._groups = {name: _group(grammar, entry) for name, entry in raw["patterns"].items()}
        self._negation = grammar.compiled(["@negators"])
        self._doubt = grammar.compiled(["@doubts"])
        self._turn = grammar.compiled(["@turns"])
        self._rhetorical = grammar.compiled(raw["rhetorical"])
        self.generic = tuple(sorted(raw["generic"]))
        self.function_words = frozenset(raw["function_words"])
        self.concrete = frozenset(raw["concrete"])
        self.first_names = frozenset(raw["first_names"])
        self.weekdays: list[str] = raw["weekdays"]

    def has(self, name: str) -> bool:
        """Whether there is such a group."""
        return name in self._groups

    def find(self, name: str, draft: Draft) -> Iterator[Span]:
        """Where a group's patterns stand in a draft and mean what they say."""
        group = self._groups[name]
        for match in group.pattern.finditer(draft.line):
            if not self._spared(group, match, draft):
                yield draft.span_of(match)

    def within(self, name: str, line: str) -> bool:
        """Whether a group's pattern stands in a stretch of a line, negated or not."""
        return self._groups[name].pattern.search(line) is not None

    def _spared(self, group: Group, match: re.Match[str], draft: Draft) -> bool:
        if DOUBT in group.spare and self._doubt.search(_before(draft.line, match, ".")):
            return True
        if INNER in group.spare and self._negation.search(" " + match[0]):
            return True
        return NEGATION in group.spare and self._negated(draft.line, match)

    def _negated(self, line: str, match: re.Match[str]) -> bool:
        before = self._rhetorical.sub("", _before(line, match, CLAUSE))
        turns = list(self._turn.finditer(before))
        if self._negation.search(before[turns[-1].end() - 1 :] if turns else before):
            return True
        after = " " + line[match.end() :].split(" ", 1)[0] + " "
        return self._negation.search(after) is not None


def _before(line: str, match: re.Match[str], mark: str) -> str:
    """The words between the last mark and a match."""
    start = line.rfind(" . ", 0, match.start()) + 2
    if mark == CLAUSE:
        start = max(start, line.rfind(" , ", 0, match.start()) + 2)
    return line[start : match.start()]


def _group(grammar: Grammar, entry: Any) -> Group:
    patterns, spare = (
        (entry, (NEGATION, DOUBT)) if isinstance(entry, list) else (entry["say"], entry["spare"])
    )
    return Group(grammar.compiled(patterns), tuple(spare))


@cache
def words_of(language: str) -> Words:
    """The words of a language, compiled once a process."""
    text = resources.files(__package__).joinpath("words", f"{language}.yaml").read_text(encoding="utf-8")
    return Words(yaml.load(text, yaml.BaseLoader))  # noqa: S506  texts only: "no" and "on" are words here
