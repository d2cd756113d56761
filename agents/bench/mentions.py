"""Mentions made of times: who speaks, in which thread, how negative. Deterministic for a given chance."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from math import exp, log

from agents.bench.readers import Reader
from agents.watch.engine import Arrival
from streams.records import Author, Mention, ScoredMention

TOPIC = "Topic"
BACKGROUND_SHARE, STORM_SHARE = 0.30, 0.85  # negative among all
WANDER_KEEP, WANDER_SD = 0.9, 0.4  # of the background's share, hour by hour, on the scale of log odds
REPEAT = 0.1  # of a storm's mentions are by somebody who has already spoken in it
FRESH_TALK, FRESH_STORM = 0.8, 0.3  # mentions that begin a thread; the others join one
RECENT = 50  # mentions whose threads are joined
NOBODY = Author()
PATTERN = Mention(id="x:0", platform="x", text="", language="en", published_at=datetime.fromtimestamp(0, UTC))


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


class Threads:
    """Which thread a mention belongs to: a new one, or that of one of the last mentions, large ones
    more often (Simon 1955, "On a class of skew distribution functions"). `fresh` 0 is one cascade."""

    def __init__(self, fresh: float, chance: random.Random) -> None:
        self.fresh = fresh
        self.chance = chance
        self.recent: list[str] = []

    def of(self, mention_id: str) -> str:
        """The thread of the next mention: its own id where it begins one."""
        new = not self.recent or self.chance.random() < self.fresh
        thread = mention_id if new else self.chance.choice(self.recent)
        self.recent = [*self.recent[1 - RECENT :], thread]
        return thread


def arrival(
    number: str,
    time: float,
    negativity: float,
    author: str | None,
    thread: str | None,
    text: str = "",
    topics: tuple[str, ...] = (TOPIC,),
) -> Arrival:
    """A mention at the moment it is published. Copied without validation, for there are millions."""
    mention_id = f"x:{number}"
    mention = PATTERN.model_copy(
        update={
            "id": mention_id,
            "text": text,
            "author": NOBODY.model_copy(update={"id": author}) if author else None,
            "conversation_id": thread,
            "in_reply_to": thread if thread != mention_id else None,
            "published_at": datetime.fromtimestamp(time, UTC),
        }
    )
    return Arrival(mention, ScoredMention(mention, topics, negativity, "en"), time)


def background(
    times: Sequence[float],
    reader: Reader,
    seed: str,
    share: float = BACKGROUND_SHARE,
    topics: tuple[str, ...] = (TOPIC,),
) -> Iterator[Arrival]:
    """Everyday talk: mostly single posts by many people, a fifth of them answers in running threads."""
    chance = random.Random(seed)  # noqa: S311
    wandering, threads = Wandering(share, chance), Threads(FRESH_TALK, chance)
    people = max(50, len(times) // 10)
    for number, time in enumerate(times):
        negative = chance.random() < wandering.at(time)
        author = f"r{chance.randrange(people)}"
        read = reader.reads(negative, chance)
        thread = threads.of(f"x:b{seed}{number}")
        yield arrival(f"b{seed}{number}", time, read, author, thread, topics=topics)


def storm(
    times: Sequence[float], reader: Reader, seed: str, share: float = STORM_SHARE, fresh: float = FRESH_STORM
) -> Iterator[Arrival]:
    """Many people, most of whom have not spoken before, in threads a few of which grow large."""
    chance = random.Random(seed)  # noqa: S311
    threads = Threads(fresh, chance)
    for number, time in enumerate(times):
        negative = chance.random() < share
        author = f"s{number if chance.random() > REPEAT else chance.randrange(number + 1)}"
        read = reader.reads(negative, chance)
        yield arrival(f"s{number}", time, read, author, threads.of(f"x:s{number}"))
