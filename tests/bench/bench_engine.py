"""How many mentions a second one core takes from bytes to decisions, and what a topic and a thread weigh.

    python tests/bench/bench_engine.py [--posts 40000] [--given] [--profile] [--json]

Lines of JSON go through the codec, matching, scoring (`--given`: negativity comes along, nothing is scored)
and the watch, in one process; the language is given. Text is that of `bench_match.py`: 140 made-up
characters. The stream is a firehose of 100 mentions a second. Before the clock starts, every topic gets nine
hours of history and the live threads are there. Processor time, the better of two passes.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import random
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench_match import posts, topics

from agents.bench.weight import size
from agents.match import Topic
from agents.pipeline import Pipeline
from agents.sentiment.loading import load_scorer
from agents.watch.engine import Arrival, Engine
from agents.watch.snapshot import dump
from agents.watch.watch import TopicBudget, TopicWatch
from streams.codec import decode_lines, encode
from streams.recent import Recent
from streams.records import Author, Mention, ScoredMention

AT = datetime(2026, 1, 5, 18, 30, tzinfo=UTC)
PER_SECOND = 100
HISTORY = timedelta(hours=9)
CHUNK = 2000
LATER = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """One measurement: so many topics, the share of mentions that concern one, threads live at the start."""

    topics: int = 100
    share: float = 0.1
    threads: int = 1_000


CASES = (
    Case(),
    Case(share=1.0),
    Case(topics=10),
    Case(topics=1000),
    Case(threads=10_000),
    Case(threads=100_000),
)


def lines(case: Case, named: list[Topic], count: int, given: bool) -> list[bytes]:
    """The recorded stream: half of the mentions belong to a live thread."""
    rng = random.Random(11)
    made = []
    for number, post in enumerate(posts(rng, count, named, case.share)):
        thread = rng.randrange(case.threads) if rng.random() < 0.5 else None
        fields = {
            "published_at": AT + timedelta(seconds=number / PER_SECOND),
            "language": "fi",
            "author": Author(id=f"u{rng.randrange(5000)}", followers=rng.randrange(2000)),
            "conversation_id": None if thread is None else f"x:t{thread}",
            "kind": None if thread is None else "reply",
            "negativity": rng.random() if given else None,
        }
        made.append(encode(post.model_copy(update=fields)))
    return made


def history(case: Case, named: list[Topic]) -> Iterator[Arrival]:
    """What came before, in order of time: each topic a few times an hour, each thread once."""
    rng = random.Random(13)
    count = max(case.threads, len(named) * 40)
    words = " ".join(post.text for post in posts(rng, 500, named, 0.0)).split()
    for number in range(count):
        at = AT - HISTORY + HISTORY * (number / count)
        mention = Mention(
            id=f"h:{number}",
            platform="x",
            text=" ".join(rng.choices(words, k=14)),
            conversation_id=f"x:t{number % case.threads}",
            author=Author(id=f"h{rng.randrange(5000)}"),
            published_at=at,
        )
        scored = ScoredMention(mention, (named[number % len(named)].name,), rng.random(), "fi")
        yield Arrival(mention, scored, at.timestamp())


def warmed(case: Case, named: list[Topic]) -> Engine:
    """An engine with history."""
    engine = Engine([TopicBudget(topic.name) for topic in named])
    engine.step(list(history(case, named)))
    engine.advance(AT.timestamp())
    return engine


def passed(pipeline: Pipeline, engine: Engine, stream: list[bytes]) -> int:
    """The stream from bytes to decisions; gives how many mentions matched."""
    recent, matched = Recent(), 0
    for start in range(0, len(stream), CHUNK):
        mentions = decode_lines(stream[start : start + CHUNK], LATER, recent=recent).mentions
        arrivals = pipeline.arrivals(mentions)
        engine.step(arrivals)
        matched += sum(1 for arrival in arrivals if arrival.scored is not None)
    return matched


def measure(case: Case, count: int, given: bool, profile: bool) -> dict[str, object]:
    """One case: speed, and the weight of what is remembered."""
    named = topics(random.Random(7), case.topics, 20)
    pipeline = Pipeline(named, load_scorer(), ("fi", "sv", "en"))
    stream = lines(case, named, count, given)
    profiler = cProfile.Profile()
    best, matched, engine = 0.0, 0, warmed(case, named)
    for attempt in range(2):
        engine = warmed(case, named) if attempt else engine
        if profile and attempt:
            profiler.enable()
        began = time.process_time()
        matched = passed(pipeline, engine, stream)
        best = max(best, len(stream) / (time.process_time() - began))
        profiler.disable()
    if profile:
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(25)
    return {
        "topics": case.topics,
        "matched_share": round(matched / len(stream), 3),
        "live_threads": sum(len(w.state.counts.threads.by_id) for w in engine.watches.values()),
        "mentions_per_second": round(best),
        **weight(engine),
    }


def weight(engine: Engine) -> dict[str, int]:
    """Bytes in memory for each topic and thread, and in the store for each topic."""
    watches = list(engine.watches.values())
    threads = sum(len(w.state.counts.threads.by_id) for w in watches)
    seen: set[int] = {id(engine.volume), id(engine.policy)}
    of_threads = sum(size(w.state.counts.threads.by_id, seen) for w in watches)
    open_parts = sum(size(part, seen) for w in watches for part in _open_parts(w))
    rest = sum(size(w.state, seen) for w in watches)
    blobs = [blob for key, blob in dump(engine).items() if blob and key.startswith("topic:")]
    return {
        "bytes_per_thread": round(of_threads / max(1, threads)),
        "bytes_per_topic": round(rest / len(watches)),
        "bytes_per_topic_with_open_slots": round((rest + open_parts) / len(watches)),
        "stored_bytes_per_topic": round(sum(map(len, blobs)) / max(1, len(blobs))),
    }


def _open_parts(watch: TopicWatch) -> Iterable[object]:
    """Who spoke and what was copied in the hours that are still held."""
    return watch.state.counts.slots, watch.state.counts.copies


def main() -> None:
    """Measure all cases and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=40_000)
    parser.add_argument("--given", action="store_true", help="negativity comes with the mentions")
    parser.add_argument("--profile", action="store_true", help="where the time of the second pass goes")
    parser.add_argument("--case", type=int, help="only this one, from 0")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    cases = CASES if options.case is None else (CASES[options.case],)
    for number, case in enumerate(cases):
        figures = measure(case, options.posts, options.given, options.profile)
        if options.json:
            print(json.dumps(figures), flush=True)
        else:
            if number == 0:
                print("  ".join(figures))
            print("  ".join(f"{value:>{len(name)}}" for name, value in figures.items()), flush=True)


if __name__ == "__main__":
    main()
