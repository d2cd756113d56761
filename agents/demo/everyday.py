"""An ordinary day: chatter about anything, and what people say about the company's topics anyway."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from agents.demo.conversation import Conversations, Said
from agents.demo.dice import Dice
from agents.demo.people import People
from agents.demo.script import Mood, Script
from agents.demo.writer import Writer
from streams.records import Mention

ANSWERING_MOODS: dict[Mood, dict[Mood, float]] = {
    "neg": {"neg": 38, "neu": 47, "pos": 15},
    "pos": {"neg": 7, "neu": 40, "pos": 53},
    "neu": {"neg": 10, "neu": 70, "pos": 20},
    "question": {"neg": 10, "neu": 78, "pos": 12},
}
RATINGS: dict[Mood, tuple[float, ...]] = {"neg": (1, 1, 2), "pos": (5, 5, 4), "neu": (3, 4), "question": (3,)}


class Setting(NamedTuple):
    """Where a conversation takes place, what it is about, and how its first post sounds."""

    platform: str
    topic: str | None
    language: str
    mood: Mood


class Everyday:
    """Writes the days on which nothing happens, one at a time."""

    def __init__(self, script: Script, conversations: Conversations, seed: int) -> None:
        self._script = script
        self._conversations = conversations
        self._people = People(script)
        self._writer = Writer(script)
        self._seed = seed

    def day(self, number: int) -> Iterator[Mention]:
        """Everything that day brings, each conversation with its late replies, in no order."""
        for topic, subject in self._script.topics.items():
            yield from self._posts(number, topic, subject.posts_per_day, subject.weekend)
        yield from self._posts(number, None, self._script.chatter_per_day, 1.0)

    def _posts(self, number: int, topic: str | None, per_day: float, weekend: float) -> Iterator[Mention]:
        dice = Dice(self._seed, "everyday", topic, number)
        is_weekend = self._script.day(number).weekday() >= 5
        wander = 1.0 + self._script.day_wander * dice.around_zero()
        for _ in range(dice.count(per_day * wander * (weekend if is_weekend else 1.0))):
            yield from self._conversation(topic, self._moment(number, dice), dice)

    def _moment(self, number: int, dice: Dice) -> datetime:
        """A time of that day, as people are awake."""
        hour = dice.weigh(dict(enumerate(self._script.hours)))
        local = datetime.combine(self._script.day(number), datetime.min.time())
        return self._script.instant(local + timedelta(hours=hour, seconds=dice.below(3600)))

    def _conversation(self, topic: str | None, at: datetime, dice: Dice) -> Iterator[Mention]:
        platform = self._platform(topic, dice)
        language, mood = dice.weigh(self._script.languages), dice.weigh(self._script.moods)
        setting = Setting(platform, topic, language, mood)
        root = self._root(setting, at, dice)
        yield root
        place = self._script.platforms[platform]
        for _ in range(dice.count(place.replies * dice.wait(1.0))):
            yield self._reply(root, setting, dice)
        for _ in range(dice.count(place.reposts * dice.wait(1.0))):
            author = self._people.regular(platform, language, dice)
            yield self._conversations.repost(root, after(at, 55, dice), author)
        if topic and place.replies and mood in ("neg", "question") and dice.falls(0.3):
            text = self._writer.official(topic, language, dice)
            said = Said(text, after(at, 80, dice), self._people.official(), language)
            yield self._conversations.reply(root, root, said)

    def _platform(self, topic: str | None, dice: Dice) -> str:
        places = self._script.platforms.items()
        return dice.weigh(
            {name: p.share for name, p in places if p.channel != "review" or topic == "Matkavihko"}
        )

    def _root(self, setting: Setting, at: datetime, dice: Dice) -> Mention:
        platform, topic, language, mood = setting
        channel = self._script.platforms[platform].channel
        if channel == "news":
            text = self._writer.news(topic, language, dice)
            return self._conversations.post(platform, Said(text, at, None, language), title=text)
        if topic is None:
            text = self._writer.chatter(language, dice)
        else:
            text = self._writer.opinion(topic, language, mood, dice)
        rating = dice.pick(RATINGS[mood]) if channel == "review" else None
        author = self._people.regular(platform, language, dice)
        return self._conversations.post(platform, Said(text, at, author, language), rating=rating)

    def _reply(self, root: Mention, setting: Setting, dice: Dice) -> Mention:
        named = setting.topic if dice.falls(0.6) else None
        mood = dice.weigh(ANSWERING_MOODS[setting.mood])
        text = self._writer.reply(named, setting.language, mood, dice)
        author = self._people.regular(root.platform, setting.language, dice)
        at = after(root.published_at, 55, dice)
        return self._conversations.reply(root, root, Said(text, at, author, setting.language))


def after(at: datetime, mean_minutes: float, dice: Dice) -> datetime:
    """A time after `at`, on average by so much; whole seconds."""
    return at + timedelta(seconds=20 + int(60 * dice.wait(mean_minutes)))
