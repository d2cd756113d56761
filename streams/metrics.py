"""Every metric of the service, in one table with unit and help, and one class that sets them.

Labels come from small fixed sets: feeds, topics and receivers as configured, and words of our own. A feed or
topic that is not configured (its name may come from outside) is counted as "other". Never an author, a text
or a thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from streams.bad_input import REASONS
from streams.records import Pulse

Kind = Literal["counter", "gauge", "histogram"]
MentionStep = Literal["in", "matched", "scored", "duplicate", "late"]
Outcome = Literal["sent", "retried", "failed", "skipped"]

STEPS: Final[tuple[MentionStep, ...]] = ("in", "matched", "scored", "duplicate", "late")
OUTCOMES: Final[tuple[Outcome, ...]] = ("sent", "retried", "failed", "skipped")
PAGE_REASONS: Final = ("opened", "severity_rose", "answer_overdue", "reopened", "delivery_failed")
SEVERITIES: Final = (1, 2, 3, 4, 5)
PAGE_BUCKETS: Final = (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400)
OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: its name after `palovahti_`, kind, unit of the value, labels and help."""

    name: str
    kind: Kind
    unit: str
    labels: tuple[str, ...]
    help: str

    @property
    def full_name(self) -> str:
        """The name as Prometheus stores it."""
        return f"palovahti_{self.name}"


TABLE: Final = (
    Metric("mentions_in_total", "counter", "mentions", ("feed",), "Mentions that came in from a feed"),
    Metric("mentions_matched_total", "counter", "mentions", ("feed",), "Mentions that concern a topic"),
    Metric("mentions_scored_total", "counter", "mentions", ("feed",), "Mentions whose negativity is known"),
    Metric("mentions_duplicate_total", "counter", "mentions", ("feed",), "Mentions seen before, left out"),
    Metric("mentions_late_total", "counter", "mentions", ("feed",), "Mentions older than the lateness bound"),
    Metric("mentions_bad_total", "counter", "mentions", ("feed", "reason"), "Input kept as dead letters"),
    Metric("feed_lag_seconds", "gauge", "seconds", ("feed",), "From publication to arrival, last mention"),
    Metric("feed_last_mention_timestamp_seconds", "gauge", "unix time", ("feed",), "Its last mention came"),
    Metric("engine_watermark_timestamp_seconds", "gauge", "unix time", (), "Event time evaluated so far"),
    Metric("topic_mentions_per_hour", "gauge", "mentions/hour", ("topic",), "Mentions of the topic"),
    Metric("topic_negative_per_hour", "gauge", "mentions/hour", ("topic",), "Author-capped negative mass"),
    Metric("topic_usual_per_hour", "gauge", "mentions/hour", ("topic",), "Negative mass usual at this hour"),
    Metric("topic_negative_share", "gauge", "ratio", ("topic",), "Negative share of the mentions, 0-1"),
    Metric("topic_spread_per_hour", "gauge", "mentions/hour", ("topic",), "Author-capped spreading posts"),
    Metric("topic_score", "gauge", "log10(days)", ("topic",), "Return period of what is seen now"),
    Metric("topic_threshold", "gauge", "log10(days)", ("topic",), "Score above which the topic pages"),
    Metric("topic_false_page_budget", "gauge", "pages/month", ("topic",), "False pages that are accepted"),
    Metric("topic_false_pages", "gauge", "pages/month", ("topic",), "Pages that people voted false"),
    Metric("topic_precision", "gauge", "ratio", ("topic",), "Useful pages among those voted on, 0-1"),
    Metric("topic_precision_low", "gauge", "ratio", ("topic",), "Lower end of its 95 % interval"),
    Metric("topic_precision_high", "gauge", "ratio", ("topic",), "Upper end of its 95 % interval"),
    Metric("topic_unanswered_seconds", "gauge", "seconds", ("topic",), "Longest wait for a public answer"),
    Metric("topic_reply_load", "gauge", "posts", ("topic",), "Last hour's posts that wait for an answer"),
    Metric("reply_capacity_per_hour", "gauge", "posts/hour", (), "Posts that those on duty can answer"),
    Metric("topic_answers_overdue", "gauge", "incidents", ("topic",), "Answers that are past their target"),
    Metric("incidents_open", "gauge", "incidents", ("severity",), "Incidents that are not over, 5 the worst"),
    Metric("pages_total", "counter", "pages", ("reason",), "Pages decided on, not times receivers"),
    Metric("time_to_page_seconds", "histogram", "seconds", ("receiver",), "From publication to delivery"),
    Metric("deliveries_total", "counter", "attempts", ("receiver", "outcome"), "Attempts to deliver notices"),
    Metric("store_reachable", "gauge", "0 or 1", (), "Whether the store answered when it was last asked"),
    Metric("stream_lag_records", "gauge", "records", ("stream", "partition"), "Records that wait"),
    Metric("partitions_assigned", "gauge", "partitions", ("stage",), "Partitions that this worker has"),
    Metric("rebalances", "gauge", "rebalances", ("stage",), "Times partitions were dealt, since start"),
    Metric("config_last_reload_successful", "gauge", "0 or 1", (), "Whether the last reload was taken over"),
    Metric("config_last_reload_success_timestamp_seconds", "gauge", "unix time", (), "Last good (re)load"),
)  # fmt: skip


