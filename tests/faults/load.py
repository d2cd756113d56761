"""Mentions with many storms among them: what the workers are fed while they are killed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from streams.records import Author, Mention

START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 8
TOPICS = tuple(f"Merkki{letter}" for letter in "abcdefghijklmnopqrst")
STORM = 220
WORDS = (
    "paketti", "lasku", "palvelu", "sovellus", "maito", "juna", "jono", "toimitus", "hinta",
    "laatu", "kassa", "ovi", "tilaus", "myöhässä", "väärin", "rikki", "hapan", "kiinni", "peruttu",
)  # fmt: skip


def mentions(number: int, seed: int = 1) -> list[Mention]:
    """About `number` mentions in order of time: everyday talk of 20 topics, and in half of them storms."""
    dice = random.Random(seed)
    storms = [told for topic in TOPICS for told in _storms(topic, number, dice)]
    everyday = [_everyday(dice) for _ in range(number - len(storms))]
    made = sorted([*storms, *everyday], key=lambda each: each[0])
    return [_mention(at, n, *rest) for n, (at, *rest) in enumerate(made)]


Told = tuple[
    datetime, str, float, str, str | None
]  # when, about what, how negative, by whom, in which thread


def _everyday(dice: random.Random) -> Told:
    at = START + timedelta(seconds=dice.randrange(DAYS * 86_400))
    negativity = 0.8 if dice.random() < 0.15 else 0.1
    return at, dice.choice(TOPICS), negativity, f"a{dice.randrange(30_000)}", None


def _storms(topic: str, number: int, dice: random.Random) -> Iterator[Told]:
    """One storm for every 600 mentions over all topics; each lasts about an hour, half of it one thread."""
    for _ in range(max(1, number // 600 // len(TOPICS))):
        begins = START + timedelta(hours=dice.uniform(24, DAYS * 24 - 6))
        thread = f"x:storm-{dice.getrandbits(40)}"
        for n in range(STORM):
            at = begins + timedelta(seconds=int(3600 * (n / STORM) ** 0.6))
            yield at, topic, 0.92, f"s{dice.randrange(100_000)}", thread if n % 2 else None


def _mention(at: datetime, n: int, topic: str, negativity: float, author: str, thread: str | None) -> Mention:
    dice = random.Random(n)
    text = f"{topic} {' '.join(dice.choices(WORDS, k=9))} {n}"
    return Mention(
        id=f"x:{n}", platform="x", text=text, language="fi", negativity=negativity, published_at=at,
        author=Author(id=author), conversation_id=thread,
    )  # fmt: skip
