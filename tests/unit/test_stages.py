"""The stages of the Kafka twin, one by one."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from agents.match import Topic
from agents.pipeline import Pipeline
from agents.pulse.copies import copy_keys, copy_keys_of
from agents.sentiment.loading import load_scorer
from agents.stages.alert import AlertStage, stored_of
from agents.stages.light import light
from agents.stages.records import Finding, Scored, time_mark, unpack_scored
from agents.stages.score import Chunk, ScoreStage, seen_of
from agents.stages.shard import Shard
from agents.stages.state import ShardState
from agents.station import stored
from agents.watch.engine import Engine
from agents.watch.watch import TopicBudget
from alerts.desk import Desk
from alerts.incidents import IncidentPolicy
from alerts.organisation import Organisation
from alerts.store.sqlite import SqliteStore
from streams.codec import decode_line, encode
from streams.errors import BadRecord
from streams.records import Mention, ScoredMention
from tests.build import AT, escalation, mention, minutes
from tests.storms import WORDS

NOW = AT + timedelta(hours=1)
READ = (
    "id", "platform", "text", "op", "feed", "channel", "kind", "url", "title", "language", "conversation_id",
    "in_reply_to", "repost_of", "quote_of", "tags", "mentions", "links", "negativity", "version",
    "backfilled", "thread", "spreads", "author_key",
)  # fmt: skip


@pytest.mark.parametrize(
    "one",
    [
        mention(),
        mention(author=None, title="Otsikko", conversation_id="x:1", in_reply_to="x:1", kind="reply"),
        mention(repost_of="x:9", tags=("a", "b"), links=("https://x.fi",), negativity=0.25),
        mention(observed_at=AT - minutes(5), edited_at=AT, op="update", version="3", backfilled=True),
        mention(text="Hinta < 5 & laatu > 3"),
        mention(text="tyhjä\u200eväli", platform="oma-palsta"),
    ],
)
def test_a_light_mention_reads_as_the_whole_one(one: Mention) -> None:
    line = encode(one)
    found, expected = light(line, NOW), decode_line(line, NOW)
    assert [getattr(found, name) for name in READ] == [getattr(expected, name) for name in READ]
    assert found.event_at == expected.event_at
    assert (found.author and found.author.handle) == (expected.author and expected.author.handle)


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"[]", b'{"id": "", "platform": "x", "text": "a", "published_at": "2026-03-10T12:00:00Z"}'],
)
def test_what_is_no_mention_is_refused(line: bytes) -> None:
    with pytest.raises(BadRecord):
        light(line, NOW)


def test_odd_values_are_repaired_as_everywhere() -> None:
    """A number as text, markup, a time without a zone."""
    line = (
        b'{"id":"x:1","platform":"x","text":"<b>Huono</b> &amp; kallis","published_at":"2026-03-10T12:00:00",'
        b'"negativity":"0.5"}'
    )
    found, expected = light(line, NOW), decode_line(line, NOW)
    assert [found.text, found.published_at, found.negativity] == [
        expected.text,
        expected.published_at,
        expected.negativity,
    ]


def test_bands_of_many_texts_are_those_of_each() -> None:
    chance = random.Random(1)
    texts = [" ".join(chance.choices(WORDS, k=chance.randrange(12))) for _ in range(200)]
    slots = [chance.randrange(5) for _ in texts]
    assert copy_keys_of(texts, slots) == [
        copy_keys(text, slot) for text, slot in zip(texts, slots, strict=True)
    ]
    assert copy_keys_of([], []) == []


def test_a_mention_reaches_the_store_as_it_does_in_one_process() -> None:
    organisation = Organisation(official_accounts=("posti",))
    for one in (
        mention(author={"handle": "posti"}, url="https://x.fi/1"),
        mention(author=None, kind="reply"),
    ):
        scored = ScoredMention(one, ("Posti", "Matkahuolto"), 0.75, "fi")
        official = organisation.is_official(one.author)
        assert stored_of(seen_of(scored, official=official)) == stored(scored, organisation)


# score: what cannot be used


def score_stage() -> ScoreStage:
    topics = [Topic(name="Posti", terms=("Posti",))]
    return ScoreStage(Pipeline(topics, load_scorer(), ("fi",)), Organisation(), 2)


def test_what_cannot_be_used_is_refused_with_its_place_and_costs_no_neighbour() -> None:
    good = encode(mention())
    judged = score_stage().step(Chunk(0, 6, True, [(7, b"{"), (8, good), (9, b"\xff")]), NOW)
    assert [(one.offset, one.reason) for one in judged.refused] == [(7, "malformed"), (9, "malformed")]
    assert (judged.mentions, judged.matched) == (1, 1)
    assert [unpack_scored(value).last for value in judged.scored.values()] == [9, 9]


def test_a_time_mark_reaches_every_shard() -> None:
    judged = score_stage().step(Chunk(1, 4, False, [(5, time_mark(AT.timestamp()))]), NOW)
    assert [unpack_scored(value).clocks for value in judged.scored.values()] == [[(0, AT.timestamp())]] * 2


# watch: what came before


def scored(first: int, *, after: int, begins: bool = False, clock: float = 0.0) -> Scored:
    clocks = [(0, clock)] if clock else []
    return Scored(1, 0, first, first, after, begins, clocks, b"", b"", b"", [], [], [], [])


def shard() -> Shard:
    return Shard(0, Engine([TopicBudget("Posti")]), 1)


def test_what_follows_a_hole_waits_until_both_come_again() -> None:
    """Otherwise the lost one would be taken for one that was read before."""
    one = shard()
    one.take(scored(0, after=-1, begins=True))
    one.take(scored(2, after=1))
    assert (one.tallies["hole"], one.sources[0].received) == (1, 0)
    one.take(scored(1, after=0))
    one.take(scored(2, after=1))
    assert (one.tallies["hole"], one.sources[0].received) == (1, 2)


def test_time_stands_still_until_every_source_told_it() -> None:
    one = Shard(0, Engine([TopicBudget("Posti")]), 2)
    one.take(scored(0, after=-1, begins=True, clock=AT.timestamp()))
    one.advance()
    assert one.engine.ticked == 0
    other = scored(0, after=-1, begins=True, clock=AT.timestamp() - 600)
    other.source = 1
    one.take(other)
    one.advance()
    assert one.engine.ticked == AT.timestamp() // 60 - 11  # ten minutes behind, and the lateness


def test_a_record_is_released_when_the_state_holds_all_it_brought() -> None:
    stage, state = score_stage(), ShardState(shard(), {}, 1)
    records = [(0, encode(mention())), (1, time_mark(AT.timestamp() + 30))]
    stage._partitions = 1
    state.shard.take(unpack_scored(stage.step(Chunk(0, -1, True, records), NOW).scored[0]), "first")
    state.shard.advance()
    assert state.checkpoint()[1] == []
    state.shard.take(scored(2, after=1, clock=AT.timestamp() + 180), "second")
    state.shard.advance()
    assert state.checkpoint()[1] == ["first", "second"]


# alert: each finding once


def finding(number: int, *, after: int, begins: bool = False) -> Finding:
    raised = escalation(id=f"inc-1.{number}", incident=f"inc-{number}", topic="Posti")
    body = raised.model_dump_json().encode()
    return Finding(1, 0, number, after, begins, AT.timestamp(), [], [body], [], [], [])


def alert_stage() -> AlertStage:
    store = SqliteStore(":memory:")
    desk = Desk(store, IncidentPolicy(), Organisation(), [], lambda: None)
    return AlertStage(store, desk, 1, recorded=True)


def test_a_finding_that_comes_twice_changes_nothing() -> None:
    stage = alert_stage()
    stage.step([finding(1, after=0, begins=True)], NOW)
    before = [stage.store.incident("inc-1"), stage.store.audit("inc-1")]
    handled = stage.step([finding(1, after=0, begins=True)], NOW)
    assert [stage.store.incident("inc-1"), stage.store.audit("inc-1")] == before
    assert (handled.escalations, stage.tallies["repeated"]) == ([], 1)


def test_a_finding_after_a_hole_waits() -> None:
    stage = alert_stage()
    stage.step([finding(1, after=0, begins=True), finding(3, after=2)], NOW)
    assert stage.store.incident("inc-3") is None
    stage.step([finding(2, after=1), finding(3, after=2)], NOW)
    assert stage.store.incident("inc-3") is not None
