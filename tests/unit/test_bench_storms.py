"""Storms that are injected, how they are read, and how sure the figures are."""

from __future__ import annotations

import random
from dataclasses import asdict
from pathlib import Path
from statistics import fmean

import pytest

from agents.bench import budgets, injections, readers, storm_parts
from agents.bench.data import DAY
from agents.bench.intervals import at_most, bootstrap, poisson_bounds
from agents.bench.made import BEGIN, busy_times
from agents.bench.mentions import Threads, arrival, background
from agents.bench.places import SIZES, Background, Storm, storms
from agents.bench.readers import ALL, TRUE, Chances, Labels

BURST = {"crisis:burst": [float(n * n) for n in range(1, 80)]}


def place(days: float = 8.0, an_hour: float = 20.0) -> Background:
    return Background("made", busy_times(an_hour, days, random.Random(3)), [])


def test_storms_are_the_same_whoever_reads_them() -> None:
    first, again = (list(storms(place(), BURST, DAY)) for _ in range(2))
    assert first == again
    assert {one.size for one in first} == set(SIZES)
    assert len({one.at for one in first}) * len(SIZES) == len(first)


def test_a_storm_of_twice_a_days_volume_has_twice_a_days_mentions() -> None:
    where = place()
    sizes = {one.size: len(one.times) for one in storms(where, BURST, DAY)}
    assert sizes[2.0] == pytest.approx(2 * where.daily, abs=1)
    assert all(one.times[0] == pytest.approx(one.at, abs=1.0) for one in storms(where, BURST, DAY))


def test_nothing_is_injected_where_something_was_known_to_happen() -> None:
    where = place()
    busy = Background("made", where.times, [(where.times[0], where.times[-1])])
    assert not list(storms(busy, BURST, DAY))
    assert busy.clean_days(where.times[0], where.times[-1]) == pytest.approx(0.0)


def test_half_and_peak_of_a_storm() -> None:
    storm = Storm(0.0, "crisis:x", 1.0, [0.0, 9000.0, 9100.0, 9200.0, 20000.0], "s")
    assert (storm.half, storm.peak) == (9100.0, 10800.0)


def test_a_cascade_is_one_thread_and_a_crisis_many() -> None:
    times = [float(n) for n in range(60)]
    tree, crisis = (Storm(0.0, shape, 1.0, times, "s").first_half(TRUE) for shape in ("tree:1", "crisis:x"))
    assert len({one.mention.thread for one in tree}) == 1
    assert len({one.mention.thread for one in crisis}) > 3


def test_a_thread_that_is_joined_is_one_of_the_recent() -> None:
    threads = Threads(0.5, random.Random(1))
    given = [threads.of(f"m{number}") for number in range(200)]
    assert all(thread in given[: number + 1] for number, thread in enumerate(given))
    assert 40 < len(set(given)) < 160


def test_the_engine_pages_for_a_large_storm_and_counts_its_mentions() -> None:
    found = injections.run(place(), BURST, TRUE, DAY)
    large = [one for one in found.injections if one.size == 5.0]
    assert large
    assert all(one.lead_s is not None and one.mentions for one in large)
    assert found.months == pytest.approx(8 * 0.4 / 30.44, rel=0.2)


def test_counting_everything_calls_everything_negative() -> None:
    chance = random.Random(1)
    assert {ALL.reads(negative, chance) for negative in (True, False)} == {1.0}
    assert {TRUE.reads(False, chance) for _ in range(50)} == {0.0}


def test_the_scorers_own_chances_are_drawn_by_the_true_label() -> None:
    reader = Chances("s", (0.4, 0.6, 0.8), (0.0, 0.1, 0.2), 0.6, 0.1, 9)
    chance = random.Random(1)
    assert fmean(reader.reads(True, chance) for _ in range(4000)) == pytest.approx(0.6, abs=0.01)
    assert fmean(reader.reads(False, chance) for _ in range(4000)) == pytest.approx(0.1, abs=0.01)


def test_the_confusion_matrix_is_the_mean_over_languages() -> None:
    found = [Chances("a", (), (), 0.4, 0.2, 1), Chances("b", (), (), 0.6, 0.1, 1)]
    assert readers.confusion(found) == Labels("shipped scorer's labels", 0.5, 0.15)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    readers.write(readers.shipped(), tmp_path / "table.json")
    assert readers.shipped(tmp_path / "table.json") == readers.shipped()


@pytest.mark.slow
@pytest.mark.shared
def test_the_kept_table_is_what_the_bundled_model_gives(shared_data: Path) -> None:
    again = readers.measured(shared_data / "sentiment")
    assert [asdict(one) for one in again] == [asdict(one) for one in readers.shipped()]


def test_exact_bounds_hold_what_they_promise() -> None:
    low, high = poisson_bounds(7, 2.0)
    assert at_most(7, high * 2.0) == pytest.approx(0.025, abs=1e-6)
    assert 1 - at_most(6, low * 2.0) == pytest.approx(0.025, abs=1e-6)
    assert poisson_bounds(0, 1.0) == (0.0, pytest.approx(3.689, abs=1e-3))


def test_groups_that_are_alike_have_a_narrow_interval() -> None:
    assert bootstrap([1.0, 1.0], fmean) == (1.0, 1.0)
    low, high = bootstrap([0.0, 1.0] * 20, fmean)
    assert low < 0.4
    assert high > 0.6


def test_a_smaller_budget_never_pages_more_on_one_burst() -> None:
    quiet = list(background(busy_times(6.0, 6.0, random.Random(5)), TRUE, "q", topics=budgets.named("t")))
    start = BEGIN + 5.5 * DAY
    burst = [
        arrival(f"s{n}", start + 40.0 * n, 1.0, f"p{n}", None, topics=budgets.named("t")) for n in range(120)
    ]
    pages = budgets.pages(sorted([*quiet, *burst], key=lambda one: one.clock_s), ["t"])
    assert pages[0.25] >= 1
    assert set(pages) == set(budgets.BUDGETS)


def test_topic_months_are_counted_for_every_topic() -> None:
    assert budgets.months_of([0.0, 30.44 * DAY], 10) == pytest.approx(10.0)


def test_mean_recall_weighs_sizes_alike() -> None:
    found = [
        injections.Injection("b", "s", size, 60.0 if size > 1 else None, 5)
        for size in SIZES
        for _ in range(2)
    ]
    assert storm_parts.mean_recall([injections.Outcome("b", found)]) == pytest.approx(0.4)
