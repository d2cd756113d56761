"""The watch: each guard by itself, the life of a case, and what a storm may not teach."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from agents.watch.baseline import Baseline
from agents.watch.case import Case
from agents.watch.engine import Arrival
from agents.watch.policy import WatchPolicy
from agents.watch.volume import KEPT_HOURS, Volume
from agents.watch.watch import Verdict
from streams.records import Escalation, Pulse
from tests.storms import START, TOPICS, Plan, arrival, engine, escalations, run, stream

TOPIC = TOPICS[0]
STORM_AT = START + timedelta(hours=30)
START_MINUTE = int(START.timestamp()) // 60


def quiet(share: float = 0.3, per_hour: int = 3, hours: int = 34) -> list[Arrival]:
    """Regulars, evenly over the hours, the same share of them negative in every hour."""
    step = timedelta(hours=1) / per_hour
    return [
        arrival(
            f"x:q{n}",
            START + n * step,
            author=f"regular{n % 40}",
            negativity=0.9 if (n * 7) % 10 < share * 10 else 0.05,
        )
        for n in range(hours * per_hour)
    ]


def crowd(
    count: int, people: int | None, at: datetime = STORM_AT, over: float = 40, **fields: Any
) -> list[Arrival]:
    """So many posts of so many people (None: nobody is named), evenly over some minutes."""
    step = timedelta(minutes=over) / count
    prefix = fields.pop("prefix", "x:s")
    return [
        arrival(
            f"{prefix}{n}", at + n * step, author=None if people is None else f"person{n % people}", **fields
        )
        for n in range(count)
    ]


def watched(*parts: Iterable[Arrival], policy: WatchPolicy | None = None) -> list[Escalation | Pulse]:
    """The effects of all parts together, in order of time."""
    arrivals = sorted((a for part in parts for a in part), key=lambda a: a.clock_s)
    return run(engine(policy), arrivals)


def kinds(effects: list[Escalation | Pulse]) -> list[str]:
    return [e.kind for e in escalations(effects)]


def verdicts(effects: list[Escalation | Pulse]) -> set[str]:
    return {e.verdict for e in effects if isinstance(e, Pulse)}


# guards


def test_a_crowd_that_complains_opens_a_case() -> None:
    effects = watched(quiet(), crowd(60, 60))
    assert kinds(effects)[0] == "opened"
    assert kinds(effects).count("opened") == 1
    assert Verdict.LIVE in verdicts(effects)


def test_quiet_days_open_nothing() -> None:
    assert kinds(watched(quiet())) == []


def test_few_people_wake_nobody_however_much_they_write() -> None:
    effects = watched(quiet(0.0), crowd(120, 4, over=120))
    assert kinds(effects) == []
    assert Verdict.TOO_FEW_PEOPLE in verdicts(effects)


@pytest.mark.parametrize(("floor", "opens"), [(10, True), (11, False)])
def test_the_floor_of_people_is_that_of_the_policy(floor: int, opens: bool) -> None:
    policy = WatchPolicy(people_floor=floor)
    effects = watched(quiet(0.0), crowd(10, 10, over=14), policy=policy)
    assert ("opened" in kinds(effects)) is opens


def test_where_nobody_is_named_the_floor_of_people_does_not_hold() -> None:
    assert "opened" in kinds(watched(quiet(), crowd(60, None)))


def test_a_few_who_complain_again_and_again_are_no_crowd() -> None:
    """Three complained earlier, so that five people are there; but two fill the last hour by themselves."""
    earlier = [
        arrival(f"x:e{n}", STORM_AT - timedelta(minutes=65 + 15 * n), author=f"early{n}") for n in range(3)
    ]
    often = crowd(16, 2, over=110)
    effects = watched(quiet(0.0), earlier, often, policy=WatchPolicy(people_floor=5, budget=0.1))
    assert kinds(effects) == []
    assert Verdict.TOO_FEW_PEOPLE in verdicts(effects)


def test_a_page_rests_on_some_posts_at_least() -> None:
    effects = watched(quiet(), crowd(60, 60), policy=WatchPolicy(negative_floor=500))
    assert kinds(effects) == []
    assert Verdict.TOO_FEW_POSTS in verdicts(effects)


def test_more_talk_with_the_usual_share_of_complaint_wakes_nobody() -> None:
    """Half of it was always complaint, and half of the much greater talk is."""
    happy = crowd(60, 60, negativity=0.05, prefix="x:h")
    angry = crowd(60, 60, STORM_AT + timedelta(seconds=11), prefix="x:a")
    for n, one in enumerate(happy):
        happy[n] = arrival(one.mention.id, one.mention.event_at, author=f"happy{n}", negativity=0.05)
    effects = watched(quiet(0.5), happy, angry)
    assert kinds(effects) == []
    assert Verdict.USUAL_SHARE in verdicts(effects)


def test_praise_that_runs_wild_wakes_nobody() -> None:
    assert kinds(watched(quiet(), crowd(150, 150, negativity=0.02))) == []


def test_a_flood_of_one_text_wakes_nobody() -> None:
    text = "tämä firma on täysi huijaus älkää ostako sieltä enää mitään"
    assert kinds(watched(quiet(), crowd(100, 100, text=text))) == []


def test_what_was_backfilled_wakes_nobody() -> None:
    storm = [
        Arrival(a.mention.model_copy(update={"backfilled": True}), a.scored, a.clock_s) for a in crowd(60, 60)
    ]
    for a in storm:
        assert a.scored is not None
        a.scored.mention = a.mention
    assert kinds(watched(quiet(), storm)) == []


def test_a_smaller_budget_asks_for_more() -> None:
    policies = [WatchPolicy(budget=budget) for budget in (10.0, 1.0, 0.01)]
    opened = [escalations(watched(quiet(), crowd(60, 60), policy=p))[0] for p in policies]
    assert [e.threshold for e in opened] == sorted(e.threshold for e in opened)
    assert [e.at for e in opened] == sorted(e.at for e in opened)


# the life of a case


def test_a_case_opens_rises_cools_and_is_over() -> None:
    effects = escalations(
        watched(quiet(), crowd(20, 20, over=30), crowd(200, 200, STORM_AT + timedelta(hours=1), prefix="x:b"))
    )
    found = [e.kind for e in effects]
    assert found[0] == "opened"
    assert "raised" in found
    assert found[-2:] == ["cooling", "resolved"]
    assert len({e.incident for e in effects}) == 1
    assert len({e.id for e in effects}) == len(effects)
    assert len({(e.onset_at, e.thread) for e in effects}) == 1, "the onset is frozen"
    severities = [e.severity for e in effects]
    assert severities == sorted(severities)
    assert all(a.severity < b.severity for a, b in pairwise(effects) if b.kind == "raised")


def test_the_evidence_of_the_opening_is_what_was_counted() -> None:
    opened = escalations(watched(quiet(), crowd(60, 60)))[0]
    until = opened.at - timedelta(minutes=1)
    came = [a for a in crowd(60, 60) if a.mention.event_at < until]
    assert opened.evidence.people_last_hour is not None
    assert opened.evidence.people_last_hour >= len(came)
    assert opened.evidence.negative_last_hour >= 0.9 * len(came) - 0.1
    assert opened.evidence.raw_mentions_last_hour == len(came) + 3
    assert opened.score >= opened.threshold
    assert opened.onset_at <= STORM_AT + timedelta(minutes=15)


def second_wave(policy: WatchPolicy, hours: float) -> list[Escalation]:
    again = crowd(80, 80, STORM_AT + timedelta(hours=hours), prefix="x:w")
    return escalations(watched(quiet(hours=30 + int(hours) + 4), crowd(60, 60), again, policy=policy))


def test_within_the_refractory_time_a_second_wave_reopens_the_case() -> None:
    found = second_wave(WatchPolicy(), 8)
    assert [e.kind for e in found if e.kind in ("opened", "reopened")] == ["opened", "reopened"]
    assert len({e.incident for e in found}) == 1


def test_after_the_refractory_time_a_second_wave_is_a_new_incident() -> None:
    found = second_wave(WatchPolicy(refractory_hours=6, quiet_refractory_hours=6), 8)
    assert [e.kind for e in found if e.kind in ("opened", "reopened")] == ["opened", "opened"]
    assert len({e.incident for e in found}) == 2


def test_time_alone_resolves_a_case() -> None:
    one = engine()
    one.step(sorted([*quiet(hours=30), *crowd(60, 60)], key=lambda a: a.clock_s))
    end = (STORM_AT + timedelta(hours=6)).timestamp()
    assert [e.kind for e in escalations(one.advance(end))][-1] == "resolved"
    assert one.advance(end + 3600 * 24) == [], "a calm topic has nothing more to say"


# what a storm may not teach


def test_an_hour_of_an_open_case_teaches_volume_only() -> None:
    baseline, volume = Baseline(), Volume()
    for hour in range(48):
        baseline.learn(hour, (5, 4, 2.0), baseline.expect(hour, volume, 5, 5), volume, frozen=False)
    level, share, alpha, raw = baseline.level, baseline.share(volume), baseline.alpha, baseline.raw_level
    baseline.learn(48, (500, 400, 380.0), baseline.expect(48, volume, 500, 500), volume, frozen=True)
    assert (baseline.level, baseline.share(volume), baseline.alpha) == (level, share, alpha)
    assert baseline.raw_level > raw
    assert baseline.hours == 49


def test_what_other_topics_are_used_to_says_nothing_of_a_topic() -> None:
    """On Kafka these may be in another process: the usual share begins where the settings say."""
    volume, others, fresh = Volume(0.4), Baseline(), Baseline()
    for hour in range(48):
        others.learn(hour, (50, 40, 40.0), others.expect(hour, volume, 50, 50), volume, frozen=False)
    assert others.share(volume) > 0.9
    assert fresh.share(volume) == pytest.approx(0.4)


def test_a_storm_that_is_no_case_is_winsorised() -> None:
    baseline, volume = Baseline(), Volume()
    for hour in range(200):
        baseline.learn(hour, (5, 4, 2.0), baseline.expect(hour, volume, 5, 5), volume, frozen=False)
    level = baseline.level
    baseline.learn(200, (5000, 4000, 3800.0), baseline.expect(200, volume, 5000, 5000), volume, frozen=False)
    assert level < baseline.level < 1.5 * level


def test_after_a_storm_the_usual_is_nearly_what_it_was() -> None:
    """The same hours with and without a storm that is watched."""
    calm, stormy = engine(), engine()
    run(calm, quiet(hours=60))
    run(stormy, sorted([*quiet(hours=60), *crowd(150, 150)], key=lambda a: a.clock_s))
    levels = [one.watches[TOPIC].state.baseline.level for one in (calm, stormy)]
    assert levels[1] < 1.25 * levels[0]


def test_a_case_covers_its_hours_and_a_day_at_most() -> None:
    case = Case("inc", None, onset=6000, opened=6030, severity=2, peak=12.0)
    assert [case.covers(h) for h in (98, 99, 100, 101)] == [False, False, True, True]
    assert case.covers((6030 + 23 * 60) // 60)
    assert not case.covers((6030 + 25 * 60) // 60)
    case.ended = 6200
    assert case.covers(103)
    assert not case.covers(104)


# volume and lateness


def test_the_exposure_of_a_topic_is_what_the_others_do() -> None:
    volume = Volume()
    assert volume.residual(1000, 1000) == pytest.approx(1.0)
    assert volume.residual(0, 1000) == 0.2
    assert volume.residual(10_000, 1000) == 3.0
    assert volume.residual(5, 0) < 1.3, "little else is no exposure"


def test_the_last_hour_is_whole_even_where_hours_close_at_once() -> None:
    volume = Volume()
    for minute in range(180):
        volume.add(60_000 + minute)
    volume.close(1002)
    assert volume.last_hour(60_125) == 60
    assert volume.hours == {1000: 60, 1001: 60}


def test_the_volumes_hours_are_kept_for_a_bounded_time() -> None:
    volume = Volume()
    volume.add(0)
    volume.close(KEPT_HOURS + 50)
    assert len(volume.hours) == KEPT_HOURS


def test_of_two_first_mentions_around_an_hour_both_count_in_either_order() -> None:
    before, after = START - timedelta(seconds=20), START + timedelta(seconds=20)
    one = engine()
    run(one, [arrival("x:1", after), arrival("x:2", before)])
    assert one.tallies["late"] == 0
    assert sum(one.volume.hours.values()) == 2


def test_what_is_older_than_held_when_the_service_starts_does_not_become_its_first_hour() -> None:
    """A feed that begins with last year's entries must not make every hour since look silent."""
    old = arrival("x:1", START - timedelta(days=365), clock=START)
    one = engine()
    run(one, [old, *quiet(hours=3)])
    assert one.tallies["late"] == 1
    assert min(one.volume.hours) == START.timestamp() // 3600


def test_a_deletion_before_its_mention_keeps_the_text_out() -> None:
    gone = arrival("x:1", START, topics=(), text="").mention.model_copy(update={"op": "delete"})
    one = engine()
    run(
        one,
        [Arrival(gone, None, START.timestamp()), arrival("x:1", START, text="nimi ja osoite")],
        hours_after=0.5,
    )
    voices = list(one.watches[TOPIC].state.counts.voices(START_MINUTE, START_MINUTE + 60))
    assert [(v.id, v.text) for v in voices] == [("x:1", "")]


def test_a_topic_that_appears_late_learns_the_hours_before_as_silent() -> None:
    one = engine()
    late = arrival("x:n", START + timedelta(hours=20), topics=(TOPICS[1],))
    run(one, sorted([*quiet(hours=21), late], key=lambda a: a.clock_s))
    first, second = (one.watches[name].state.baseline for name in TOPICS)
    assert abs(first.hours - second.hours) <= 1


def test_the_made_up_storms_of_the_property_tests_open_what_they_should() -> None:
    assert kinds(run(engine(), stream(Plan(topics=2)))).count("opened") == 2
