"""Mentions made of times: who speaks, in which thread, how negative. Deterministic for a given chance."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import exp, log

from agents.watch.engine import Arrival
from streams.records import Author, Mention, ScoredMention

TOPIC = "Topic"
BACKGROUND_SHARE, STORM_SHARE = 0.30, 0.85  # negative among all
WANDER_KEEP, WANDER_SD = 0.9, 0.4  # of the background's share, hour by hour, on the scale of log odds


@dataclass(frozen=True, slots=True)
class Reader:
    """How the sentiment of a mention is read: probability that it is called negative, if it is and if not."""

    name: str
    sensitivity: float = 1.0
    false_alarm: float = 0.0

    def reads(self, negative: bool, chance: random.Random) -> float:
        """1.0 where it is called negative."""
        return float(chance.random() < (self.sensitivity if negative else self.false_alarm))


ALL = Reader("all mentions", 1.0, 1.0)
CLASSIFIED = Reader("85/85 classifier", 0.85, 0.15)
TRUE = Reader("true negatives")
READERS = (ALL, CLASSIFIED, TRUE)


class Wandering:
    """The negative share of a background, which wanders from hour to hour around its mean."""

    def __init__(self, mean: float, chance: random.Random) -> None:
        self.level = log(mean / (1 - mean))
        self.chance = chance
        self.hour = -1
        self.away = 0.0

    def at(self, time: float) -> float:
        """Share in the hour that holds a time; times in order."""
        hour = int(time // 3600)
        if hour != self.hour:
            self.hour = hour
            step = WANDER_SD * (1 - WANDER_KEEP**2) ** 0.5
            self.away = self.away * WANDER_KEEP + self.chance.gauss(0, step)
        return 1 / (1 + exp(-self.level - self.away))


def arrival(
    number: str, time: float, negativity: float, author: str | None, thread: str | None, text: str = ""
) -> Arrival:
    """A mention at the moment it is published. Built without validation, for there are millions."""
    mention = Mention.model_construct(
        id=f"x:{number}",
        platform="x",
        text=text,
        language="en",
        author=Author.model_construct(id=author) if author else None,
        conversation_id=thread,
        published_at=datetime.fromtimestamp(time, UTC),
    )
    return Arrival(mention, ScoredMention(mention, (TOPIC,), negativity, "en"), time)


def background(
    times: Sequence[float], reader: Reader, seed: str, share: float = BACKGROUND_SHARE
) -> Iterator[Arrival]:
    """Everyday talk: mostly single posts by many people, a fifth of them answers in running threads."""
    chance = random.Random(seed)  # noqa: S311
    wandering = Wandering(share, chance)
    people = max(50, len(times) // 10)
    for number, time in enumerate(times):
        negative = chance.random() < wandering.at(time)
        thread = f"x:t{number // 20}" if chance.random() < 0.2 else None
        author = f"r{chance.randrange(people)}"
        yield arrival(f"b{number}", time, reader.reads(negative, chance), author, thread)


def storm(times: Sequence[float], reader: Reader, seed: str, share: float = STORM_SHARE) -> Iterator[Arrival]:
    """Many people, most of whom have not spoken before, half of them in three threads."""
    chance = random.Random(seed)  # noqa: S311
    for number, time in enumerate(times):
        negative = chance.random() < share
        thread = f"x:s{chance.randrange(3)}" if chance.random() < 0.5 else None
        author = f"s{number if chance.random() > 0.1 else chance.randrange(number + 1)}"
        yield arrival(f"s{number}", time, reader.reads(negative, chance), author, thread)
