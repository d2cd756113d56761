"""The chart shows every peak, breaks at holes, and its axis is local time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.web.chart import MAX_POINTS, MAX_TICKS, Chart, across, ceiling, draw, spark, thin
from streams.records import Pulse
from tests.build import AT, minutes, pulse

HELSINKI = ZoneInfo("Europe/Helsinki")
RATES = st.lists(st.floats(min_value=0, max_value=1e6), min_size=2, max_size=700)


def label(at: datetime, _step: timedelta) -> str:
    return at.astimezone(HELSINKI).strftime("%H:%M")


def pulses(rates: list[float], start: datetime = AT) -> list[Pulse]:
    return [pulse(at=start + minutes(n), negative_per_hour=rate) for n, rate in enumerate(rates)]


def drawn(rates: list[float], marks: list[tuple[str, datetime]] | None = None) -> Chart:
    chart = draw(pulses(rates), marks or [], HELSINKI, label)
    assert chart is not None
    return chart


@given(RATES)
def test_thinning_keeps_the_peak_the_order_and_the_bound(rates: list[float]) -> None:
    points = thin(pulses(rates), MAX_POINTS)
    assert len(points) <= MAX_POINTS
    assert max(p.negative for p in points) == max(rates)
    assert all(a.at < b.at for a, b in pairwise(points))


@given(RATES)
def test_nothing_is_drawn_outside_the_frame(rates: list[float]) -> None:
    chart = drawn(rates)
    numbers = [
        tuple(map(float, pair.split(",")))
        for path in (chart.line, chart.band)
        for pair in path.replace("M", " ").replace("L", " ").replace("Z", " ").split()
    ]
    assert all(0 <= x <= 1000 and 0 <= y <= 180 for x, y in numbers)


def test_a_single_high_minute_in_a_long_quiet_time_is_seen() -> None:
    rates = [5.0] * 1_000
    rates[777] = 60.0
    chart = drawn(rates)
    assert (chart.peak.negative, chart.peak.at) == (60.0, AT + minutes(777))
    assert max(row.negative for row in chart.rows) == 60.0


def test_too_little_is_not_drawn() -> None:
    assert draw(pulses([5.0]), [], HELSINKI, label) is None
    assert spark([]) is None


def test_where_nothing_was_measured_the_line_breaks() -> None:
    early, late = pulses([5.0] * 30), pulses([5.0] * 30, AT + minutes(90))
    chart = draw([*early, *late], [], HELSINKI, label)
    assert chart is not None
    assert chart.line.count("M") == 2
    assert drawn([5.0] * 60).line.count("M") == 1


def test_marks_are_lettered_in_time_order_and_only_inside() -> None:
    marks = [("page", AT + minutes(30)), ("onset", AT + minutes(5)), ("resolved", AT + minutes(500))]
    chart = drawn([5.0] * 61, marks)
    assert [(m.letter, m.kind, m.place) for m in chart.marks] == [("A", "onset", 8.33), ("B", "page", 50.0)]


@given(st.floats(min_value=0, max_value=1e9))
def test_the_top_of_the_scale_is_above_and_not_far(value: float) -> None:
    assert value <= ceiling(value) <= max(1, 2 * value)


@given(st.integers(min_value=1, max_value=60 * 24 * 40), st.integers(min_value=0, max_value=525_600))
def test_ticks_are_few_and_ordered(length: int, offset: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC) + minutes(offset)
    ticks = across(start, start + minutes(length), HELSINKI, label)
    assert len(ticks) <= MAX_TICKS + 1
    assert all(a.place < b.place for a, b in pairwise(ticks))
    assert all(0 <= tick.place <= 100 for tick in ticks)


@pytest.mark.parametrize(
    ("start", "hours", "labels"),
    [
        (datetime(2026, 3, 10, 9, 40, tzinfo=UTC), 5, ["12:00", "13:00", "14:00", "15:00", "16:00"]),
        (datetime(2026, 3, 28, 23, 10, tzinfo=UTC), 4, ["02:00", "04:00", "05:00", "06:00"]),
        (datetime(2026, 10, 24, 23, 10, tzinfo=UTC), 4, ["03:00", "03:00", "04:00", "05:00"]),
        (datetime(2026, 10, 24, 20, 30, tzinfo=UTC), 13, ["00:00", "03:00", "06:00", "09:00"]),
    ],
    ids=["an ordinary day", "spring skips three", "autumn has two threes", "wide steps skip the second"],
)
def test_the_axis_stands_on_whole_local_hours(start: datetime, hours: int, labels: list[str]) -> None:
    ticks = across(start, start + timedelta(hours=hours), HELSINKI, label)
    assert [tick.label for tick in ticks] == labels


def test_a_long_axis_counts_local_days() -> None:
    start = datetime(2026, 3, 27, 10, tzinfo=UTC)
    ticks = across(start, start + timedelta(days=4), HELSINKI, label)
    assert [tick.label for tick in ticks] == ["00:00"] * 4
