"""Whatever the watch and people do, in whatever order: one page a cause, and illegal steps leave no trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from alerts.desk import Desk, ReceiverInfo
from alerts.incidents import CLOSED, Incident, IncidentPolicy, Notice, is_snoozed
from alerts.organisation import Organisation
from alerts.store.sqlite import SqliteStore
from streams.errors import IllegalTransition
from streams.records import Escalation, HumanAction
from tests.build import AT, action, escalation, minutes, suggestion

severities = st.integers(1, 5)


class Life(RuleBasedStateMachine):
    """One incident, seen by one receiver."""

    def __init__(self) -> None:
        super().__init__()
        self.store = SqliteStore(":memory:")
        self.desk = Desk(
            self.store,
            IncidentPolicy(),
            Organisation(),
            [ReceiverInfo("päivystys", "fi")],
            lambda: None,
            suggest=lambda *_: suggestion(),
            page_lines=lambda *_: ("1", "2", "3", "4", "5"),
        )
        self.now: datetime = AT
        self.sent: list[Escalation] = []
        self.acted: list[HumanAction] = []
        self.pages: list[Notice] = []
        self.count = 0

    # what happens

    @rule(kind=st.sampled_from(["opened", "raised", "cooling", "resolved", "reopened"]), severity=severities)
    def escalates(self, kind: str, severity: int) -> None:
        """The watch says something new, fitting or not."""
        self.now += timedelta(seconds=1)
        self._send(escalation(id=self._name(), kind=kind, severity=severity, at=self.now))

    @rule(severity=severities, late=st.integers(121, 9999))
    def history_is_read(self, severity: int, late: int) -> None:
        """Old escalations never page."""
        before = len(self.pages)
        self._send(escalation(id=self._name(), kind="raised", severity=severity, at=self.now - minutes(late)))
        assert len(self.pages) == before

    @precondition(lambda self: self.sent)
    @rule(choose=st.randoms(use_true_random=False))
    def replays(self, choose: Any) -> None:
        """An escalation that was taken before comes again."""
        before = self._trace()
        self._send(choose.choice(self.sent), new=False)
        assert self._trace() == before

    @rule(
        kind=st.sampled_from(["acknowledge", "resolve", "false_alarm", "useful", "undo", "answered", "note"])
    )
    def a_person_acts(self, kind: str) -> None:
        """A step of a person, legal or not, never pages."""
        self._act(action(kind, id=self._name(), at=self.now))

    @rule(length=st.integers(-5, 240))
    def a_person_snoozes(self, length: int) -> None:
        """Silence for a while; an end in the past is illegal."""
        self._act(action("snooze", id=self._name(), at=self.now, until=self.now + minutes(length)))

    @precondition(lambda self: self.acted)
    @rule(choose=st.randoms(use_true_random=False))
    def a_click_is_repeated(self, choose: Any) -> None:
        """The same action again changes nothing."""
        before = self._trace()
        self.desk.act(choose.choice(self.acted))
        assert self._trace() == before

    @rule(late=st.sampled_from([1, 6, 30, 61, 130]))
    def time_passes(self, late: int) -> None:
        """Overdue answers and ends of snoozes come with time."""
        self.now += timedelta(minutes=late)
        before = self._known()
        with self.store.transaction() as tx:
            self._paged(before, self.desk.tick(tx, self.now))

    # what must hold

    @invariant()
    def no_cause_pages_twice(self) -> None:
        """Opening and overdue answer page once; every other page tells of more than all pages before."""
        reasons = [page.reason for page in self.pages]
        assert reasons.count("opened") <= 1
        assert reasons.count("answer_overdue") <= 1
        told = 0
        for page in self.pages:
            assert page.incident.severity > told or page.reason == "answer_overdue"
            told = max(told, page.incident.severity)

    @invariant()
    def every_page_is_in_the_outbox_once(self) -> None:
        """And nothing else is there as a page."""
        queued = [one.notice for one in self.store.deliveries("inc-1") if one.notice.kind == "page"]
        assert [page.id for page in queued] == [page.id for page in self.pages]
        assert self._known() is None or self._known().pages == len(self.pages)  # type: ignore[union-attr]

    def _send(self, event: Escalation, *, new: bool = True) -> None:
        before = self._known()
        with self.store.transaction() as tx:
            notices = self.desk.take(tx, [event], self.now)
        self._paged(before, notices)
        after = self._known()
        if new and after is not None and event.id in after.recent_escalations:
            self.sent.append(event)
        if self._must_page(before, event):
            assert [notice.kind for notice in notices] == ["page"]

    def _must_page(self, before: Incident | None, event: Escalation) -> bool:
        """A fresh rise above all before, with nobody and no snooze in the way."""
        if event.kind not in ("raised", "reopened") or event.at != self.now or before is None:
            return False
        if before.resolved_by is not None or before.last_escalation_at is None:
            return False
        fresh = event.id not in before.recent_escalations and event.at >= before.last_escalation_at
        audible = not is_snoozed(before, self.now) or event.severity == 5
        return fresh and audible and event.severity > before.peak_severity

    def _paged(self, before: Incident | None, notices: list[Notice]) -> None:
        """Remember pages; none may come while silence was asked for."""
        for page in (notice for notice in notices if notice.kind == "page"):
            self.pages.append(page)
            if before is not None:
                assert before.resolved_by is None
                assert not is_snoozed(before, self.now) or page.incident.severity == 5

    def _act(self, taken: HumanAction) -> None:
        before, known = self._trace(), self._known()
        try:
            after = self.desk.act(taken)
        except IllegalTransition:
            assert self._trace() == before
            return
        self.acted.append(taken)
        assert known is not None
        assert after.pages == known.pages
        assert taken.kind not in ("resolve", "false_alarm") or after.state in CLOSED

    def _known(self) -> Incident | None:
        return self.store.incident("inc-1")

    def _trace(self) -> tuple[Any, ...]:
        return self._known(), self.store.audit("inc-1"), self.store.deliveries("inc-1")

    def _name(self) -> str:
        self.count += 1
        return f"event-{self.count}"

    def teardown(self) -> None:
        """Close the store."""
        self.store.close()


TestLife: Callable[..., Any] = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)  # type: ignore[attr-defined]
