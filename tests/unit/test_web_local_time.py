"""Clock times are the organisation's, also on the two odd nights of the year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.web.language import Texts
from alerts.web.local_time import LocalTime, next_morning

HELSINKI = ZoneInfo("Europe/Helsinki")
AUTUMN = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
"""3.30 summer time; an hour later it is 3.30 again."""
SPRING = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
"""2.30 winter time; an hour later it is 4.30."""


def times(language: str = "fi", zone: ZoneInfo = HELSINKI) -> LocalTime:
    return LocalTime(zone, Texts(language))


@pytest.mark.parametrize(("language", "clock"), [("fi", "14.05"), ("sv", "14.05"), ("en", "14:05")])
def test_a_clock_time_is_local_and_written_as_the_language_does(language: str, clock: str) -> None:
    assert times(language).clock(datetime(2026, 3, 10, 12, 5, tzinfo=UTC)) == clock


def test_summer_time_counts() -> None:
    assert times().clock(datetime(2026, 7, 10, 12, 5, tzinfo=UTC)) == "15.05"


def test_the_hour_that_comes_twice_says_which_one_it_is() -> None:
    first, second = times().clock(AUTUMN), times().clock(AUTUMN + timedelta(hours=1))
    assert (first, second) == ("3.30 UTC+3", "3.30 UTC+2")


def test_the_hours_around_it_and_the_spring_night_need_no_offset() -> None:
    shown = [times().clock(AUTUMN + timedelta(hours=h)) for h in (-1, 2)]
    assert shown == ["2.30", "4.30"]
    assert [times().clock(SPRING + timedelta(hours=h)) for h in (0, 1)] == ["2.30", "4.30"]


def test_a_half_hour_zone_is_written_whole() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")  # goes back by half an hour on 5 April 2026, 2.00
    at = datetime(2026, 4, 4, 14, 45, tzinfo=UTC)
    assert times("en", zone).clock(at) == "01:45 UTC+11"
    assert times("en", zone).clock(at + timedelta(minutes=30)) == "01:45 UTC+10:30"


def test_another_day_is_named() -> None:
    now = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
    yesterday = now - timedelta(hours=20)
    assert times().moment(yesterday, now) == "ma 9.3. klo 18.00"
    assert times("sv").moment(yesterday, now) == "mån 9.3 kl. 18.00"
    assert times("en").moment(yesterday, now) == "Mon 9 Mar, 18:00"
    assert times().moment(now - timedelta(days=400), now).startswith("3.2.2025 klo ")


def test_today_is_the_local_day() -> None:
    """At 22.30 UTC it is already tomorrow in Helsinki."""
    now = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)
    assert times().moment(now - timedelta(hours=1), now).startswith("ti 10.3.")


def test_machines_get_the_offset() -> None:
    assert times().iso(AUTUMN) == "2026-10-25T03:30:00+03:00"


def test_a_snooze_until_morning_ends_at_eight_on_the_wall_across_summer_time() -> None:
    evening = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)  # 22.00; the clock skips an hour tonight
    assert next_morning(evening, HELSINKI) == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)
    night = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 3.30, the second time
    assert next_morning(night, HELSINKI) == datetime(2026, 10, 25, 6, 0, tzinfo=UTC)


def test_at_eight_sharp_the_next_morning_is_tomorrow() -> None:
    eight = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
    assert next_morning(eight, HELSINKI) == eight + timedelta(days=1)
