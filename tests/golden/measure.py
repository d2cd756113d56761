"""How the checker does on the golden drafts: `python -m tests.golden.measure [-v] [held|second]`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from alerts.respond.rules import ReplyContext, check

FOLDER = Path(__file__).parent
LANGUAGES = ("fi", "sv", "en")


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


def drafts(language: str, *, part: str = "") -> Iterator[Golden]:
    """Every golden draft of a language."""
    path = FOLDER / part / f"{language}.yaml"
    raw: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for group in (*raw["good"], *raw["bad"]):
        context = ReplyContext.model_validate({**group.get("context", {}), "part": group.get("part", False)})
        for text in group["texts"]:
            yield Golden(text, context, frozenset(group.get("breaks", ())), frozenset(group.get("also", ())))


def found_in(one: Golden, language: str) -> set[str]:
    """The rules that the checker says a draft breaks."""
    return {finding.rule for finding in check(one.text, language, one.context).findings}


def score(language: str, *, part: str = "", say: bool = False) -> Score:
    """Right, wrong and missed pairs of a language."""
    counted: Counter[str] = Counter()
    for one in drafts(language, part=part):
        found = found_in(one, language)
        counted["right"] += len(found & one.breaks)
        wrong, missed = found - one.breaks - one.also, one.breaks - found
        counted["wrong"] += len(wrong)
        counted["missed"] += len(missed)
        if say and (wrong or missed):
            print(language, "wrong", sorted(wrong), "missed", sorted(missed), "|", one.text[:300])
    return Score(counted["right"], counted["wrong"], counted["missed"])


if __name__ == "__main__":
    for language in LANGUAGES:
        result = score(
            language,
            part=next((word for word in sys.argv[1:] if not word.startswith("-")), ""),
            say="-v" in sys.argv,
        )
        print(f"{language}: precision {result.precision:.3f}, recall {result.recall:.3f}, {result}")
