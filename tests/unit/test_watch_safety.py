"""Safety words page when two independent authors assert the same harm, whatever the rates are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from agents.watch.engine import Arrival, Engine
from agents.watch.planned import Peak
from agents.watch.safety import SafetyRule
from agents.watch.snapshot import dump, load
from agents.watch.watch import TopicBudget, Verdict
from streams.records import Escalation, Pulse
from tests.storms import START, TOPICS, arrival, engine, escalations, run
from tests.unit.test_watch import STORM_AT, crowd, quiet

TOPIC = TOPICS[0]
LATER = START + timedelta(hours=40)


def hurt(name: str, author: str | None, at: datetime = LATER, **fields: Any) -> Arrival:
    text = fields.pop("text", f"täällä loukkaantui ihmisiä {name} {author} " + " ".join(name * 5))
    return arrival(name, at, author=author, safety=fields.pop("classes", ("injury",)), text=text, **fields)


def effects_of(*arrivals: Arrival, one: Engine | None = None) -> list[Escalation | Pulse]:
    together = sorted([*quiet(), *arrivals], key=lambda a: a.clock_s)
    return run(one or engine(), together, hours_after=30)


def opened(effects: list[Escalation | Pulse]) -> list[Escalation]:
    return [e for e in escalations(effects) if e.kind == "opened"]


def test_two_authors_open_a_case_without_any_crowd() -> None:
    found = opened(effects_of(hurt("x:1", "a"), hurt("x:2", "b", LATER + timedelta(hours=5))))
    (case,) = found
    assert case.reason == "safety_words"
    assert case.evidence.safety == {"injury": 2}
    assert case.severity >= 3
    assert case.onset_at == LATER
    assert case.score < case.threshold


@pytest.mark.parametrize(
    "second",
    [
        hurt("x:2", "a", LATER + timedelta(minutes=30)),
        hurt("x:2", "b", LATER + timedelta(minutes=30), classes=("fire",)),
        hurt("x:2", "b", LATER + timedelta(hours=25)),
    ],
    ids=["the same author", "another harm", "a day later"],
)
def test_nothing_pages_without_a_second_author_of_the_same_harm_within_a_day(second: Arrival) -> None:
    assert opened(effects_of(hurt("x:1", "a"), second)) == []


def test_copies_confirm_nothing() -> None:
    text = "varoitus ihmisiä loukkaantui tässä kaupassa eilen illalla jakakaa eteenpäin"
    again = [hurt(f"x:{n}", f"p{n}", LATER + timedelta(minutes=n), text=text) for n in range(4)]
    assert opened(effects_of(*again)) == []
    assert opened(effects_of(*again, hurt("x:9", "own words", LATER + timedelta(minutes=9))))


def test_a_campaign_confirms_nothing_even_with_another_author() -> None:
    text = "varoitus ihmisiä loukkaantui tässä kaupassa eilen illalla jakakaa eteenpäin"
    campaign = [hurt(f"x:{n}", f"p{n}", LATER + timedelta(minutes=n), text=text) for n in range(6)]
    assert opened(effects_of(*campaign, hurt("x:9", "own words", LATER + timedelta(minutes=9)))) == []


def test_posts_without_an_author_are_one_source_a_channel() -> None:
    """Two headlines of one newsroom do not confirm each other; those of two newsrooms do."""
    again = LATER + timedelta(hours=1)
    assert opened(effects_of(hurt("n:1", None, channel="yle"), hurt("n:2", None, again, channel="yle"))) == []
    assert opened(effects_of(hurt("n:1", None, channel="yle"), hurt("n:2", None, again, channel="hs")))


def test_the_calendar_does_not_mute_them() -> None:
    start = int(START.timestamp()) // 60
    peak = Peak(start, start + 10_000, 50.0)
    watched = Engine([TopicBudget(TOPIC, peaks=(peak,))])
    assert opened(effects_of(hurt("x:1", "a"), hurt("x:2", "b"), one=watched))


def test_how_many_authors_is_a_setting() -> None:
    watched = Engine([TopicBudget(TOPIC, safety=SafetyRule(authors=3))])
    assert opened(effects_of(hurt("x:1", "a"), hurt("x:2", "b"), one=watched)) == []


def test_what_is_remembered_survives_a_restart_between_the_two() -> None:
    first, second = engine(), engine()
    first.step([*quiet(), hurt("x:1", "a")])
    first.advance((LATER + timedelta(minutes=10)).timestamp())
    load(second, {key: blob for key, blob in dump(first).items() if blob is not None})
    effects = run(second, [hurt("x:2", "b", LATER + timedelta(minutes=30))])
    assert [e.reason for e in opened(effects)] == ["safety_words"]


def test_a_harm_that_is_talked_of_pages_once_and_a_new_one_again() -> None:
    days = [hurt(f"x:{n}", f"p{n}", LATER + timedelta(hours=6 * n)) for n in range(10)]
    later = [hurt(f"x:l{n}", f"l{n}", LATER + timedelta(hours=54 + 25 + n)) for n in range(2)]
    assert len(opened(effects_of(*days))) == 1
    assert len(opened(effects_of(*days, *later))) == 2


def test_in_a_live_case_they_raise_its_severity() -> None:
    storm = crowd(60, 60)
    words = [hurt(f"x:h{n}", f"h{n}", STORM_AT + timedelta(minutes=30 + n)) for n in range(2)]
    effects = effects_of(*storm, *words)
    (rise,) = [e for e in escalations(effects) if e.reason == "safety_words"]
    before = max(e.severity for e in escalations(effects) if e.at < rise.at)
    assert rise.kind == "raised"
    assert rise.severity > before


def test_the_case_is_not_over_while_harm_is_still_told() -> None:
    told = [hurt(f"x:{n}", f"p{n}", LATER + timedelta(minutes=25 * n)) for n in range(12)]
    effects = effects_of(*told)
    (end,) = [e.at for e in escalations(effects) if e.kind == "resolved"]
    assert end >= LATER + timedelta(minutes=25 * 11 + 60)
    assert Verdict.SAFETY in {e.verdict for e in effects if isinstance(e, Pulse)}


def test_a_copy_does_not_take_the_place_of_what_its_author_said_before() -> None:
    shared = "varoitus ihmisiä loukkaantui tässä kaupassa eilen illalla jakakaa eteenpäin"
    said = [
        hurt("x:c", "c", LATER, text=shared),
        hurt("x:a", "a", LATER + timedelta(minutes=90)),
        hurt("x:a2", "a", LATER + timedelta(minutes=100), text=shared),
        hurt("x:b", "b", LATER + timedelta(minutes=140)),
    ]
    watched = Engine([TopicBudget(TOPIC, safety=SafetyRule(within_hours=1))])
    assert opened(effects_of(*said, one=watched))
