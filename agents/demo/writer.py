"""Writes the texts: templates with choices, put together the way people put sentences together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import yaml

from agents.demo.dice import Dice
from agents.demo.script import HERE, Mood, Script

CHOICE = re.compile(r"\[([^\]]*\|[^\]]*)\]")
WORD = re.compile(r"\{(\w+)\}")
ENDING = re.compile(r"[.!?…]$")

Texts = Mapping[str, Any]
"""The texts of one language: nested names, at the bottom tuples of templates."""


def lines_of(node: object) -> Any:
    """The same tree with each block of lines made a tuple of templates."""
    if isinstance(node, dict):
        return {str(name): lines_of(child) for name, child in node.items()}
    if isinstance(node, str):
        return tuple(node.splitlines())
    return tuple(node) if isinstance(node, list) else node


@cache
def load_texts(language: str) -> Texts:
    """All templates of a language."""
    text = (HERE / f"texts_{language}.yaml").read_text(encoding="utf-8")
    texts: Texts = lines_of(yaml.safe_load(text))
    return texts


def fill(template: str, words: Mapping[str, str | Sequence[str]], dice: Dice) -> str:
    """The template with its choices made and its words put in.

    >>> fill("[sataa|tuulee] {aika}", {"aika": ("tänään",)}, Dice("oppi"))
    'tuulee tänään'
    """

    def word(found: re.Match[str]) -> str:
        known = words[found[1]]
        return known if isinstance(known, str) else dice.pick(known)

    chosen = CHOICE.sub(lambda found: dice.pick(found[1].split("|")), template)
    return WORD.sub(word, chosen)


def sentence(text: str) -> str:
    """The text with a capital first letter and a full stop, where none of its own ends it."""
    text = text[:1].upper() + text[1:]
    return text if ENDING.search(text) or not text[-1:].isalnum() else f"{text}."


class Writer:
    """Writes posts about the script's topics, in any of its languages and moods."""

    def __init__(self, script: Script) -> None:
        self._script = script

    def opinion(self, topic: str, language: str, mood: Mood, dice: Dice) -> str:
        """A post of one's own: what happened, often what one thinks of it."""
        return self._compose(load_texts(language)["topics"][topic][mood], topic, language, mood, dice)

    def tale(self, tale: str, topic: str, language: str, mood: Mood, dice: Dice) -> str:
        """A post of an episode's story."""
        return self._compose(load_texts(language)["tales"][tale][mood], topic, language, mood, dice)

    def tale_line(self, tale: str, part: str, topic: str, language: str, number: int) -> str:
        """A line of an episode that stands as it is: its first post, or the company's n-th answer."""
        lines = load_texts(language)["tales"][tale][part]
        return self._plain(lines[number % len(lines)], topic, language, Dice(tale, part))

    def reply(self, topic: str | None, language: str, mood: Mood, dice: Dice) -> str:
        """A short answer to somebody; it names the topic or not, as answers do."""
        kind = "neu" if mood == "question" else mood
        texts = load_texts(language)["replies"][kind]
        usable = [text for text in texts if topic is not None or "{T" not in text]
        return self._habits(self._plain(dice.pick(usable), topic, language, dice), topic, dice)

    def official(self, topic: str, language: str, dice: Dice) -> str:
        """What the company answers on an ordinary day."""
        return self._plain(dice.pick(load_texts(language)["replies"]["answer"]), topic, language, dice)

    def chatter(self, language: str, dice: Dice) -> str:
        """A post about weather, sport, food and the like."""
        subjects = list(load_texts(language)["chatter"].values())
        said = [
            sentence(self._plain(dice.pick(dice.pick(subjects)), None, language, dice))
            for _ in range(2 if dice.falls(0.4) else 1)
        ]
        return self._habits(" ".join(said), None, dice)

    def news(self, topic: str | None, language: str, dice: Dice) -> str:
        """A headline, about the topic or about none."""
        texts = load_texts(language)["news" if topic else "chatter_news"]
        return self._plain(dice.pick(texts), topic, language, dice)

    def flood(self, topic: str, wave: int, dice: Dice) -> str:
        """The message of a flood's wave, with the small changes its makers use against filters."""
        words = {
            **self._script.forms(topic, "fi"),
            "link": f"https://totuus-{dice.below(9)}.example/{dice.below(10_000)}",
            "emoji": ("🔥", "😡", "‼️", "🤬", "👎👎"),
        }
        return fill(load_texts("fi")["bots"][wave], words, dice)

    def _compose(self, bodies: Sequence[str], topic: str, language: str, mood: Mood, dice: Dice) -> str:
        tone = "neu" if mood == "question" else mood
        texts = load_texts(language)
        parts = [sentence(self._plain(dice.pick(bodies), topic, language, dice))]
        if dice.falls(0.3):
            parts.insert(0, dice.pick(texts["openers"][tone]))
        if mood != "question" and dice.falls(0.65):
            parts.append(sentence(dice.pick(texts["general"][tone])))
        if dice.falls(0.35):
            parts.append(dice.pick(texts["closers"][tone]))
        return self._habits(" ".join(parts), topic, dice)

    def _plain(self, template: str, topic: str | None, language: str, dice: Dice) -> str:
        forms = self._script.forms(topic, language) if topic else {}
        return fill(template, {**load_texts(language)["words"], **forms}, dice)

    def _habits(self, text: str, topic: str | None, dice: Dice) -> str:
        """How people type: small letters, a hashtag, no dots on letters."""
        if dice.falls(0.18):
            text = text.lower()
        if topic is not None and dice.falls(0.07):
            text = f"{text} #{topic.lower()}"
        return text.translate(UNDOTTED) if dice.falls(0.015) else text


UNDOTTED = str.maketrans("äöåÄÖÅ", "aoaAOA")
