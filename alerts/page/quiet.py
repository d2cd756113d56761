"""Why nothing fired at a time, in sentences: for `explain --at`. Every number is one that decided."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.neutral import plain
from alerts.page import forms
from alerts.page.words import language_of, say, say_or_plain
from streams.records import Pulse


@dataclass(frozen=True, slots=True)
class Floors:
    """What a page needs beside its score, and what the calendar expects at that time (factor 1: nothing)."""

    posts: float
    people: int
    safety_authors: int
    safety_hours: int
    factor: float = 1.0
    note: str = ""


def why_not(pulse: Pulse, floors: Floors, language: str, when: str) -> list[str]:
    """A pulse in sentences: the verdict, score, rates, and the floor or peak that held it back."""
    language = language_of(language)
    lines = [
        say("pulse.title", language, topic=plain(pulse.topic), when=when, verdict=verdict(pulse, language)),
        _score(pulse, language),
        _negative(pulse, language),
        _mentions(pulse, language),
        *_held_back(pulse, floors, language),
    ]
    if pulse.verdict in ("quiet", "planned_peak", "too_few_posts", "too_few_people", "usual_share"):
        authors, hours = floors.safety_authors, floors.safety_hours
        lines.append(say("pulse.safety", language, authors=authors, hours=hours))
    return lines


def verdict(pulse: Pulse, language: str) -> str:
    """What was decided, as half a sentence."""
    return say_or_plain("quiet", pulse.verdict, language_of(language))


def _score(pulse: Pulse, language: str) -> str:
    score, threshold = (forms.two_decimals(value, language) for value in (pulse.score, pulse.threshold))
    return say("pulse.score", language, score=score, threshold=threshold)


def _negative(pulse: Pulse, language: str) -> str:
    slots = {
        "n": pulse.negative_per_hour,
        "low": pulse.usual_low,
        "high": pulse.usual_high,
        "usual": pulse.usual_per_hour,
    }
    return say("pulse.negative", language, **{k: forms.one_decimal(v, language) for k, v in slots.items()})


def _mentions(pulse: Pulse, language: str) -> str:
    return say(
        "pulse.mentions",
        language,
        n=forms.one_decimal(pulse.mentions_per_hour, language),
        share=forms.percent(pulse.negative_share, language),
        spread=forms.one_decimal(pulse.spread_per_hour, language),
    )


def _held_back(pulse: Pulse, floors: Floors, language: str) -> list[str]:
    """The floor that was not reached, raised by a planned peak, and the peak itself."""
    lines = []
    if pulse.verdict == "too_few_posts":
        lines.append(say("pulse.floor_posts", language, floor=f"{floors.posts * floors.factor:g}"))
    if pulse.verdict == "too_few_people":
        lines.append(say("pulse.floor_people", language, floor=f"{floors.people * floors.factor:g}"))
    if floors.factor > 1:
        note = f" ({plain(floors.note, 80)})" if floors.note else ""
        lines.append(say("pulse.planned", language, note=note, factor=f"{floors.factor:g}"))
    return lines
