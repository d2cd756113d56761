"""The lines of a page in a drill: each one says that it is one, whatever a receiver shows of them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from alerts.incidents import Incident
from alerts.organisation import Organisation
from alerts.page.lines import page_lines
from alerts.page.state import DataState
from alerts.page.words import language_of

MARKS: Final = {"fi": "HARJOITUS", "sv": "ÖVNING", "en": "DRILL"}
"""The word before everything a drill says; "DRILL" is always there too, for those who know no other."""


def drill_lines(
    incident: Incident, organisation: Organisation, language: str, now: datetime, data: DataState | None
) -> tuple[str, ...]:
    """The five lines of a page, marked."""
    return tuple(marked(line, language) for line in page_lines(incident, organisation, language, now, data))


def marked(text: str, language: str) -> str:
    """A text that nobody takes for the real thing; marked once, however often it is asked for.

    >>> marked("Posti: vakava", "fi"), marked("DRILL: Posti", "en")
    ('HARJOITUS (DRILL): Posti: vakava', 'DRILL: Posti')
    """
    mark = MARKS[language_of(language)]
    sign = mark if mark == "DRILL" else f"{mark} (DRILL)"
    return text if text.startswith(sign) else f"{sign}: {text}"
