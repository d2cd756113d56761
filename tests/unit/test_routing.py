"""Who hears what, and why not."""

from __future__ import annotations

import pytest

from alerts.records import NoticeKind
from alerts.routing import ReceiverInfo, Route, routes
from tests.build import incident

PAGER = ReceiverInfo("päivystys", "fi", min_severity=3, kinds=frozenset({"page", "resolved", "test"}))
CONSOLE = ReceiverInfo("pääte", "en")


@pytest.mark.parametrize(
    ("kind", "told", "expected"),
    [
        ("page", 3, Route.WANTED),
        ("page", 2, Route.BELOW_MIN_SEVERITY),
        ("update", 3, Route.KIND_NOT_WANTED),
        ("test", 0, Route.WANTED),
    ],
)
def test_a_receiver_gets_what_it_asked_for(kind: NoticeKind, told: int, expected: Route) -> None:
    assert routes(kind, incident(paged_severity=told), [PAGER])[PAGER] is expected


def test_the_end_reaches_those_whom_the_fire_reached() -> None:
    """Severity fell to 1, but a page told of 4: whoever got it hears of the end."""
    over = incident(severity=1, peak_severity=4, paged_severity=4)
    assert routes("resolved", over, [PAGER])[PAGER] is Route.WANTED


def test_every_receiver_gets_a_reason() -> None:
    small = incident(severity=2, paged_severity=2)
    assert routes("page", small, [PAGER, CONSOLE]) == {PAGER: Route.BELOW_MIN_SEVERITY, CONSOLE: Route.WANTED}
