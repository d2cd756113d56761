"""What the engine decides depends on the mentions and their times, not on how they reach it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from agents.watch.engine import Arrival
from agents.watch.policy import WatchPolicy
from agents.watch.snapshot import dump, load
from streams.records import ScoredMention
from tests.storms import Plan, differences, engine, escalations, run, stream, whole_state, written

STEADY = settings(
    derandomize=True, max_examples=20, deadline=None, phases=(Phase.explicit, Phase.generate)
)  # the same examples every time; a smaller seed is no simpler stream, so nothing is shrunk
POLICY = WatchPolicy()

plans = st.builds(
    Plan,
    seed=st.integers(0, 10_000),
    topics=st.integers(1, 2),
    quiet_hours=st.integers(2, 40),
    per_hour=st.integers(2, 5),
    storm=st.integers(60, 120),
    storm_minutes=st.integers(10, 80),
    second_wave=st.sampled_from((0, 0, 90)),
    copies=st.sampled_from((0.0, 0.1, 0.3)),
    edits=st.sampled_from((0.0, 0.1)),
    unknown_authors=st.sampled_from((0.0, 0.2)),
    threads=st.integers(1, 6),
    harm=st.sampled_from((0.0, 0.0, 0.05, 0.3)),
)
weeks = plans.map(lambda plan: replace(plan, quiet_hours=plan.quiet_hours + 8 * 24))
seeds = st.integers(0, 10_000)


def reordered(arrivals: list[Arrival], within_seconds: int, chance: random.Random) -> list[Arrival]:
    """The same arrivals, each up to so many seconds later among the others."""
    return sorted(arrivals, key=lambda a: a.clock_s + chance.uniform(0, within_seconds))


def repeated(arrivals: list[Arrival], chance: random.Random) -> list[Arrival]:
    """Some arrive again, up to a few times, each within `hold_minutes`; the clock is that of arrival."""
    again = [
        replace(one, clock_s=one.clock_s + chance.uniform(0, POLICY.hold_minutes * 60))
        for one in arrivals
        for _ in range(chance.choice((0, 0, 1, 3)))
    ]
    return sorted([*arrivals, *again], key=lambda a: a.clock_s)


@STEADY
@given(plans, st.integers(1, 60), seeds)
def test_any_cut_into_batches_gives_the_same_effects_to_the_byte(plan: Plan, most: int, seed: int) -> None:
    arrivals = stream(plan)
    whole = run(engine(), arrivals, batch=len(arrivals))
    assert [e for e in escalations(whole) if e.kind == "opened"], "a stream without a storm proves nothing"
    pieces, chance, start, effects = engine(), random.Random(seed), 0, []
    while start < len(arrivals):
        size = chance.randint(1, most)
        effects += pieces.step(arrivals[start : start + size])
        start += size
    effects += pieces.advance(arrivals[-1].clock_s + 8 * 3600)
    assert not differences(written(whole), written(effects))


@STEADY
@given(plans, seeds)
def test_any_order_within_the_lateness_bound_gives_the_same_effects_and_state(plan: Plan, seed: int) -> None:
    arrivals = stream(plan)
    in_order, shuffled = engine(), engine()
    effects = run(in_order, arrivals)
    mixed = reordered(arrivals, POLICY.lateness_seconds - 1, random.Random(seed))
    assert not differences(written(effects), written(run(shuffled, mixed)))
    assert not differences(whole_state(in_order), whole_state(shuffled))


@settings(STEADY, max_examples=6)
@given(weeks, seeds)
def test_order_means_nothing_after_a_week_either(plan: Plan, seed: int) -> None:
    """The surprise channel decides then, not that of the cold start."""
    arrivals = stream(plan)
    effects = run(engine(), arrivals)
    assert not all(e.evidence.learning for e in escalations(effects))
    mixed = reordered(arrivals, POLICY.lateness_seconds - 1, random.Random(seed))
    assert not differences(written(effects), written(run(engine(), mixed)))


@STEADY
@given(plans, seeds)
def test_any_duplication_gives_the_same_effects(plan: Plan, seed: int) -> None:
    arrivals = stream(replace(plan, edits=0.0))
    twice = repeated(arrivals, random.Random(seed))
    assert len(twice) > len(arrivals)
    end = twice[-1].clock_s + 8 * 3600
    once, more = engine(), engine()
    effects = [*once.step(arrivals), *once.advance(end)]
    assert not differences(written(effects), written([*more.step(twice), *more.advance(end)]))
    assert once.tallies["duplicate"] == 0
    assert more.tallies["duplicate"] == len(twice) - len(arrivals)


@STEADY
@given(plans, st.integers(1, 80), seeds)
def test_a_snapshot_at_any_point_goes_on_as_if_nothing_had_happened(plan: Plan, most: int, seed: int) -> None:
    """Dumps are incremental and put into one dictionary, as the store keeps them."""
    arrivals = stream(plan)
    steady = engine()
    expected = written(run(steady, arrivals))
    blobs: dict[str, bytes] = {}
    chance, start, effects, one = random.Random(seed), 0, [], engine()
    while start < len(arrivals):
        size = chance.randint(1, most)
        effects += one.step(arrivals[start : start + size])
        start += size
        for key, blob in dump(one).items():
            if blob is None:
                blobs.pop(key, None)
            else:
                blobs[key] = blob
        if chance.random() < 0.5:
            one = engine()
            load(one, blobs)
    effects += one.advance(arrivals[-1].clock_s + 8 * 3600)
    assert not differences(expected, written(effects))
    assert not differences(whole_state(steady), whole_state(one))


@STEADY
@given(plans, seeds, st.integers(1, 40))
def test_what_is_later_than_held_changes_nothing_but_the_tally(plan: Plan, seed: int, count: int) -> None:
    arrivals = stream(plan)
    chance = random.Random(seed)
    beyond = POLICY.hold_minutes + 60 + POLICY.lateness_seconds / 60  # its hour is closed for sure
    late = []
    for _ in range(count):
        one = chance.choice(arrivals)
        moved = one.mention.model_copy(
            update={
                "id": f"{one.mention.id}-late",
                "published_at": one.mention.published_at - timedelta(minutes=beyond + 1),
            }
        )
        scored = one.scored and ScoredMention(moved, one.scored.topics, 0.9, "fi")
        late.append(Arrival(moved, scored, one.clock_s))
    late = [one for one in late if one.clock_s > arrivals[0].clock_s + 3 * 3600]
    mixed = sorted([*arrivals, *late], key=lambda a: a.clock_s)
    alone, crowded = engine(), engine()
    assert not differences(written(run(alone, arrivals)), written(run(crowded, mixed)))
    assert crowded.tallies["late"] == alone.tallies["late"] + len(late)
