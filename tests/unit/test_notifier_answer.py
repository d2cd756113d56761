"""What a receiver's answer means for the next try."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.notifiers.answer import judge, retry_after
from streams.errors import DeliveryFailed
from tests.build import AT


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_an_acceptance(status: int) -> None:
    judge(status, {}, AT)


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        *[(status, False) for status in (408, 425, 429, 500, 502, 503, 504, 529)],
        *[(status, True) for status in (300, 301, 302, 307, 308, 400, 401, 403, 404, 410, 413, 422)],
    ],
)
def test_only_answers_that_may_change_are_tried_again(status: int, permanent: bool) -> None:
    with pytest.raises(DeliveryFailed, match=f"answer {status}") as caught:
        judge(status, {}, AT)
    assert caught.value.permanent is permanent


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Tue, 10 Mar 2026 12:02:00 GMT", 120.0),
        ("Tue, 10 Mar 2026 11:00:00 GMT", 0.0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("Tue, 99 Mar 99999 99:99:99 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": value}, AT) == seconds


def test_a_date_is_measured_from_the_receivers_own_clock() -> None:
    headers = {"Retry-After": "Tue, 10 Mar 2026 15:01:00 GMT", "Date": "Tue, 10 Mar 2026 15:00:00 GMT"}
    assert retry_after(headers, AT + timedelta(days=1)) == 60.0


def test_an_absurdly_long_number_is_cut_not_computed() -> None:
    assert retry_after({"Retry-After": "9" * 5000}, AT) == float("9" * 12)
