"""What a check finds: a rule, the words it is about, why it matters and how to mend it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from streams.records import Record

Severity = Literal["block", "warn"]
Verdict = Literal["clean", "warnings", "blocked"]


class Finding(Record):
    """One rule that a draft breaks. A finding about something that is missing has no span."""

    rule: str = Field(description="R01 to R33, as in docs/rules.md")
    name: str = Field(description="the rule's short name")
    severity: Severity = Field(description="block: not before it is mended or overridden in writing")
    start: int | None = Field(default=None, description="first character, in the draft in NFC")
    end: int | None = Field(default=None, description="one after the last character")
    text: str = Field(default="", description="the words found; empty where something is missing")
    why: str
    evidence: str = Field(description="what the rule rests on")
    mend: str = Field(description="how to mend it")


class Report(Record):
    """All findings of one draft, in the order of the text, what is missing last."""

    schema_version: int = 1
    language: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether any finding blocks."""
        return self.verdict == "blocked"


def report(language: str, findings: tuple[Finding, ...]) -> Report:
    """The findings in reading order under their verdict."""
    ordered = sorted(findings, key=lambda one: (one.start is None, one.start or 0, one.rule))
    worst: Verdict = "clean"
    if ordered:
        worst = "blocked" if any(one.severity == "block" for one in ordered) else "warnings"
    return Report(language=language, verdict=worst, findings=tuple(ordered))
