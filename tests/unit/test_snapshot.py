"""Snapshots: small, whole, and refused when they cannot be read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agents.watch.engine import Arrival
from agents.watch.policy import WatchPolicy
from agents.watch.snapshot import dump, load, pack
from streams.errors import BrokenState
from tests.storms import START, TOPICS, Plan, arrival, differences, engine, run, stream, whole_state, written


def kept(*dumps: dict[str, bytes | None]) -> dict[str, bytes]:
    """Dumps as the store keeps them."""
    blobs: dict[str, bytes | None] = {}
    for one in dumps:
        blobs |= one
    return {key: blob for key, blob in blobs.items() if blob is not None}


def test_an_engine_without_a_snapshot_starts_empty() -> None:
    one = engine()
    load(one, {})
    assert one.watches == {}


def test_the_usual_share_is_as_told_now_and_not_as_it_was_stored() -> None:
    stored = {key: blob for key, blob in dump(engine()).items() if blob is not None}
    told = engine(WatchPolicy(usual_share=1.0))
    load(told, stored)
    assert told.volume.share == 1.0


def test_a_second_dump_holds_only_what_changed() -> None:
    one = engine()
    run(one, stream(Plan(topics=2)), hours_after=0.2)
    first = dump(one)
    assert {key.partition(":")[0] for key in first} == {
        "meta",
        "volume",
        "topic",
        "voices",
        "copies",
        "thread",
    }
    assert set(dump(one)) == {"meta", "volume"}
    end = START + timedelta(hours=43)
    one.step([arrival("x:new", end, topics=TOPICS[1:], author="someone")])
    one.advance(end.timestamp() + 180)
    second = dump(one)
    assert f"topic:{TOPICS[1]}" in second
    assert f"topic:{TOPICS[0]}" not in second, "nothing came for it"
    assert len(second) < len(first) / 5


def test_what_is_gone_is_written_as_none() -> None:
    one = engine()
    run(one, stream(Plan()), hours_after=0)
    before = dump(one)
    run(one, [arrival("x:new", START + timedelta(days=5))], hours_after=30)
    after = dump(one)
    gone = {key for key, blob in after.items() if blob is None}
    assert {key.partition(":")[0] for key in gone} == {"voices", "copies", "thread"}
    assert set(kept(before, after)) < set(before) | set(after)


def test_a_topic_that_is_no_longer_configured_is_left_out() -> None:
    one = engine()
    run(one, stream(Plan(topics=2)), hours_after=0)
    other = engine(topics=TOPICS[:1])
    load(other, kept(dump(one)))
    assert list(other.watches) == [TOPICS[0]]
    other.advance(START.timestamp() + 60 * 3600)


def test_threads_of_topics_whose_names_begin_alike_are_not_mixed_up() -> None:
    """ "Kotikori" and "Kotikori: Express" with a thread "x" and " Express:x"."""
    one = engine()
    posts = [
        arrival("x:1", START, topics=TOPICS[:1], thread=" Express:x"),
        arrival("x:2", START, topics=TOPICS[1:], thread="x"),
    ]
    run(one, posts, hours_after=0.1)
    again = engine()
    load(again, kept(dump(one)))
    for name in TOPICS:
        assert list(again.watches[name].state.counts.threads.by_id) == list(
            one.watches[name].state.counts.threads.by_id
        )


def test_what_waits_for_its_tick_is_kept() -> None:
    one, whole = engine(), engine()
    first = [arrival("x:1", START, author="a", thread="t")]
    one.step(first)
    again = engine()
    load(again, kept(dump(one)))
    end = START.timestamp() + 3600
    assert again.advance(end) == run(whole, first, hours_after=1) != []
    assert whole_state(again) == whole_state(whole)


def test_a_topic_that_hardly_anyone_mentions_goes_on_after_every_mention() -> None:
    """Hours of silence are owed to its evidence; a snapshot keeps the debt."""
    rare = [arrival(f"x:r{n}", START + timedelta(days=20, hours=14 * n), author=f"a{n}") for n in range(8)]
    others = [
        arrival(f"x:o{n}", START + timedelta(hours=6 * n), topics=TOPICS[1:], author="b") for n in range(100)
    ]
    arrivals = sorted([*rare, *others], key=lambda a: a.clock_s)
    steady, one, blobs = engine(), engine(), dict[str, bytes]()
    effects = []
    for each in arrivals:
        effects += one.step([each])
        blobs = kept(dict(blobs), dump(one))
        one = engine()
        load(one, blobs)
    expected = run(steady, arrivals, hours_after=0)
    assert not differences(written(expected), written(effects))
    assert not differences(whole_state(steady), whole_state(one))


def test_a_deletion_reaches_the_snapshot() -> None:
    """Text of a deleted mention must not come back with a restart."""
    one = engine()
    secret = arrival("x:1", START, text="salainen osoite ja nimi aivan liian monta sanaa")
    run(one, [secret], hours_after=0.1)
    blobs = kept(dump(one))
    assert any(b"salainen" in blob for blob in blobs.values())
    deletion = secret.mention.model_copy(update={"op": "delete", "text": ""})
    one.step([Arrival(deletion, None, START.timestamp() + 400)])
    assert not any(b"salainen" in blob for blob in kept(blobs, dump(one)).values())


@pytest.mark.parametrize(
    ("key", "blob"),
    [
        ("meta", pack([99, 0, {}, {}, {}])),
        ("meta", b"\xc1"),
        ("volume", pack([1, 2])),
        (f"topic:{TOPICS[0]}", pack("nonsense")),
        (f"voices:{TOPICS[0]}:1", pack([[1], []])),
        (f"copies:{TOPICS[0]}:1", b""),
    ],
)
def test_a_broken_snapshot_stops_the_start_with_a_message(key: str, blob: bytes) -> None:
    one = engine()
    run(one, stream(Plan()), hours_after=0)
    with pytest.raises(BrokenState, match=r"stored state|format"):
        load(engine(), {**kept(dump(one)), key: blob})


def test_no_name_or_handle_stands_in_a_snapshot() -> None:
    one = engine()
    run(one, [arrival("x:1", START, author="matti.meikäläinen")], hours_after=0.1)
    assert not any(b"matti" in blob for blob in kept(dump(one)).values())
