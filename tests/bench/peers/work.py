"""The work that all contenders do: decode, key, minute, threshold. Nothing here needs more than Python.

A record is some 310 bytes of JSON with the topic it concerns and the second of its publication. Of each
topic and minute the records are counted; the one that reaches THRESHOLD is an alert. How many alerts there
must be is known from the generator, so whoever is quick by counting wrong is found out.
"""

from __future__ import annotations

import json
import random
import time

TOPICS, MINUTES, THRESHOLD = 1000, 60, 30
START = 1_772_000_040  # a full minute
TEXT = "Paketti jäi taas saapumatta eikä asiakaspalvelu vastaa, nyt riittää. " * 3


def records(number: int) -> list[tuple[bytes, bytes]]:
    """(key, value) in the order of their times; the same for the same number."""
    dice = random.Random(7)
    topics = [f"topic-{n:04}" for n in range(TOPICS)]
    weights = [1 / (n + 1) ** 0.7 for n in range(TOPICS)]
    chosen = dice.choices(topics, weights, k=number)
    return [
        (topic.encode(), _value(n, topic, START + n * MINUTES * 60 // number))
        for n, topic in enumerate(chosen)
    ]


def _value(n: int, topic: str, second: int) -> bytes:
    told = {"id": f"x:{n}", "platform": "x", "topic": topic, "ts": second, "text": TEXT, "likes": n % 97}
    return json.dumps(told, ensure_ascii=False).encode()


def alerts(made: list[tuple[bytes, bytes]]) -> int:
    """How many alerts there must be."""
    counts: dict[tuple[str, int], int] = {}
    for _, value in made:
        record = json.loads(value)
        key = (record["topic"], record["ts"] // 60)
        counts[key] = counts.get(key, 0) + 1
    return sum(count >= THRESHOLD for count in counts.values())


class Counter:
    """Counts what comes, and how long it took from the first record to the last."""

    def __init__(self, expected: int) -> None:
        self.expected, self.seen, self.alerts = expected, 0, 0
        self.counts: dict[tuple[str, int], int] = {}
        self.began = self.ended = self.processor = 0.0

    def one(self, topic: str, second: int) -> bool:
        """Take one record; whether it is an alert."""
        if not self.began:
            self.begin()
        key = (topic, second // 60)
        count = self.counts[key] = self.counts.get(key, 0) + 1
        self.seen += 1
        if self.seen == self.expected:
            self.ended = time.perf_counter()
        if count == THRESHOLD:
            self.alerts += 1
            return True
        return False

    def elsewhere(self) -> None:
        """One record was counted by somebody else."""
        if not self.began:
            self.begin()
        self.seen += 1
        if self.seen == self.expected:
            self.ended = time.perf_counter()

    def begin(self) -> None:
        """The first record is here."""
        self.began, self.processor = time.perf_counter(), time.process_time()

    @property
    def done(self) -> bool:
        """Whether all came."""
        return self.seen >= self.expected

    def tell(self, ended: float | None = None) -> None:
        """Print the result for the one who started us."""
        told = {
            "seconds": (ended or self.ended) - self.began,
            "processor_seconds": time.process_time() - self.processor,
            "seen": self.seen,
            "alerts": self.alerts,
        }
        print(json.dumps(told), flush=True)
