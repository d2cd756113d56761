"""The demo stream: the everyday and the episodes, in the order in which a feed would bring them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush

from agents.demo.conversation import Conversations
from agents.demo.dice import Dice
from agents.demo.episodes import StormTeller, flood
from agents.demo.everyday import Everyday
from agents.demo.script import Outage, Script, load_script
from streams.records import Mention

SEED = 2026


def generate(seed: int = SEED, script: Script | None = None) -> Iterator[Mention]:
    """All mentions of the demo in order of arrival; the same for the same seed, whatever the machine."""
    told = script or load_script()
    days = story_by_day(told, seed)
    waiting: list[tuple[datetime, int, Mention]] = []
    chance, serial = Dice(seed, "hygiene"), 0
    for number, mentions in enumerate(days):
        for mention in mentions:
            for arrival, arriving in arrivals(mention, told, chance):
                serial += 1
                heappush(waiting, (arrival, serial, arriving))
        ready = told.midnight(number + 1)
        while waiting and waiting[0][0] < ready:
            yield heappop(waiting)[2]


def story_by_day(script: Script, seed: int) -> Iterator[list[Mention]]:
    """For each day everything that begins on it; what begins before midnight may go on after it."""
    conversations = Conversations(script)
    everyday = Everyday(script, conversations, seed)
    for number in range(script.days):
        today = list(everyday.day(number))
        for storm in script.storms:
            if storm.starts.date() == script.day(number):
                today += StormTeller(script, storm, conversations, seed).mentions()
        if script.flood.waves[0].starts.date() == script.day(number):
            today += flood(script, script.flood, conversations, seed)
        yield today


def arrivals(mention: Mention, script: Script, chance: Dice) -> Iterator[tuple[datetime, Mention]]:
    """When the mention arrives, and what else of it: a second copy, an edit, a deletion."""
    seen, arriving = first_arrival(mention, script, chance)
    yield seen, arriving
    usual = script.hygiene
    if chance.falls(usual.duplicates):
        yield seen + timedelta(seconds=1 + chance.below(600)), arriving
    if chance.falls(usual.edits):
        edited_at = seen + timedelta(seconds=60 + chance.below(1800))
        yield edited_at, edited(mention, edited_at)
    if chance.falls(usual.deletions):
        deleted_at = seen + timedelta(seconds=120 + chance.below(7200))
        yield deleted_at, deleted(mention, deleted_at)


def first_arrival(mention: Mention, script: Script, chance: Dice) -> tuple[datetime, Mention]:
    """At once; now and then up to a minute late; after an outage with the catch-up."""
    outage, at = script.outage, mention.published_at
    start, end = script.instant(outage.starts), script.instant(outage.ends)
    if mention.platform in outage.platforms and start <= at < end:
        seen = caught_up_at(outage, at, start, end)
        return seen, mention.model_copy(update={"observed_at": seen, "backfilled": True})
    late = 5 + chance.below(56) if chance.falls(script.hygiene.out_of_order) else 0
    return at + timedelta(seconds=late), mention


def caught_up_at(outage: Outage, at: datetime, start: datetime, end: datetime) -> datetime:
    """The catch-up reads the gap from its beginning, much faster than it was written."""
    return end + timedelta(seconds=int(60 * outage.catch_up_minutes * ((at - start) / (end - start))))


def edited(mention: Mention, at: datetime) -> Mention:
    """The mention with a word added by its author."""
    text = f"{mention.text} (edit)"
    return mention.model_copy(update={"op": "update", "version": "2", "text": text, "edited_at": at})


def deleted(mention: Mention, at: datetime) -> Mention:
    """The deletion: id and times stay, text and author go."""
    return Mention(
        op="delete",
        id=mention.id,
        platform=mention.platform,
        channel=mention.channel,
        conversation_id=mention.conversation_id,
        version="3",
        text="",
        published_at=mention.published_at,
        edited_at=at,
    )
