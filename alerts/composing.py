"""Suggestion and lines of a page. Whatever fails here, the page goes out: plain, and without a new draft."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from alerts.organisation import Organisation
from alerts.page import DataState
from alerts.records import Incident, Suggestion
from alerts.respond.fact_board import with_board
from alerts.respond.thread import thread_of
from alerts.store.store import Store, StoredMention

Suggester = Callable[[Incident, Sequence[StoredMention], Organisation, datetime], Suggestion]
PageWriter = Callable[[Incident, Organisation, str, datetime, DataState | None], tuple[str, ...]]
DataStateOf = Callable[[], DataState | None]

LINES = 5


class Composer:
    """Writes what people read of an incident; each method says what failed instead of raising."""

    def __init__(
        self,
        store: Store,
        organisation: Organisation,
        data_state: DataStateOf,
        suggest: Suggester,
        page_lines: PageWriter,
    ) -> None:
        self._store = store
        self._organisation = organisation
        self._data_state = data_state
        self._suggest = suggest
        self._page_lines = page_lines

    def with_suggestion(self, incident: Incident, at: datetime, now: datetime) -> tuple[Incident, list[str]]:
        """The incident with a draft from the mentions until `at`; with the one it has where that fails."""
        try:
            organisation = with_board(self._organisation, self._store)
            draft = self._suggest(incident, thread_of(self._store, incident, at), organisation, now)
        except Exception as error:  # noqa: BLE001 a page is never held up by its suggestion
            return incident, [_failure("suggestion", error)]
        return incident.model_copy(update={"suggestion": draft}), []

    def lines(self, incident: Incident, language: str, now: datetime) -> tuple[tuple[str, ...], list[str]]:
        """The five lines in a language; plain ones where that fails."""
        try:
            data = self._data_state()
            lines = self._page_lines(incident, self._organisation, language, now, data)
        except Exception as error:  # noqa: BLE001 a page is never held up by its wording
            return plain_lines(incident), [_failure(f"page lines ({language})", error)]
        return lines, []

    def mentions(self, incident: Incident, at: datetime, limit: int) -> list[StoredMention]:
        """An incident's mentions from an hour before its onset until `at`, the most negative first."""
        return thread_of(self._store, incident, at, limit)


def plain_lines(incident: Incident) -> tuple[str, ...]:
    """Five lines that need nothing but the record: numbers, and no word of a stranger."""
    found = incident.evidence
    people = "?" if found.people_last_hour is None else str(found.people_last_hour)
    return (
        f"{incident.topic}: severity {incident.severity}/5, {incident.state}",
        f"{found.negative_last_hour:.0f} negative posts, {people} people in the last hour; "
        f"usual {found.usual_low:.0f}-{found.usual_high:.0f}",
        f"{found.mentions_last_hour} mentions, {found.spread_last_hour} of them spread it on",
        f"opened {incident.opened_at:%Y-%m-%d %H:%M} UTC",
        "the rest of this page could not be composed: open the incident",
    )


def _failure(what: str, error: Exception) -> str:
    """What failed, without the error's text: it may quote a mention."""
    return f"{what}: {type(error).__name__}"
