"""The roster, its shifts, and the response times of the organisation section."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from alerts.organisation import Organisation
from alerts.respond.situations import SITUATIONS
from alerts.response_times import MINUTES, usual_minutes
from alerts.roster import Person, parse_shift, uncovered_hours

HELSINKI = ZoneInfo("Europe/Helsinki")


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of the week that begins on Monday the 9th of March 2026."""
    return datetime(2026, 3, 9 + day, hour, minute, tzinfo=HELSINKI)


def person(*shifts: str) -> Person:
    return Person(name="Aino", on_duty=shifts)


@pytest.mark.parametrize(
    ("shift", "there", "away"),
    [
        ("mon-fri 08:00-16:00", local(0, 8), local(0, 16)),
        ("mon-fri 08:00-16:00", local(4, 15, 59), local(5, 9)),
        ("sat 10:00-14:00", local(5, 10), local(6, 10)),
        ("fri-mon 22:00-06:00", local(1, 5, 59), local(1, 22)),
        ("sun 22:00-06:00", local(0, 3), local(6, 3)),
        ("00:00-24:00", local(3, 3), None),
    ],
)
def test_a_shift_covers_its_days_and_hours_and_no_others(
    shift: str, there: datetime, away: datetime | None
) -> None:
    assert person(shift).is_on_duty(there, HELSINKI)
    assert away is None or not person(shift).is_on_duty(away, HELSINKI)


def test_without_shifts_somebody_is_always_on_duty() -> None:
    assert person().is_on_duty(local(6, 3), HELSINKI)


@pytest.mark.parametrize(
    "text", ["maanantai 8-16", "mon 25:00-26:00", "mon 08:61-09:00", "foo 08:00-09:00", "mon"]
)
def test_what_is_no_shift_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValidationError, match=r"mon"):
        person(text)


def test_a_clock_time_that_yaml_took_for_a_number_is_explained() -> None:
    with pytest.raises(ValidationError, match="without quotes"):
        Person.model_validate({"name": "Aino", "on_duty": [750]})


def test_hours_that_nobody_covers_are_named() -> None:
    office = person("mon-fri 08:00-16:00")
    assert len(uncovered_hours([office])) == 168 - 40
    assert uncovered_hours([office, person("mon-fri 16:00-08:00"), person("sat-sun 00:00-24:00")]) == tuple(
        range(8)
    )
    assert uncovered_hours([office, person()]) == ()
    assert uncovered_hours([]) == tuple(range(168))


def test_a_half_covered_hour_is_not_covered() -> None:
    assert 8 in uncovered_hours([person("mon 08:30-24:00")])
    assert parse_shift("mon 08:30-24:00").covers(local(0, 8, 30))


def test_every_situation_has_a_time_and_larger_communities_never_wait_longer() -> None:
    assert set(MINUTES) == set(SITUATIONS)
    assert all(small >= medium >= large for small, medium, large in MINUTES.values())


def test_a_set_time_wins_then_the_one_for_all_then_the_table() -> None:
    us = Organisation(response_times={"outage": 10}, community_size=200_000)
    assert [us.answer_minutes(name) for name in ("outage", "recall", None)] == [10, 15, 60]
    assert Organisation(response_minutes=45).answer_minutes("recall") == 45
    assert usual_minutes("recall", None) == 30


def test_response_times_name_situations_that_exist() -> None:
    with pytest.raises(ValidationError, match="outage"):
        Organisation(response_times={"outrage": 10})
    with pytest.raises(ValidationError, match="minutes"):
        Organisation(response_times={"outage": 0})


def test_capacity_grows_with_those_on_duty() -> None:
    roster = ({"name": "A", "on_duty": ["mon-fri 08:00-16:00"]}, {"name": "B"})
    us = Organisation.model_validate({"roster": roster, "replies_per_hour": 10})
    assert (us.replies_an_hour(local(0, 9)), us.replies_an_hour(local(0, 20))) == (20, 10)
    assert Organisation(replies_per_hour=7).replies_an_hour(local(0, 9)) == 7
