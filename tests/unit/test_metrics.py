"""Every metric stands in one table, has its series from the start, and carries nothing personal."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import timedelta
from typing import get_args

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from alerts.incidents import NoticeReason
from streams.metrics import OTHER, OUTCOMES, PAGE_REASONS, STEPS, TABLE, Metrics
from tests.build import AT, pulse


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry) -> Metrics:
    made = Metrics(registry)
    made.know(feeds=["uutiset"], topics=["Posti"], receivers=["päivystys"])
    return made


def use_all(metrics: Metrics) -> None:
    """Set every metric once."""
    for step in STEPS:
        metrics.mentions(step, "uutiset")
    metrics.bad("uutiset", "bad_time")
    metrics.arrived("uutiset", AT, AT + timedelta(seconds=4))
    metrics.watermark(AT)
    metrics.pulse(pulse())
    metrics.unanswered("Posti", 60.0)
    metrics.open_incidents({3: 1})
    metrics.paged("opened")
    metrics.delivery("päivystys", "sent")
    metrics.time_to_page("päivystys", 42.0)
    metrics.configuration(taken=True, now=AT)


def families(registry: CollectorRegistry) -> dict[str, object]:
    return {
        family.name: family for family in text_string_to_metric_families(generate_latest(registry).decode())
    }


@pytest.mark.usefixtures("metrics")
def test_the_table_is_what_is_exposed_and_nothing_else(registry: CollectorRegistry) -> None:
    assert families(registry).keys() == {metric.full_name.removesuffix("_total") for metric in TABLE}


@pytest.mark.usefixtures("metrics")
def test_counters_stand_at_zero_before_the_first_event(registry: CollectorRegistry) -> None:
    for step in STEPS:
        assert registry.get_sample_value(f"palovahti_mentions_{step}_total", {"feed": "uutiset"}) == 0
    for outcome in OUTCOMES:
        labels = {"receiver": "päivystys", "outcome": outcome}
        assert registry.get_sample_value("palovahti_deliveries_total", labels) == 0
    for reason in PAGE_REASONS:
        assert registry.get_sample_value("palovahti_pages_total", {"reason": reason}) == 0
    for severity in "12345":
        assert registry.get_sample_value("palovahti_incidents_open", {"severity": severity}) == 0
    labels = {"feed": "uutiset", "reason": "malformed"}
    assert registry.get_sample_value("palovahti_mentions_bad_total", labels) == 0


@pytest.mark.usefixtures("metrics")
def test_what_was_never_measured_has_no_value(registry: CollectorRegistry) -> None:
    """Zero is a value; a score of a topic that was not evaluated yet is not known."""
    assert registry.get_sample_value("palovahti_topic_score", {"topic": "Posti"}) is None
    assert (
        registry.get_sample_value("palovahti_feed_last_mention_timestamp_seconds", {"feed": "uutiset"})
        is None
    )


def test_every_call_shows_under_its_name(metrics: Metrics, registry: CollectorRegistry) -> None:
    use_all(metrics)
    value = registry.get_sample_value
    assert value("palovahti_mentions_bad_total", {"feed": "uutiset", "reason": "bad_time"}) == 1
    assert value("palovahti_feed_lag_seconds", {"feed": "uutiset"}) == 4
    assert value("palovahti_feed_last_mention_timestamp_seconds", {"feed": "uutiset"}) == AT.timestamp() + 4
    assert value("palovahti_engine_watermark_timestamp_seconds") == AT.timestamp()
    assert value("palovahti_topic_negative_per_hour", {"topic": "Posti"}) == 4.0
    assert value("palovahti_topic_spread_per_hour", {"topic": "Posti"}) == 2.0
    assert value("palovahti_topic_score", {"topic": "Posti"}) == -0.4
    assert value("palovahti_topic_unanswered_seconds", {"topic": "Posti"}) == 60
    assert value("palovahti_incidents_open", {"severity": "3"}) == 1
    assert value("palovahti_pages_total", {"reason": "opened"}) == 1
    assert value("palovahti_time_to_page_seconds_sum", {"receiver": "päivystys"}) == 42
    assert value("palovahti_config_last_reload_successful") == 1


def test_a_refused_reload_keeps_the_time_of_the_last_good_one(
    metrics: Metrics, registry: CollectorRegistry
) -> None:
    metrics.configuration(taken=True, now=AT)
    metrics.configuration(taken=False, now=AT + timedelta(hours=1))
    assert registry.get_sample_value("palovahti_config_last_reload_successful") == 0
    assert (
        registry.get_sample_value("palovahti_config_last_reload_success_timestamp_seconds") == AT.timestamp()
    )


def test_names_from_outside_never_become_labels(metrics: Metrics, registry: CollectorRegistry) -> None:
    for at in range(100):
        metrics.mentions("in", f"feed-{at}")
        metrics.mentions("in", None)
        metrics.bad("uutiset", f"reason {at}")
        metrics.pulse(pulse(topic=f"topic-{at}"))
        metrics.paged(f"reason-{at}")
        metrics.delivery(f"receiver-{at}", "sent")
    assert registry.get_sample_value("palovahti_mentions_in_total", {"feed": OTHER}) == 200
    assert (
        registry.get_sample_value("palovahti_mentions_bad_total", {"feed": "uutiset", "reason": OTHER}) == 100
    )
    assert not re.search(rb"(feed|topic|reason|receiver)[- ]\d", generate_latest(registry))


def test_labels_come_from_small_fixed_sets() -> None:
    allowed = {"feed", "topic", "receiver", "reason", "outcome", "severity"}
    allowed |= {"stage", "stream", "partition"}  # of workers on a broker
    assert {label for metric in TABLE for label in metric.labels} == allowed


def test_series_of_names_that_left_the_configuration_disappear(
    metrics: Metrics, registry: CollectorRegistry
) -> None:
    use_all(metrics)
    metrics.know(feeds=["uutiset", "toinen"], topics=["VR"], receivers=["päivystys"])
    shown = generate_latest(registry).decode()
    assert "Posti" not in shown
    assert 'topic="VR"' in shown
    assert 'palovahti_mentions_in_total{feed="uutiset"} 1.0' in shown
    assert 'palovahti_mentions_in_total{feed="toinen"} 0.0' in shown
    assert 'receiver="päivystys"' in shown


def test_a_reload_does_not_reset_what_stays(metrics: Metrics, registry: CollectorRegistry) -> None:
    use_all(metrics)
    before = generate_latest(registry)
    metrics.know(feeds=["uutiset"], topics=["Posti"], receivers=["päivystys"])
    assert generate_latest(registry) == before


def test_every_reason_to_page_is_a_reason_of_a_notice() -> None:
    assert set(PAGE_REASONS) <= set(get_args(NoticeReason))


def test_the_names_follow_the_conventions_of_prometheus(
    metrics: Metrics, registry: CollectorRegistry
) -> None:
    """Counters end in _total, nothing else does; times and spans are in seconds; help on every metric."""
    use_all(metrics)
    for metric in TABLE:
        assert metric.full_name.endswith("_total") == (metric.kind == "counter")
        assert metric.name.endswith("_timestamp_seconds") == (metric.unit == "unix time")
        assert metric.name.endswith("_seconds") >= (metric.unit == "seconds")
        assert metric.help
    assert b"_created" not in generate_latest(registry)


@pytest.mark.prometheus
@pytest.mark.usefixtures("prometheus")
def test_promtool_finds_nothing_to_complain_about(metrics: Metrics, registry: CollectorRegistry) -> None:
    use_all(metrics)
    promtool = shutil.which("promtool")
    assert promtool
    done = subprocess.run(
        [promtool, "check", "metrics"],
        input=generate_latest(registry),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
