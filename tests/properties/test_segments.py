"""A shard's state as a log of segments: whatever dies in the middle, what is found was stored whole."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.stages.segments import Segments, Write, size_of

KEYS = [f"k{number}" for number in range(6)]
changes = st.dictionaries(st.sampled_from(KEYS), st.one_of(st.none(), st.binary(max_size=40)), min_size=1)
State = dict[str, bytes]


def written(segments: Segments, tick: int, change: dict[str, bytes | None], state: State) -> Write:
    """A checkpoint as `ShardState` makes one: what changed, and what is to be rewritten."""
    size = size_of(change)
    blobs = dict(change)
    for key in segments.to_rewrite(size):
        blobs.setdefault(key, state.get(key))
    return segments.write(tick, blobs, size)


def applied(state: State, change: dict[str, bytes | None]) -> State:
    merged = {**state, **change}
    return {key: blob for key, blob in merged.items() if blob is not None}


@settings(max_examples=80, deadline=None)
@given(st.lists(changes, min_size=1, max_size=25), st.data())
def test_what_is_loaded_is_the_last_state_that_was_stored_whole(
    steps: list[dict[str, bytes | None]], data: st.DataObject
) -> None:
    """A writer may die after any record, and before or after it dropped what is replaced."""
    table: dict[str, bytes] = {}
    stored: State = {}
    writer = 1
    segments = Segments(3, writer)
    for tick, change in enumerate(steps):
        state = applied(stored, change)
        write = written(segments, tick, change, state)
        whole = data.draw(st.booleans())
        if whole:
            table.update(write.records)
            stored = state
        if whole and data.draw(st.booleans()):
            for key in write.gone:
                table.pop(key, None)
        if not whole or data.draw(st.booleans()):
            writer += 1
            segments = Segments(3, writer)
            assert segments.load(table) == stored
    assert Segments(3, writer + 1).load(table) == stored


@settings(max_examples=80, deadline=None)
@given(st.lists(changes, min_size=2, max_size=20), st.integers(0, 20), st.integers(1, 3))
def test_a_writer_that_was_believed_dead_changes_nothing(
    steps: list[dict[str, bytes | None]], split: int, ahead: int
) -> None:
    """It goes on for a few ticks beside its successor; both decide the same, each in its own records."""
    split = split % len(steps)
    table: dict[str, bytes] = {}
    state: State = {}
    paused = Segments(0, 1)
    for tick, change in enumerate(steps[:split]):
        state = applied(state, change)
        write = written(paused, tick, change, state)
        table = {**table, **write.records}
        table = {key: value for key, value in table.items() if key not in write.gone}
    successor = Segments(0, 2)
    assert successor.load(table) == state
    late: list[Write] = []
    of_paused = dict(state)
    for tick, change in enumerate(steps[split : split + ahead], split):
        of_paused = applied(of_paused, change)
        late.append(written(paused, tick, change, of_paused))
    for tick, change in enumerate(steps[split:], split):
        state = applied(state, change)
        write = written(successor, tick, change, state)
        table.update(write.records)
        for key in write.gone:
            table.pop(key, None)
        if late:
            ghost = late.pop(0)
            table.update(ghost.records)
            for key in ghost.gone:
                table.pop(key, None)
    assert Segments(0, 3).load(table) == state


def test_a_segment_that_lacks_a_part_does_not_count() -> None:
    segments = Segments(0, 1)
    first = segments.write(1, {"a": b"old"}, 4)
    second = segments.write(2, {"a": b"x" * 900_000, "b": b"y" * 900_000}, 1_800_000)
    assert len(second.records) == 2
    part = dict(list(second.records.items())[:1])
    assert Segments(0, 2).load({**first.records, **part}) == {"a": b"old"}
    assert set(Segments(0, 2).load({**first.records, **second.records})) == {"a", "b"}


def test_the_log_stays_short() -> None:
    """A thousand checkpoints of a state that does not grow are a few records, about as large as the state."""
    segments, table = Segments(0, 1), dict[str, bytes]()
    state = {f"k{number}": bytes(50) for number in range(200)}
    for tick in range(1000):
        change: dict[str, bytes | None] = {f"k{(tick * 7 + n) % 200}": bytes(50) for n in range(5)}
        write = written(segments, tick, change, state)
        table.update(write.records)
        for key in write.gone:
            del table[key]
    assert len(table) < 12
    assert sum(map(len, table.values())) < 4 * size_of(dict(state))
