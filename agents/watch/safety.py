"""Safety words that page without a ratio: the same harm, asserted by two authors who do not copy each other.

A topic remembers, of each class, the last assertion of every source. Who is named is a source; posts without
an author are one source a channel, since headlines of one newsroom do not confirm each other. A copy of an
earlier text, or a text of a campaign, confirms nothing, whoever posts it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from agents.pulse.copies import Copies
from agents.pulse.sighting import Sighting
from streams.windows import HOUR_MINUTES

MOST_SOURCES = 1_000  # remembered of each class; more confirm nothing new


@dataclass(frozen=True, slots=True)
class SafetyRule:
    """How many sources within how many hours; for how long nobody may speak of a class that paged before it
    pages again."""

    authors: int = 2
    within_hours: int = 24
    quiet_hours: int = 24


@dataclass(frozen=True, slots=True)
class Report:
    """One source's last assertion of a class; `copies` are the bands of its text."""

    minute: int
    id: str
    copies: tuple[int, ...]


class SafetyReports:
    """Who asserted what in one topic, and which classes paged when. Minutes since 1970."""

    __slots__ = ("by_class", "changed", "paged")

    def __init__(self) -> None:
        self.by_class: dict[str, dict[int, Report]] = {}
        self.paged: dict[str, int] = {}
        self.changed = False  # since the last snapshot

    @property
    def to_store(self) -> bool:
        """Whether a snapshot needs it; once it does not, what is stored is empty, too."""
        return self.changed or bool(self.by_class or self.paged)

    def take(self, sightings: Iterable[Sighting], copies: Copies) -> None:
        """Note what new sightings assert, once their copies are known."""
        for one in sightings:
            for name in one.safety:
                if copies.is_original(one.minute, one.id, one.copies):
                    self._note(name, one)

    def _note(self, name: str, one: Sighting) -> None:
        sources = self.by_class.setdefault(name, {})
        before = sources.get(one.source)
        if before is None and len(sources) >= MOST_SOURCES:
            return
        if before is None or (before.minute, before.id) < (one.minute, one.id):
            sources[one.source] = Report(one.minute, one.id, one.copies)
            self.changed = True

    def confirmed(self, now: int, rule: SafetyRule, copies: Copies) -> dict[str, int]:
        """The classes that enough sources assert, with their number; forgets what is old or was copied."""
        oldest = now - rule.within_hours * HOUR_MINUTES
        for name, sources in list(self.by_class.items()):
            kept = {
                source: r
                for source, r in sources.items()
                if r.minute >= oldest and copies.is_original(r.minute, r.id, r.copies)
            }
            self.changed = self.changed or len(kept) < len(sources)
            self.by_class[name] = kept
            if not kept:
                del self.by_class[name]
        return {n: len(s) for n, s in sorted(self.by_class.items()) if len(s) >= rule.authors}

    def alarming(self, now: int, rule: SafetyRule, copies: Copies) -> dict[str, int]:
        """The confirmed classes that have not paged a short while ago."""
        if not self.by_class:
            return {}
        confirmed = self.confirmed(now, rule, copies)
        return {name: n for name, n in confirmed.items() if not self._silent(name, now, rule)}

    def _silent(self, name: str, now: int, rule: SafetyRule) -> bool:
        """Whether a class paged and has been talked of ever since: that is one story."""
        told = self.paged.get(name)
        if told is None:
            return False
        quiet = rule.quiet_hours * HOUR_MINUTES
        for minute in sorted(r.minute for r in self.by_class[name].values()):
            if told < minute < told + quiet:
                told = minute
        self.changed = self.changed or told != self.paged[name]
        self.paged[name] = told
        return now < told + quiet

    def page(self, classes: Iterable[str], now: int) -> None:
        """These classes page now."""
        self.paged.update(dict.fromkeys(classes, now))
        self.changed = True

    def since(self, classes: Iterable[str]) -> int | None:
        """When the first of the remembered assertions of these classes was made."""
        return min((r.minute for c in classes for r in self.by_class.get(c, {}).values()), default=None)

    def latest(self) -> int:
        """When the last assertion was made; long ago where there is none."""
        return max((r.minute for sources in self.by_class.values() for r in sources.values()), default=0)

    def ids(self) -> list[str]:
        """The mentions that assert harm, the earliest first."""
        found = {(r.minute, r.id) for sources in self.by_class.values() for r in sources.values()}
        return [mention for _, mention in sorted(found)]

    def dump(self) -> list[object]:
        """As a plain list."""
        reports = [
            [name, source, r.minute, r.id, list(r.copies)]
            for name, sources in sorted(self.by_class.items())
            for source, r in sorted(sources.items())
        ]
        return [reports, sorted(self.paged.items())]

    @classmethod
    def load(cls, parts: list[Any]) -> SafetyReports:
        """The inverse of `dump`."""
        found = cls()
        rows, paged = parts
        for name, source, minute, mention, copies in rows:
            found.by_class.setdefault(name, {})[source] = Report(minute, mention, tuple(copies))
        found.paged = {name: minute for name, minute in paged}  # noqa: C416 - pairs come back as lists
        return found
