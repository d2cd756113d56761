"""A record of `scored` is cut where another tick falls due, and nowhere else."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from agents.stages.records import VERSION, Scored
from agents.stages.stretches import stretches

LATENESS = 60


def due(clock: float) -> int:
    return int((clock - LATENESS) // 60)


def scored(clocks: list[float], first: int = 100) -> Scored:
    """A record of as many mentions, each published when its clock tells."""
    places = array("I", range(len(clocks)))
    minutes = array("I", [int(clock // 60) for clock in clocks])
    told = [(place, clock) for place, clock in enumerate(clocks) if place == 0 or clock > max(clocks[:place])]
    return Scored(
        VERSION, 0, first, first + len(clocks) - 1, first - 1, False, told,
        places.tobytes(), minutes.tobytes(), places.tobytes(), [], [], [], [],
    )  # fmt: skip


def test_seconds_of_one_minute_are_one_stretch_and_the_next_tick_begins_another() -> None:
    found = list(stretches(scored([120.0, 121.0, 179.0, 180.0, 181.0]), 100, -1, due))
    assert [(one.clock, one.last) for one in found] == [(179.0, 102), (181.0, 104)]


def test_no_stretch_reaches_over_the_cut() -> None:
    found = list(stretches(scored([120.0, 121.0, 122.0]), 100, 101, due))
    assert [one.last for one in found] == [101, 102]


@given(st.lists(st.integers(100, 1000).map(float), min_size=1, max_size=30), st.integers(-1, 130))
def test_every_mention_waits_for_the_tick_that_was_due_when_it_came(clocks: list[float], cut: int) -> None:
    record, latest = scored(clocks), 0.0
    place, now = 0, 0.0
    for one in stretches(record, record.first, cut, due):
        now = max(now, one.clock or now)
        assert sum(len(digests) // 4 for _, digests in one.volume) == one.last - record.first + 1 - place
        while place <= one.last - record.first:
            latest = max(latest, clocks[place])
            assert due(now) == due(latest)
            place += 1
    assert (place, now) == (len(clocks), max(clocks))
