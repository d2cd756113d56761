"""The calendar: what is expected wakes nobody, what exceeds even that does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from agents.watch.engine import Arrival, Engine
from agents.watch.planned import AFTERGLOW, Peak, PlannedPeak, factor_of_hour, peak_at, peaks_of
from agents.watch.policy import WatchPolicy
from agents.watch.watch import TopicBudget, Verdict
from streams.records import Pulse
from streams.windows import minute_at
from tests.storms import TOPICS, escalations, run
from tests.unit.test_watch import STORM_AT, crowd, quiet

TOPIC = TOPICS[0]
BEGIN = minute_at(STORM_AT - timedelta(hours=1))
CAMPAIGN = Peak(BEGIN, BEGIN + 4 * 60, 30.0, "joulukampanja")


def effects_of(*parts: list[Arrival], peaks: tuple[Peak, ...] = (), policy: WatchPolicy | None = None):
    arrivals = sorted((a for part in parts for a in part), key=lambda a: a.clock_s)
    return run(Engine([TopicBudget(TOPIC, peaks=peaks)], policy), arrivals)


def test_an_expected_peak_opens_nothing_and_says_why() -> None:
    storm = crowd(40, 40)
    assert escalations(effects_of(quiet(), storm))
    effects = effects_of(quiet(), storm, peaks=(CAMPAIGN,))
    assert escalations(effects) == []
    assert Verdict.PLANNED in {e.verdict for e in effects if isinstance(e, Pulse)}


def test_what_exceeds_the_peak_opens_and_the_page_tells_of_it() -> None:
    (opened, *_) = escalations(effects_of(quiet(), crowd(600, 600), peaks=(CAMPAIGN,)))
    assert opened.evidence.planned_factor == 30.0
    assert opened.evidence.planned_note == "joulukampanja"
    assert opened.evidence.usual_high > 15


def test_another_day_is_as_always() -> None:
    day_before = Peak(BEGIN - 1440, BEGIN - 1200, 30.0)
    assert escalations(effects_of(quiet(), crowd(40, 40), peaks=(day_before,)))


def test_the_floors_rise_with_the_peak() -> None:
    """Twelve people are enough for a floor of five, and too few for three times five."""
    few = crowd(36, 12, over=36)
    low = Peak(BEGIN, BEGIN + 240, 3.0)
    policy = WatchPolicy(budget=100)
    assert escalations(effects_of(quiet(0.0), few, policy=policy))
    effects = effects_of(quiet(0.0), few, peaks=(low,), policy=policy)
    assert escalations(effects) == []


def test_what_is_usual_is_learnt_as_if_the_peak_were_smaller() -> None:
    levels = []
    for peaks in ((), (Peak(BEGIN, BEGIN + 240, 10.0),)):
        one = Engine([TopicBudget(TOPIC, peaks=peaks)], WatchPolicy(people_floor=1000))
        run(one, sorted([*quiet(), *crowd(40, 40)], key=lambda a: a.clock_s))
        levels.append(one.watches[TOPIC].state.baseline.level)
    assert levels[1] < levels[0]


def test_the_largest_peak_counts_and_lasts_as_long_as_the_windows_hold_its_mentions() -> None:
    peaks = (Peak(100, 200, 2.0), Peak(150, 160, 5.0))
    assert peak_at(peaks, 100) is None
    assert peak_at(peaks, 101) == peaks[0]
    assert peak_at(peaks, 170) == peaks[1]
    assert peak_at(peaks, 200 + AFTERGLOW - 1) == peaks[0]
    assert peak_at(peaks, 200 + AFTERGLOW) is None
    assert factor_of_hour(peaks, 3) == 1 + 20 / 60


def test_times_without_a_zone_are_those_of_the_organisation() -> None:
    start = datetime(2026, 12, 1, 9, 0)  # noqa: DTZ001 - as YAML gives it
    one = PlannedPeak(topic="A", start=start, end=start + timedelta(hours=2), factor=2)
    (peak,) = peaks_of([one], "A", ZoneInfo("Europe/Helsinki"))
    assert peak.start == minute_at(datetime(2026, 12, 1, 7, 0, tzinfo=UTC))
    assert peaks_of([one], "B", ZoneInfo("Europe/Helsinki")) == ()


def test_a_peak_that_ends_before_it_starts_is_refused() -> None:
    at = datetime(2026, 12, 1, tzinfo=UTC)
    with pytest.raises(ValidationError, match="swap start and end"):
        PlannedPeak(topic="A", start=at, end=at)
