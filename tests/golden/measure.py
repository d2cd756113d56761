"""How the checker does on the golden drafts: `python -m tests.golden.measure [-v] [-r] [held|second|...]`.

-v names the drafts that are judged otherwise than people judged them, -r counts by rule.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import Field, field_validator

from alerts.respond.rules import ReplyContext, check, rule_texts
from streams.records import Record

FOLDER = Path(__file__).parent
LANGUAGES = ("fi", "sv", "en")


class Group(Record):
    """Drafts with one context and one judgement. Keys and rules that nobody knows are refused."""

    texts: tuple[str, ...] = Field(min_length=1)
    context: dict[str, Any] = Field(default={})
    part: bool = False
    breaks: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()

    @field_validator("breaks", "also")
    @classmethod
    def _known(cls, rules: frozenset[str]) -> frozenset[str]:
        if unknown := rules - rule_texts().keys():
            raise ValueError(f"no such rules: {', '.join(sorted(unknown))}")
        return rules


class GoldenSet(Record):
    """One file. `defaults` is what a group's context says unless it says otherwise."""

    good: tuple[Group, ...]
    bad: tuple[Group, ...]
    defaults: dict[str, Any] = Field(default={})


class Golden(NamedTuple):
    """A draft, what it breaks, and what may be found besides."""

    text: str
    context: ReplyContext
    breaks: frozenset[str]
    also: frozenset[str]


class Score(NamedTuple):
    """Counts over (draft, rule) pairs."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)


def golden_set(path: Path) -> GoldenSet:
    """A file of golden drafts; what it says that no rule reads is an error, not silence."""
    return GoldenSet.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def drafts(language: str, *, part: str = "") -> Iterator[Golden]:
    """Every golden draft of a language."""
    held = golden_set(FOLDER / part / f"{language}.yaml")
    for group in (*held.good, *held.bad):
        context = ReplyContext.model_validate({**held.defaults, **group.context, "part": group.part})
        for text in group.texts:
            yield Golden(text, context, group.breaks, group.also)


def found_in(one: Golden, language: str) -> dict[str, str]:
    """The rules that the checker says a draft breaks, and how badly."""
    worst: dict[str, str] = {}
    for finding in check(one.text, language, one.context).findings:
        worst[finding.rule] = min(worst.get(finding.rule, finding.severity), finding.severity)
    return worst


def scores(language: str, *, part: str = "", say: bool = False) -> dict[str, Score]:
    """Right, wrong and missed pairs by rule, by severity (`block`, `warn`) and of `all`.

    What is found counts by the severity it was found with, what is missed by the rule's own.
    """
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for one in drafts(language, part=part):
        found = found_in(one, language)
        wrong, missed = found.keys() - one.breaks - one.also, one.breaks - found.keys()
        for outcome, rules in (("right", found.keys() & one.breaks), ("wrong", wrong), ("missed", missed)):
            for rule in rules:
                for name in (rule, found.get(rule) or str(rule_texts()[rule]["severity"]), "all"):
                    counted[name][outcome] += 1
        if say and (wrong or missed):
            print(language, "wrong", sorted(wrong), "missed", sorted(missed), "|", one.text[:400])
    return {name: Score(n["right"], n["wrong"], n["missed"]) for name, n in sorted(counted.items())}


def score(language: str, *, part: str = "", say: bool = False) -> Score:
    """Right, wrong and missed pairs of a language."""
    return scores(language, part=part, say=say)["all"]


def _shown(wanted: list[str]) -> None:
    part = next((word for word in wanted if not word.startswith("-")), "")
    for language in LANGUAGES:
        for name, result in scores(language, part=part, say="-v" in wanted).items():
            if "-r" in wanted or not name.startswith("R"):
                shares = f"precision {result.precision:.3f}, recall {result.recall:.3f}"
                print(f"{language} {name}: {shares}, {result}")


if __name__ == "__main__":
    _shown(sys.argv[1:])
