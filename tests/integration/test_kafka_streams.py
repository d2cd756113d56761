"""Streams on a real broker: created, checked, read, copied, put back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import ConfigResource
from kafka.structs import OffsetAndMetadata

from streams.errors import BadConfiguration
from streams.kafka.broker import admin
from streams.kafka.copying import put
from streams.kafka.creating import check, check_streams, create_streams
from streams.kafka.dead_letters import REPLAYED, Refused, letter, put_back, waiting
from streams.kafka.offsets import lags, spans
from streams.kafka.reading import Raw, last, read
from streams.kafka.settings import KafkaSettings, connection
from streams.names import DEAD_LETTERS, MENTIONS, STREAMS, Stream

pytestmark = pytest.mark.kafka
AT = datetime(2026, 11, 21, tzinfo=UTC)


def record(key: str, value: bytes, stream: Stream = MENTIONS) -> Raw:
    return Raw(stream.name, len(value) % 3, 0, AT, key.encode(), value, (("schema", b"1"),))


def contents(settings: KafkaSettings, stream: Stream = MENTIONS) -> dict[bytes | None, bytes | None]:
    return {raw.key: raw.value for raw in read(settings, stream, spans(settings, stream))}


def test_a_start_without_streams_is_refused_and_says_the_mending_command(kafka: KafkaSettings) -> None:
    with pytest.raises(BadConfiguration) as refused:
        check_streams(kafka)
    assert refused.value.mistakes == [
        f"stream {stream.name}: is not there; run: palovahti streams create" for stream in STREAMS
    ]


def test_created_streams_pass_the_check_and_creating_again_changes_nothing(kafka: KafkaSettings) -> None:
    assert len(create_streams(kafka)) == len(STREAMS)
    check_streams(kafka)
    assert create_streams(kafka) == []


def test_a_configuration_that_somebody_changed_is_found_and_set_right(kafka: KafkaSettings) -> None:
    create_streams(kafka)
    topic = MENTIONS.full_name(kafka.prefix)
    with admin(kafka) as client:
        client.alter_configs([ConfigResource("TOPIC", topic, {"retention.ms": "1000"})])
    while not check(kafka):  # the broker answers before it has seen the change itself
        pass
    (wrong,) = check(kafka)
    assert str(wrong) == "mentions: retention.ms is 1000, not 604800000; run: palovahti streams create"
    assert create_streams(kafka) == [wrong]
    check_streams(kafka)


def test_another_number_of_partitions_is_never_changed_but_named(kafka: KafkaSettings) -> None:
    create_streams(kafka)
    other = kafka.model_copy(update={"partitions": 5})
    create_streams(other)
    wrong = check(other)
    assert {each.stream for each in wrong} == {stream.name for stream in STREAMS if not stream.partitions}
    assert wrong[0].wrong == "has 3 partitions, not 5"
    assert "partitions: 3" in wrong[0].remedy


def test_what_is_put_is_read_with_key_value_and_headers(kafka: KafkaSettings) -> None:
    create_streams(kafka)
    given = [replace(record(f"k{n}", b"%d" % n), partition=n % 3) for n in range(50)]
    assert put(kafka, given) == 50
    found = sorted(read(kafka, MENTIONS, spans(kafka, MENTIONS)), key=lambda raw: (raw.partition, raw.offset))
    assert [(raw.partition, raw.key, raw.value, raw.headers) for raw in found] == [
        (raw.partition, raw.key, raw.value, raw.headers)
        for raw in sorted(given, key=lambda raw: raw.partition)
    ]


def test_a_partition_that_is_not_there_is_named(kafka: KafkaSettings) -> None:
    create_streams(kafka)
    with pytest.raises(BadConfiguration, match="has 3 partitions, no number 3; give both"):
        put(kafka, [replace(record("k", b"1"), partition=3)])


def test_tail_gives_the_newest_over_all_partitions(kafka: KafkaSettings) -> None:
    create_streams(kafka)
    for n in range(6):  # one by one, so that each has a time of its own
        put(kafka, [record(f"k{n}", b"%d" % n)])
    assert [raw.value for raw in last(kafka, MENTIONS, 3)] == [b"3", b"4", b"5"]


def test_a_time_bounds_what_is_read(kafka: KafkaSettings) -> None:
    create_streams(kafka)
    put(kafka, [record("early", b"1")])
    early = last(kafka, MENTIONS, 1)[0].at
    put(kafka, [record("late", b"2")])
    late = last(kafka, MENTIONS, 1)[0].at
    assert early < late
    values = [raw.value for raw in read(kafka, MENTIONS, spans(kafka, MENTIONS, since=late))]
    assert values == [b"2"]
    values = [raw.value for raw in read(kafka, MENTIONS, spans(kafka, MENTIONS, until=late))]
    assert values == [b"1"]
    assert list(read(kafka, MENTIONS, spans(kafka, MENTIONS, since=late + timedelta(days=1)))) == []


def test_lag_is_what_a_group_has_not_committed(kafka: KafkaSettings) -> None:
    create_streams(kafka)
    put(kafka, [replace(record(f"k{n}", b"%d" % n), partition=n % 3) for n in range(30)])
    ends = {span.partition: span.end for span in spans(kafka, MENTIONS)}
    part = TopicPartition(MENTIONS.full_name(kafka.prefix), 0)
    client = KafkaConsumer(**connection(kafka), group_id=f"{kafka.prefix}score", enable_auto_commit=False)
    client.assign([part])
    client.commit({part: OffsetAndMetadata(2, "", -1)})
    client.close()
    found = {lag.partition: (lag.committed, lag.waiting) for lag in lags(kafka)}
    assert found == {0: (2, ends[0] - 2), 1: (None, ends[1]), 2: (None, ends[2])}


def test_a_dead_letter_is_put_back_as_it_came_once(kafka: KafkaSettings) -> None:
    create_streams(kafka)
    bad = replace(record("k", b"{not json"), partition=2, offset=41)
    sent = letter(Refused(bad, "not_json", "line 1"))
    put(kafka, [sent, sent])  # a worker that died came to it twice
    (found,) = waiting(kafka)
    assert (found.position, found.reason, found.detail) == ("mentions/2/41", "not_json", "line 1")
    assert found.record == bad
    assert put_back(kafka, [found]) == 1
    assert waiting(kafka) == []
    (again,) = read(kafka, MENTIONS, spans(kafka, MENTIONS))
    assert (again.partition, again.key, again.value) == (2, b"k", b"{not json")
    assert again.headers == (("schema", b"1"), (REPLAYED, b"mentions/2/41"))


def test_a_dead_letter_may_be_mended_on_the_way_back(kafka: KafkaSettings) -> None:
    create_streams(kafka)
    put(kafka, [letter(Refused(record("k", b"bad"), "not_json", ""))])
    put_back(kafka, waiting(kafka), lambda value: value.replace(b"bad", b"good"))
    assert contents(kafka) == {b"k": b"good"}


def test_a_letter_of_a_feed_stays(kafka: KafkaSettings) -> None:
    create_streams(kafka)
    ours = Stream("feed:rss", "", "", None)
    put(kafka, [letter(Refused(record("k", b"bad", ours), "not_json", ""))])
    assert put_back(kafka, waiting(kafka)) == 0
    assert [each.position for each in waiting(kafka)] == ["feed:rss/0/0"]
    assert DEAD_LETTERS.writes == 1


def test_no_broker_is_said_with_what_to_look_at() -> None:
    nowhere = KafkaSettings(bootstrap=("127.0.0.1:1",))
    with pytest.raises(ConnectionError, match=r"nothing listens at 127\.0\.0\.1:1; .*bootstrap"):
        check(nowhere)
