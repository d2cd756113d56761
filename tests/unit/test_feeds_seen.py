"""How feeds are doing, from who reads them to who writes the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from agents.runtimes.kafka.feed_reports import FeedReports
from agents.stages.feeds_seen import FeedsSeen
from agents.stages.records import Finding, pack, unpack_finding
from streams.feeds.feed import FeedBatch
from streams.feeds.health import FeedHealth
from streams.records import Gap
from tests.build import AT, mention, minutes

SECONDS = timedelta(seconds=1)


def feeds(*names: str) -> Mapping[str, Any]:
    return {name: SimpleNamespace(health=FeedHealth()) for name in names}


def heard(*findings: Finding | None, names: tuple[str, ...] = ("rss",)) -> FeedsSeen:
    """As it comes over the stream."""
    seen = FeedsSeen(names)
    for finding in findings:
        assert finding is not None
        seen.hear(unpack_finding(pack(finding)).feeds)
    return seen


def test_before_the_first_report_nothing_is_known() -> None:
    assert FeedsSeen(["rss"]).data_state(AT, {}) is None


def test_lag_and_gaps_travel() -> None:
    reports = FeedReports(feeds("rss"), recorded=False)
    gap = Gap(feed="rss", start=AT - minutes(9), end=AT - minutes(5), reason="away")
    reports.accepted(FeedBatch("rss", [mention(published_at=AT - minutes(2))], "1", [gap]), AT)
    state = heard(reports.due(["rss"], AT)).data_state(AT, {"fi": 0.76})
    assert state is not None
    assert (state.feeds_alive, state.feeds_total, state.lag_seconds, state.gaps) == (1, 1, 120.0, 1)
    assert state.accuracy == {"fi": 0.76}


def test_it_is_told_every_ten_seconds_and_at_once_when_a_feed_falls() -> None:
    all_feeds = feeds("rss")
    reports = FeedReports(all_feeds, recorded=False)
    assert reports.due(["rss"], AT) is not None
    assert reports.due(["rss"], AT + 9 * SECONDS) is None
    all_feeds["rss"].health.failed("http", "503")
    fallen = reports.due(["rss"], AT + 9 * SECONDS)
    assert reports.due(["rss"], AT + 18 * SECONDS) is None
    assert reports.due(["rss"], AT + 19 * SECONDS) is not None
    state = heard(fallen).data_state(AT + 9 * SECONDS, {})
    assert state is not None
    assert state.feeds_alive == 0


def test_who_reads_no_feed_tells_nothing() -> None:
    assert FeedReports(feeds("rss"), recorded=False).due([], AT) is None


def test_of_two_reports_the_later_one_counts_whichever_comes_first() -> None:
    """After a rebalance an old reader's last report may come after the new one's first."""
    all_feeds = feeds("rss")
    reports = FeedReports(all_feeds, recorded=False)
    older = reports.due(["rss"], AT)
    all_feeds["rss"].health.failed("http", "503")
    newer = reports.due(["rss"], AT + SECONDS)
    for order in ((older, newer), (newer, older)):
        state = heard(*order).data_state(AT + SECONDS, {})
        assert state is not None
        assert state.feeds_alive == 0


def test_a_feed_of_which_nothing_was_told_for_a_minute_has_fallen() -> None:
    reports = FeedReports(feeds("rss"), recorded=False)
    seen = heard(reports.due(["rss"], AT), names=("rss", "never-read"))
    late, early = seen.data_state(AT + minutes(1), {}), seen.data_state(AT + 59 * SECONDS, {})
    assert late is not None
    assert early is not None
    assert (early.feeds_alive, late.feeds_alive, late.feeds_total) == (1, 0, 2)


def test_in_a_recording_a_mention_is_late_by_what_it_says_itself() -> None:
    reports = FeedReports(feeds("rss"), recorded=True)
    reports.accepted(
        FeedBatch("rss", [mention(published_at=AT, observed_at=AT + 7 * SECONDS)], "1"), AT + minutes(99)
    )
    state = heard(reports.due(["rss"], AT)).data_state(AT, {})
    assert state is not None
    assert state.lag_seconds == 7.0
