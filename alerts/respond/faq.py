"""Questions that people ask, with reviewed answers: `faq.yaml`, and which entry a question means.

Ranking is BM25 (Robertson & Zaragoza 2009, library bm25s) over four-letter pieces of words, so that inflected
forms and compounds of Finnish and Swedish find each other without a dictionary.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np
import yaml
from pydantic import Field, TypeAdapter, ValidationError, field_validator

from alerts.languages import OurLanguage
from alerts.respond.faq_words import pieces
from alerts.respond.rules import ReplyContext, check
from streams.errors import BadConfiguration
from streams.records import Record

LEAST_ALIKE: Final = 0.5
"""Below this a question is another one; chosen on questions of our own (tests/unit/faq_questions.yaml)."""
LONGEST_FILE: Final = 2_000_000


class FaqEntry(Record):
    """One answer and the ways in which its question is asked, in one language."""

    questions: tuple[str, ...] = Field(min_length=1, description="variants, as people ask it")
    answer: str = Field(min_length=1, max_length=400, description="as it may stand in a public answer")
    link: str = Field(default="", description="where more is told")
    language: OurLanguage
    reviewed_at: date
    topic: str | None = Field(default=None, description="none: every topic")

    @field_validator("answer")
    @classmethod
    def _one_line(cls, value: str) -> str:
        line = " ".join(value.split())
        return line if line.endswith((".", "!", "?")) else f"{line}."

    @field_validator("link")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("http", "https") or any(c.isspace() for c in value)):
            raise ValueError("must be a whole web address, e.g. https://example.org/ohje")
        return value

    @property
    def told(self) -> str:
        """The answer with its link, as a suggestion holds it."""
        return f"{self.answer} {self.link}".strip()

    def is_stale(self, now: date, fresh_days: int) -> bool:
        """Whether it was reviewed longer ago than `fresh_days`."""
        return now - self.reviewed_at > timedelta(days=fresh_days)


@dataclass(frozen=True, slots=True)
class Match:
    """The entry that a question means; `alike` is 1 for a variant asked word for word."""

    entry: FaqEntry
    alike: float


class Faq:
    """All entries, searchable by question."""

    def __init__(self, entries: Sequence[FaqEntry] = ()) -> None:
        self.entries = tuple(entries)
        spoken: set[str] = {entry.language for entry in self.entries}
        self._indexes = {language: _Index(self.entries, language) for language in spoken}

    def match(self, question: str, language: str, topic: str | None = None) -> Match | None:
        """The entry of `language` (and of `topic`, or of all) that `question` means; None when none does."""
        index = self._indexes.get(language)
        return index.best(question, topic) if index else None


class _Index:
    """The variants of one language. A variant's likeness is its score by that of itself."""

    def __init__(self, entries: Sequence[FaqEntry], language: str) -> None:
        import bm25s  # noqa: PLC0415  slow to import, and only where there is an FAQ

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it wants to tell of every index
        self._language = language
        self._rows = [
            (entry, text) for entry in entries if entry.language == language for text in entry.questions
        ]
        corpus = [pieces(text, language) for _, text in self._rows]
        self._ranking = bm25s.BM25(method="lucene")
        self._ranking.index([words or [""] for words in corpus], show_progress=False)
        own = [float(self._ranking.get_scores(words)[at]) for at, words in enumerate(corpus)]
        self._own = np.array(own) + 1e-9
        self._topics = np.array([entry.topic or "" for entry, _ in self._rows])

    def best(self, question: str, topic: str | None) -> Match | None:
        """The likeliest variant's entry, if it is like enough; of equals the first."""
        words = pieces(question, self._language)
        if not words:
            return None
        alike = np.minimum(1.0, self._ranking.get_scores(words) / self._own)
        alike[(self._topics != "") & (self._topics != (topic or ""))] = 0.0
        at = int(alike.argmax())
        return Match(self._rows[at][0], float(alike[at])) if alike[at] >= LEAST_ALIKE else None


def load_faq(path: Path | None) -> Faq:
    """The FAQ of a file; empty without one. BadConfiguration with every mistake: entry, key, why."""
    if path is None:
        return Faq()
    raw = _read(path)
    mistakes: list[str] = []
    entries = [entry for at, item in enumerate(raw) if (entry := _entry(item, f"{path}: [{at}]", mistakes))]
    if mistakes:
        raise BadConfiguration(mistakes)
    return Faq(entries)


def faq_for(path: Path | None) -> Faq:
    """As `load_faq`, read again when the file changed; after a mistake the last good one stays."""
    if path is None:
        return _EMPTY
    try:
        changed = path.stat().st_mtime_ns
        return _loaded(path, changed)
    except (OSError, BadConfiguration):
        return _last_good.get(path, _EMPTY)


_EMPTY: Final = Faq()
_last_good: Final[dict[Path, Faq]] = {}


@lru_cache(maxsize=8)
def _loaded(path: Path, changed: int) -> Faq:  # noqa: ARG001  `changed` tells one state of the file from the next
    faq = load_faq(path)
    _last_good[path] = faq
    return faq


def _read(path: Path) -> list[Any]:
    try:
        if path.stat().st_size > LONGEST_FILE:
            raise BadConfiguration([f"{path}: larger than {LONGEST_FILE} bytes; is it the right file?"])
        raw = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfiguration([f"{path}: cannot be read ({type(error).__name__})"]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise BadConfiguration(
            [f"{path}{line}: not YAML; put questions and texts with a colon in quotes"]
        ) from None
    if isinstance(raw, dict):
        raw = raw.get("faq")
    if not isinstance(raw, list):
        raise BadConfiguration(
            [f"{path}: must be a list of entries with questions, answer, language, reviewed_at"]
        )
    return raw


def _entry(item: Any, where: str, mistakes: list[str]) -> FaqEntry | None:
    """One entry, checked by the rules that every answer must hold."""
    try:
        entry = TypeAdapter(FaqEntry).validate_python(item)
    except ValidationError as error:
        mistakes += [f"{where}.{_key(one['loc'])}: {one['msg']}" for one in error.errors(include_url=False)]
        return None
    mistakes += [f"{where}.answer: {why}" for why in _broken_rules(entry)]
    mistakes += [
        f"{where}.questions: {text!r} has no word to be found by; write the question as people ask it"
        for text in entry.questions
        if not pieces(text, entry.language)
    ]
    return entry


def _broken_rules(entry: FaqEntry) -> list[str]:
    """Rules that block the answer; what it says is reviewed, so its numbers and names are confirmed."""
    context = ReplyContext(part=True, facts=(entry.answer,))
    found = check(entry.answer, entry.language, context, say_in="en").findings
    return [f"{one.rule} ({one.name}): {one.why}" for one in found if one.severity == "block"]


def _key(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) or "entry"
