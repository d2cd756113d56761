"""The stages of the Kafka twin, one by one."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from agents.pulse.copies import copy_keys, copy_keys_of
from agents.stages.alert import stored_of
from agents.stages.light import light
from agents.stages.score import seen_of
from agents.station import stored
from alerts.organisation import Organisation
from streams.codec import decode_line, encode
from streams.errors import BadRecord
from streams.records import Mention, ScoredMention
from tests.build import AT, mention, minutes
from tests.storms import WORDS

NOW = AT + timedelta(hours=1)
READ = (
    "id", "platform", "text", "op", "feed", "channel", "kind", "url", "title", "language", "conversation_id",
    "in_reply_to", "repost_of", "quote_of", "tags", "mentions", "links", "negativity", "version", "backfilled",
    "thread", "spreads", "author_key",
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
