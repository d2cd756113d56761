"""Turns a scenario's terse lines into mentions: deterministic, in order of arrival."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from agents.demo.dice import Dice
from agents.demo.rhythm import moments
from agents.demo.script import load_script
from agents.demo.writer import fill, load_texts
from agents.scenario import Input, Line, Scenario
from streams.codec import decode_lines
from streams.errors import BadConfiguration
from streams.records import Author, Mention

FAR_OFF = datetime(9999, 1, 1, tzinfo=UTC)
"""A recording is never from the future, whenever it is read."""

WORD = re.compile(r"[a-zåäö]{3,}")


@cache
def extra_words() -> tuple[str, ...]:
    """Everyday words that are added where texts shall differ."""
    chatter = load_texts("fi")["chatter"]
    words = {word for texts in chatter.values() for text in texts for word in WORD.findall(text)}
    return tuple(sorted(words))


def mentions_of(scenario: Scenario) -> list[Mention]:
    """The scenario's mentions in order of arrival: of its recorded file, or those written in it."""
    if scenario.input.file is not None:
        return recorded(scenario.beside(scenario.input.file))
    return written(scenario.input)


def recorded(path: Path) -> list[Mention]:
    """The mentions of a recorded file, plain or gzip; broken lines are left to the dead letters."""
    packed = path.read_bytes()
    lines = gzip.decompress(packed) if packed.startswith(b"\x1f\x8b") else packed
    return decode_lines(lines.split(b"\n"), FAR_OFF).mentions


def written(source: Input) -> list[Mention]:
    """The mentions that a scenario's lines stand for, in order of arrival."""
    found = [mention for number, line in enumerate(source.mentions) for mention in expand(line, number)]
    return sorted(found, key=lambda mention: mention.observed_at or mention.published_at)


def expand(line: Line, number: int) -> Iterator[Mention]:
    """The mentions that line `number` stands for; the same ones every time."""
    dice = Dice("scenario", number)
    times = list(_times(line, dice))
    for count, at in enumerate(times):
        share = count / len(times)
        yield _mention(line, f"{number}-{count}", at, share, dice)


def _times(line: Line, dice: Dice) -> Iterator[datetime]:
    if line.at is not None:
        start = line.at.astimezone(UTC)
        yield from (start + timedelta(seconds=count) for count in range(line.repeat))
    elif line.begin is not None:
        start = line.begin.astimezone(UTC)
        for at in moments(_curve(line), start, dice):
            if not line.day_night or dice.falls(_awake(at.astimezone(line.begin.tzinfo).hour)):
                yield at
    else:
        raise BadConfiguration([f"input: {line.text!r} has neither `at` nor `from`; say when it comes"])


def _curve(line: Line) -> Mapping[float, float]:
    """The line's rate by hours after its start; with `day_night` the rate is that of the busiest hour."""
    if line.curve is not None:
        return line.curve
    if line.begin is None or line.to is None or line.per_hour is None:
        raise BadConfiguration([f"input: {line.text!r} needs `to` and `per_hour`, or `curve`, beside `from`"])
    hours = (line.to.astimezone(UTC) - line.begin.astimezone(UTC)) / timedelta(hours=1)
    return {0: line.per_hour, hours: line.per_hour}


def _awake(hour: int) -> float:
    """Activity at a local hour against the busiest one."""
    hours = load_script().hours
    return hours[hour] / max(hours)


def _mention(line: Line, name: str, at: datetime, share: float, dice: Dice) -> Mention:
    platform, way = line.platform, line.way or ("reply" if line.thread else "post")
    thread = f"{platform}:{line.thread}" if line.thread else None
    begins = way == "post" and thread is not None
    seen = None if line.seen is None else line.seen + timedelta(minutes=line.seen_minutes * share)
    return Mention(
        id=thread if begins and thread else f"{platform}:{name}",
        platform=platform,
        kind=way,
        text=_text(line, name, dice),
        language=line.language,
        conversation_id=None if begins else thread,
        in_reply_to=thread if way == "reply" else None,
        repost_of=thread if way == "repost" else None,
        quote_of=thread if way == "quote" else None,
        author=_author(line, dice),
        published_at=at,
        observed_at=seen,
        backfilled=seen is not None,
        negativity=line.negativity,
    )


def _text(line: Line, name: str, dice: Dice) -> str:
    template = line.text if isinstance(line.text, str) else dice.pick(line.text)
    said = fill(template, {"n": name.rpartition("-")[2]}, dice)
    return " ".join([said, *(dice.pick(extra_words()) for _ in range(line.vary))])


def _author(line: Line, dice: Dice) -> Author | None:
    if line.authors is not None:
        return Author(handle=f"{line.crowd}{dice.below(line.authors)}", followers=line.followers)
    return None if line.author is None else Author(handle=line.author, followers=line.followers)