class Metrics:
    """All metrics in `registry`. Call `know` with the configured names before the first scrape."""

    def __init__(self, registry: CollectorRegistry) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library leaves it untyped
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}
        for metric in TABLE:
            self._create(metric, registry)
        self._known: dict[str, frozenset[str]] = {
            "feed": frozenset(),
            "topic": frozenset(),
            "receiver": frozenset(),
        }
        for reason in PAGE_REASONS:
            self._counters["pages_total"].labels(reason)
        self.open_incidents({})
        self.store_reachable(True)  # until it does not answer; a process without one never asks

    def know(
        self, *, feeds: Iterable[str] = (), topics: Iterable[str] = (), receivers: Iterable[str] = ()
    ) -> None:
        """The configured names: counters start at zero, series of names that are gone disappear."""
        for label, names in (("feed", feeds), ("topic", topics), ("receiver", receivers)):
            before, known = self._known[label], frozenset(names)
            self._forget(label, before - known)
            self._known[label] = known
            for name in known - before:
                self._begin(label, name)

    def mentions(self, step: MentionStep, feed: str | None, count: int = 1) -> None:
        """`count` mentions of a feed took a step."""
        self._counters[f"mentions_{step}_total"].labels(self._name("feed", feed)).inc(count)

    def bad(self, feed: str | None, reason: str, count: int = 1) -> None:
        """`count` pieces of input became dead letters; `reason` as in `BadRecord`."""
        known = reason if reason in REASONS else OTHER
        self._counters["mentions_bad_total"].labels(self._name("feed", feed), known).inc(count)

    def arrived(self, feed: str | None, published_at: datetime, received_at: datetime) -> None:
        """The last mention of a feed, for its lag and its silence."""
        name = self._name("feed", feed)
        lag = max(0.0, (received_at - published_at).total_seconds())
        self._gauges["feed_lag_seconds"].labels(name).set(lag)
        self._gauges["feed_last_mention_timestamp_seconds"].labels(name).set(received_at.timestamp())

    def watermark(self, at: datetime) -> None:
        """Event time up to which the engine has evaluated."""
        self._gauges["engine_watermark_timestamp_seconds"].set(at.timestamp())

    def pulse(self, pulse: Pulse) -> None:
        """The measured state of a topic."""
        topic = self._name("topic", pulse.topic)
        for name, value in (
            ("mentions_per_hour", pulse.mentions_per_hour),
            ("negative_per_hour", pulse.negative_per_hour),
            ("usual_per_hour", pulse.usual_per_hour),
            ("negative_share", pulse.negative_share),
            ("spread_per_hour", pulse.spread_per_hour),
            ("score", pulse.score),
            ("threshold", pulse.threshold),
        ):
            self._gauges[f"topic_{name}"].labels(topic).set(value)

    def quality(
        self,
        topic: str,
        *,
        budget: float,
        false_a_month: float | None,
        precision: tuple[float, float, float] | None,
    ) -> None:
        """How good a topic's pages are by votes; what is not known has no series."""
        known = self._name("topic", topic)
        self._gauges["topic_false_page_budget"].labels(known).set(budget)
        if false_a_month is not None:
            self._gauges["topic_false_pages"].labels(known).set(false_a_month)
        for name, value in zip(("", "_low", "_high"), precision or (), strict=False):
            self._gauges[f"topic_precision{name}"].labels(known).set(value)

    def unanswered(self, topic: str, seconds: float) -> None:
        """How long the oldest open incident of a topic waits for a public answer; 0 when none does."""
        self._gauges["topic_unanswered_seconds"].labels(self._name("topic", topic)).set(seconds)

    def reply_load(self, topic: str, posts: int) -> None:
        """How many posts of the last hour ask or complain and have no answer yet."""
        self._gauges["topic_reply_load"].labels(self._name("topic", topic)).set(posts)

    def overdue(self, topic: str, incidents: int) -> None:
        """How many open incidents of a topic have waited for an answer beyond their target."""
        self._gauges["topic_answers_overdue"].labels(self._name("topic", topic)).set(incidents)

    def reply_capacity(self, posts_an_hour: int) -> None:
        """What those on duty can answer in an hour."""
        self._gauges["reply_capacity_per_hour"].set(posts_an_hour)

    def open_incidents(self, by_severity: Mapping[int, int]) -> None:
        """How many incidents are not over, by severity."""
        for severity in SEVERITIES:
            self._gauges["incidents_open"].labels(str(severity)).set(by_severity.get(severity, 0))

    def paged(self, reason: str) -> None:
        """A page was decided on; `reason` as in `Notice`."""
        self._counters["pages_total"].labels(reason if reason in PAGE_REASONS else OTHER).inc()

    def delivery(self, receiver: str, outcome: Outcome) -> None:
        """One attempt to deliver a notice ended."""
        self._counters["deliveries_total"].labels(self._name("receiver", receiver), outcome).inc()

    def time_to_page(self, receiver: str, seconds: float) -> None:
        """A receiver accepted a page so long after what it tells of was published."""
        self._histograms["time_to_page_seconds"].labels(self._name("receiver", receiver)).observe(
            max(0.0, seconds)
        )

    def store_reachable(self, reachable: bool) -> None:
        """Whether the store answered."""
        self._gauges["store_reachable"].set(int(reachable))

    def stage(self, stage: str, rebalances: int, *, partitions: int) -> None:
        """How often a stage's partitions were dealt anew since the start, and how many this worker has."""
        self._gauges["rebalances"].labels(stage).set(rebalances)
        self._gauges["partitions_assigned"].labels(stage).set(partitions)

    def stream_lag(self, stream: str, partition: int, records: int) -> None:
        """So many records of a partition wait for the stage that reads it."""
        self._gauges["stream_lag_records"].labels(stream, str(partition)).set(records)

    def configuration(self, *, taken: bool, now: datetime) -> None:
        """The configuration was read: taken over, or refused and the last good one kept."""
        self._gauges["config_last_reload_successful"].set(int(taken))
        if taken:
            self._gauges["config_last_reload_success_timestamp_seconds"].set(now.timestamp())

    def _create(self, metric: Metric, registry: CollectorRegistry) -> None:
        if metric.kind == "counter":
            counter = Counter(metric.full_name, metric.help, metric.labels, registry=registry)
            self._counters[metric.name] = counter
        elif metric.kind == "gauge":
            self._gauges[metric.name] = Gauge(metric.full_name, metric.help, metric.labels, registry=registry)
        else:
            self._histograms[metric.name] = Histogram(
                metric.full_name, metric.help, metric.labels, registry=registry, buckets=PAGE_BUCKETS
            )

    def _begin(self, label: str, name: str) -> None:
        """Zero series, so that a rate exists before the first event; what is not known yet has none."""
        if label == "feed":
            for step in STEPS:
                self.mentions(step, name, 0)
            for reason in REASONS:
                self.bad(name, reason, 0)
        elif label == "topic":
            self.unanswered(name, 0.0)
            self.reply_load(name, 0)
            self.overdue(name, 0)
        else:
            self._histograms["time_to_page_seconds"].labels(name)
            for outcome in OUTCOMES:
                self._counters["deliveries_total"].labels(name, outcome)

    def _name(self, label: str, value: str | None) -> str:
        return value if value is not None and value in self._known[label] else OTHER

    def _forget(self, label: str, names: frozenset[str]) -> None:
        tables: list[Mapping[str, Counter | Gauge | Histogram]] = [
            self._counters,
            self._gauges,
            self._histograms,
        ]
        for metric in TABLE:
            if label not in metric.labels:
                continue
            for table in tables:
                for name in names if metric.name in table else ():
                    table[metric.name].remove_by_labels({label: name})
