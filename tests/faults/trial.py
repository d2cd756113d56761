"""One trial: a load at a steady rate, faults meanwhile, and the verdict when all has gone through."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from agents.settings import Settings, load_settings
from agents.stages.ingest import IngestStage
from alerts.store.postgres import PostgresStore
from streams.codec import encode
from streams.kafka.copying import put
from streams.kafka.creating import create_streams
from streams.kafka.offsets import Span, lags, spans
from streams.kafka.reading import Raw, read
from streams.names import MENTIONS
from streams.records import Mention
from tests.faults.faults import Faults
from tests.faults.fleet import Fleet, Sink, wait_for
from tests.faults.load import TOPICS
from tests.faults.reference import AFTERWARDS_SECONDS, Expected
from tests.faults.verdict import Verdict, judge
from tests.kafka_broker import Cluster

PARTITIONS = 4
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SETTLE_SECONDS = 300
TAIL = 2_000


@dataclass(frozen=True)
class Plan:
    """What to do: `faults` one after the other, `gap_seconds` between them, at `per_second` mentions.

    `apart`: each stage in processes of its own.
    """

    mentions: Sequence[Mention]
    faults: Sequence[str]
    per_second: float
    gap_seconds: float
    seed: int = 1
    apart: bool = False
    tables: str = "memory"


@dataclass(frozen=True)
class Outcome:
    """What was done and what came of it."""

    verdict: Verdict
    done: Counter[str]
    kills: Counter[str]
    ends: Counter[str]
    exits: list[int]
    seconds: float


def configured(folder: Path, bootstrap: Sequence[str], prefix: str, database: str, url: str) -> Path:
    """A configuration for a trial; gives its file."""
    told = {
        "languages": ["fi"],
        "topics": [{"name": topic, "terms": [topic]} for topic in TOPICS],
        "feeds": [{"type": "jsonl", "name": "load", "path": str(folder / "load.jsonl"), "follow": True,
                   "poll_seconds": 0.2, "batch_size": 200}],
        "receivers": [{"type": "webhook", "name": "sink", "url": url, "allow_private": True,
                       "secret": {"file": str(folder / "secret")}}],
        "store": {"url": database},
        "kafka": {"bootstrap": list(bootstrap), "prefix": prefix, "partitions": PARTITIONS},
    }  # fmt: skip
    (folder / "secret").write_text(SECRET)
    (folder / "load.jsonl").touch()
    path = folder / "palovahti.yaml"
    path.write_text(yaml.safe_dump(told, allow_unicode=True))
    return path


def settings_of(path: Path) -> Settings:
    """The configuration as the workers read it."""
    return load_settings(path, {})


def run(
    plan: Plan,
    config: Path,
    cluster: Cluster,
    want: Expected,
    sink: Sink,
    told: Callable[[str], object] = str,
) -> Outcome:
    """Feed, harm, wait until all has gone through, and judge; `told` hears how far it is."""
    settings, folder, began = settings_of(config), config.parent, time.monotonic()
    create_streams(settings.kafka)
    fleet = Fleet(config, folder / "workers", apart=plan.apart, tables=plan.tables)
    faults = Faults(fleet, cluster, settings.kafka, random.Random(plan.seed))
    try:
        feeding = threading.Thread(target=_feed, args=(plan, folder / "load.jsonl"), daemon=True)
        feeding.start()
        wait_for(lambda: _reads(settings), SETTLE_SECONDS, "all groups have begun")
        for number, name in enumerate(plan.faults, 1):
            time.sleep(plan.gap_seconds)
            told(f"{time.monotonic() - began:5.0f} s  {number}/{len(plan.faults)} {name}")
            faults.do(name)
        feeding.join()
        _settle(settings, plan.mentions, sink, want)
    finally:
        exits = fleet.close()
    store = PostgresStore(str(settings.store.url.get_secret_value() if settings.store.url else ""))
    try:
        verdict = judge(want, settings.kafka, store, sink.pages)
    finally:
        store.close()
    return Outcome(verdict, faults.done, faults.kills, fleet.ends(), exits, time.monotonic() - began)


def _feed(plan: Plan, path: Path) -> None:
    """Append the mentions to the file that the feed follows, at a steady rate."""
    began = time.monotonic()
    with path.open("ab", buffering=0) as file:
        for n in range(0, len(plan.mentions), 50):
            file.write(b"".join(encode(each) + b"\n" for each in plan.mentions[n : n + 50]))
            time.sleep(max(0.0, began + (n + 50) / plan.per_second - time.monotonic()))


def _settle(settings: Settings, mentions: Sequence[Mention], sink: Sink, want: Expected) -> None:
    """Wait until every mention is in the streams, let time end, and wait until nothing is on its way."""
    kafka = settings.kafka
    newest = mentions[-1].id.encode()
    wait_for(
        lambda: _holds(settings, newest),
        SETTLE_SECONDS,
        "the last mention in the stream",
        lambda: _ends(settings),
    )
    stage = IngestStage(kafka.partitions, settings.watch.lateness_seconds)
    end = mentions[-1].event_at
    marks = stage.tell(end.timestamp() + AFTERWARDS_SECONDS)
    put(kafka, [Raw(MENTIONS.name, each.partition, 0, end, None, each.value) for each in marks])
    wait_for(
        lambda: _is_quiet(settings),
        SETTLE_SECONDS,
        "all groups at the end of their streams",
        lambda: sum(lag.committed or 0 for lag in lags(settings.kafka)),
    )
    try:
        wait_for(lambda: want.pages <= set(sink.pages), SETTLE_SECONDS, "all pages")
    except AssertionError:
        return  # the verdict says which are missing


def _holds(settings: Settings, key: bytes) -> bool:
    """Whether it is among the last of a partition: by offset, as clocks of workers are set wrong here."""
    tails = [
        Span(span.partition, max(span.start, span.end - TAIL), span.end)
        for span in spans(settings.kafka, MENTIONS)
    ]
    return any(raw.key == key for raw in read(settings.kafka, MENTIONS, tails))


def _ends(settings: Settings) -> int:
    return sum(span.end for span in spans(settings.kafka, MENTIONS))


def _groups(settings: Settings) -> list[str]:
    return [settings.kafka.prefix + stage for stage in ("score", "watch", "alert")]


def _reads(settings: Settings) -> bool:
    """Whether every group has read something."""
    return {lag.group for lag in lags(settings.kafka)} >= set(_groups(settings))


def _is_quiet(settings: Settings) -> bool:
    """Whether no group has anything to read, twice with some seconds between."""
    for _ in range(2):
        if not _reads(settings) or any(lag.waiting for lag in lags(settings.kafka, _groups(settings))):
            return False
        time.sleep(4)
    return True
