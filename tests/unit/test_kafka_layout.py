"""How streams must lie on the broker, without one."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from agents.cli.raw import as_object, line
from alerts.organisation import Organisation
from streams.kafka.layout import Layout, mismatches, wanted
from streams.kafka.settings import KafkaSettings, connection
from streams.names import DEAD_LETTERS, INCIDENTS, MENTIONS, STREAMS
from tests.build import AT


def told(found: Layout | None, settings: KafkaSettings) -> list[str]:
    return [str(each) for each in mismatches("mentions", wanted(MENTIONS, settings), found)]


def test_the_settings_decide_how_many_partitions_and_the_table_where_it_says() -> None:
    settings = KafkaSettings(partitions=12)
    assert wanted(MENTIONS, settings).partitions == 12
    assert wanted(DEAD_LETTERS, settings).partitions == 1


def test_a_stream_as_wanted_has_no_mismatch() -> None:
    settings = KafkaSettings(replication=3)
    assert [mismatches(each.name, wanted(each, settings), wanted(each, settings)) for each in STREAMS] == [
        [] for _ in STREAMS
    ]


def test_what_is_kept_for_ever_says_so_to_the_broker() -> None:
    assert wanted(INCIDENTS, KafkaSettings()).configs["retention.ms"] == "-1"


def test_policies_in_another_order_are_the_same() -> None:
    want = wanted(DEAD_LETTERS, KafkaSettings())
    found = Layout(1, 1, {**want.configs, "cleanup.policy": "delete,compact"})
    assert mismatches("dead-letters", want, found) == []


def test_fewer_copies_than_asked_for_are_named_and_more_are_not() -> None:
    settings = KafkaSettings(replication=2)
    want = wanted(MENTIONS, settings)
    assert told(Layout(6, 3, want.configs), settings) == []
    (wrong,) = told(Layout(6, 1, want.configs), settings)
    assert wrong.startswith("mentions: has 1 copies, not 2; add copies")


def test_copies_are_the_brokers_business_where_nobody_says() -> None:
    settings = KafkaSettings()
    assert told(Layout(6, 1, wanted(MENTIONS, settings).configs), settings) == []


def test_the_connection_carries_tls_and_sasl_and_nothing_that_was_not_said() -> None:
    assert connection(KafkaSettings()) == {
        "bootstrap_servers": ["127.0.0.1:9092"],
        "security_protocol": "PLAINTEXT",
    }
    safe = KafkaSettings(
        security="sasl_tls", sasl_username="p", sasl_password=SecretStr("s"), tls_ca_file=Path("ca.pem")
    )
    assert connection(safe) == {
        "bootstrap_servers": ["127.0.0.1:9092"],
        "security_protocol": "SASL_SSL",
        "ssl_cafile": "ca.pem",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "p",
        "sasl_plain_password": "s",
    }
    assert "SecretStr('s')" not in repr(safe)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"security": "sasl_tls"}, "needs sasl_username and sasl_password"),
        ({"tls_key_file": "k.pem"}, "belong together"),
        ({"bootstrap": ["kafka"]}, "pattern"),
        ({"bootstrap": []}, "at least 1"),
        ({"prefix": "a b"}, "pattern"),
    ],
)
def test_a_broker_that_cannot_be_reached_so_is_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        KafkaSettings.model_validate(given)


def test_a_record_is_shown_safely_and_told_exactly() -> None:
    from streams.kafka.reading import Raw

    zone = Organisation().zone
    hostile = Raw("mentions", 1, 7, AT, b"k\x1b[31m", b'{"text": "\x1b[2J"}', ())
    assert "\x1b" not in line(hostile, zone)
    binary = Raw("scored", 1, 7, AT, None, b"\x93\xff\x00", ())
    assert line(binary, zone).endswith("(3 bytes)")
    assert as_object(binary)["bytes"] == "k/8A"
    assert as_object(Raw("incidents", 0, 1, AT, b"i", None))["tombstone"] is True
    assert as_object(Raw("incidents", 0, 1, AT, b"i", b'{"a": 1}'))["value"] == {"a": 1}
