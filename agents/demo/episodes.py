"""What happens beside the everyday: stories that spread, and accounts that repeat one message."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from agents.demo.conversation import Conversations, Said
from agents.demo.dice import Dice
from agents.demo.people import People
from agents.demo.rhythm import moments
from agents.demo.script import Flood, Script, Storm, Way
from agents.demo.writer import Writer
from streams.records import Author, Mention


class StormTeller:
    """Tells one storm: its first post, and how people carry it on."""

    def __init__(self, script: Script, storm: Storm, conversations: Conversations, seed: int) -> None:
        self._script = script
        self._storm = storm
        self._conversations = conversations
        self._people = People(script)
        self._writer = Writer(script)
        self._dice = Dice(seed, storm.name)
        self._thread: list[Mention] = []
        self._quotes: list[Mention] = []

    def mentions(self) -> Iterator[Mention]:
        """Everything the storm brings, in the order in which it is written."""
        storm, start = self._storm, self._script.instant(self._storm.starts)
        root = self._root(start)
        self._thread.append(root)
        yield root
        for at in moments(storm.curve, start + timedelta(minutes=2), self._dice):
            yield self._next(root, at)
        yield from self._answers(root, start)

    def _root(self, start: datetime) -> Mention:
        storm = self._storm
        text = self._writer.tale_line(storm.tale, "root", storm.topic, "fi", 0)
        author = Author(handle=f"{storm.tale}_alku", followers=storm.root_followers)
        return self._conversations.post(storm.platform, Said(text, start, author, "fi"), title=storm.title)

    def _next(self, root: Mention, at: datetime) -> Mention:
        if self._dice.falls(self._storm.elsewhere):
            return self._post(self._other_platform(), at)
        return self._carry_on(root, self._dice.weigh(self._storm.ways), at)

    def _carry_on(self, root: Mention, way: Way, at: datetime) -> Mention:
        if way == "post":
            return self._post(self._storm.platform, at)
        if way == "repost":
            return self._conversations.repost(self._shared(root), at, self._author(root.platform, "fi"))
        said = self._say(root.platform, at, short=way == "reply")
        if way == "quote":
            self._quotes.append(self._conversations.quote(root, said))
            return self._quotes[-1]
        answered = root if self._dice.falls(0.6) else self._dice.pick(self._thread)
        self._thread.append(self._conversations.reply(answered, root, said))
        return self._thread[-1]

    def _post(self, platform: str, at: datetime) -> Mention:
        return self._conversations.post(platform, self._say(platform, at, short=False))

    def _shared(self, root: Mention) -> Mention:
        """What is reposted: mostly the first post, at times a quote of it."""
        return self._dice.pick(self._quotes) if self._quotes and self._dice.falls(0.2) else root

    def _say(self, platform: str, at: datetime, *, short: bool) -> Said:
        """Somebody's words; answers within the thread are at times short and name nothing."""
        dice, storm = self._dice, self._storm
        language, mood = dice.weigh(self._script.languages), dice.weigh(storm.moods)
        if short and dice.falls(0.35):
            text = self._writer.reply(None, language, mood, dice)
        else:
            text = self._writer.tale(storm.tale, storm.topic, language, mood, dice)
        return Said(text, at, self._author(platform, language), language)

    def _author(self, platform: str, language: str) -> Author | None:
        return self._people.drawn_in(platform, language, self._storm.voices, self._dice)

    def _other_platform(self) -> str:
        places = self._script.platforms.items()
        usual = {name: place.share for name, place in places if place.channel in ("social", "forum")}
        usual.pop(self._storm.platform)
        return self._dice.weigh(usual)

    def _answers(self, root: Mention, start: datetime) -> Iterator[Mention]:
        for number, minutes in enumerate(self._storm.answers):
            text = self._writer.tale_line(self._storm.tale, "answer", self._storm.topic, "fi", number)
            said = Said(text, start + timedelta(minutes=minutes), self._people.official(), "fi")
            yield self._conversations.reply(root, root, said)


def flood(script: Script, story: Flood, conversations: Conversations, seed: int) -> Iterator[Mention]:
    """The flood's messages, wave by wave."""
    people, writer, dice = People(script), Writer(script), Dice(seed, story.name)
    for number, wave in enumerate(story.waves):
        rate = wave.accounts * wave.each_per_hour
        for at in moments({0: rate, wave.hours: rate}, script.instant(wave.starts), dice):
            author = people.throwaway(100 * number + dice.below(wave.accounts))
            said = Said(writer.flood(story.topic, number, dice), at, author, "fi")
            yield conversations.post(story.platform, said)
