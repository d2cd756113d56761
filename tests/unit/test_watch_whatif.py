"""The counterfactual: figures of a page that anybody can recompute from the raw mentions."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from agents.pulse.sighting import SCALE, Sighting, pseudonym
from agents.sentiment.cues import cues_of
from agents.watch.engine import Arrival
from agents.watch.watch import Verdict
from agents.watch.whatif import fewest, thinning_order
from streams.records import Escalation, Evidence, Pulse
from streams.windows import minute_at, slot_of
from tests.storms import START, TOPICS, Plan, arrival, engine, escalations, run, stream, whole_state
from tests.unit.test_watch import quiet

TOPIC = TOPICS[0]


def storm() -> list[Arrival]:
    """A quiet day and a half, then a crowd; authors, reach and texts differ, some are copies of one text."""
    copied = "tämä firma on täysi huijaus älkää ostako sieltä enää yhtään mitään"
    chance = random.Random(1)
    people = [
        arrival(
            f"x:s{n}",
            START + timedelta(hours=30, minutes=n * 0.6),
            author=f"person{n // 2 if n % 9 == 0 else n}",
            negativity=(0.9, 0.75, 0.2)[n % 3],
            text=copied if n % 10 < 3 else " ".join(["raivostun", *_words(chance)][n % 2 :]),
            thread=f"x:t{n % 4}",
            kind="reply" if n % 2 else None,
            joined=START - timedelta(days=n) if n % 5 == 0 else None,
        )
        for n in range(100)
    ]
    return sorted([*quiet(), *people], key=lambda a: a.clock_s)


def _words(chance: random.Random) -> list[str]:
    """Nine words that nobody else uses, so that no text is near another by chance."""
    return ["".join(chance.choices("aeioukstlnmrv", k=7)) for _ in range(9)]


def first_opening(arrivals: list[Arrival]) -> Escalation:
    return next(e for e in escalations(run(engine(), arrivals)) if e.kind == "opened")


def tick_of(page: Escalation) -> int:
    """The minute at whose end it was decided; a minute of lateness is waited for."""
    return minute_at(page.at) - 1


def hour_of(arrivals: list[Arrival], now: int) -> list[Arrival]:
    return [a for a in arrivals if a.scored and now - 60 <= minute_at(a.mention.event_at) < now]


def voices_of(arrivals: list[Arrival], now: int) -> list[Arrival]:
    """By hand: of each author and quarter of an hour the most negative, no text twice, no campaign at all."""
    seen = [a for a in arrivals if a.scored and minute_at(a.mention.event_at) < now]
    texts = Counter(a.mention.text for a in seen)
    speaking: dict[tuple[str, int], Arrival] = {}
    for a in seen:
        key = (a.mention.author_key, minute_at(a.mention.event_at) // 15)
        best = speaking.get(key)
        if best is None or a.scored.negativity > best.scored.negativity:
            speaking[key] = a
    return [a for a in speaking.values() if texts[a.mention.text] == 1]


def test_every_figure_of_a_page_follows_from_the_raw_mentions() -> None:
    arrivals = storm()
    page = first_opening(arrivals)
    now, found = tick_of(page), page.evidence
    hour, voices = hour_of(arrivals, now), hour_of(voices_of(arrivals, now), now)
    assert found.coordination is not None
    assert found.raw_mentions_last_hour == found.coordination.posts == len(hour)
    assert found.mentions_last_hour == len(voices)
    assert found.negative_last_hour == round(sum(a.scored.negativity for a in voices), 1)
    assert found.negative_share == round(sum(a.scored.negativity for a in voices) / len(voices), 3)
    assert found.spread_last_hour == sum(a.mention.spreads for a in voices)
    complaints = [a for a in voices if a.scored.negativity >= min(0.5, 2 * found.usual_share)]
    assert found.people_last_hour == len({a.mention.author_key for a in complaints})
    assert found.channels == {"x": len(voices)}
    assert found.lasted_minutes == now - minute_at(page.onset_at)
    reach = {a.mention.author_key: a.mention.author.followers for a in voices if a.mention.author}
    assert found.reach_last_hour == sum(reach.values())
    assert_cues(found, complaints)
    assert_coordination(found, arrivals, hour, now)


def assert_cues(found: Evidence, complaints: list[Arrival]) -> None:
    cues = [cues_of(a.mention.text, "fi") for a in complaints]
    assert found.aroused_share == round(sum(c.aroused for c in cues) / len(cues), 3)
    assert found.first_person_share == round(sum(c.first_person for c in cues) / len(cues), 3)


def assert_coordination(found: Evidence, arrivals: list[Arrival], hour: list[Arrival], now: int) -> None:
    """Of each author and slot one text; copies are those of the campaign."""
    by_slot: dict[tuple[str, int], Arrival] = {}
    for a in hour:
        key = (a.mention.author_key, minute_at(a.mention.event_at) // 15)
        if key not in by_slot or a.scored.negativity > by_slot[key].scored.negativity:
            by_slot[key] = a
    texts = Counter(a.mention.text for a in arrivals if minute_at(a.mention.event_at) < now)
    ages = {a.mention.author_key: a.mention.author.created_at for a in by_slot.values() if a.mention.author}
    known = [at for at in ages.values() if at is not None]
    seen = found.coordination
    assert seen.texts == len(by_slot)
    assert seen.copies == sum(texts[a.mention.text] > 1 for a in by_slot.values()) > 0
    assert seen.accounts == len(ages)
    assert seen.accounts_with_age == len(known)
    assert seen.new_accounts == sum(now - minute_at(at) < 30 * 24 * 60 for at in known) > 0
    minutes = [minute_at(a.mention.event_at) for a in hour]
    assert seen.busiest_5_minutes == max(
        sum(start <= m < start + 5 for m in minutes) for start in range(now - 60, now - 4)
    )


PLAIN = Plan(copies=0.0, edits=0.0)  # of a text left out, no copy takes its place


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_with_the_fewest_complaints_it_pages_and_with_one_less_it_does_not(seed: int) -> None:
    """The page's own figure, tried out on the raw mentions: those left out say nothing in that slot."""
    arrivals = stream(replace(PLAIN, seed=seed, storm_minutes=8 * seed))
    page = first_opening(arrivals)
    now, floor = tick_of(page), page.evidence.would_not_page_below
    assert floor is not None
    opens = {}
    kept, order = _kept_and_order(arrivals, now)
    for count in (kept, kept - 1):
        left_out = {(c.author, slot_of(c.minute)) for c in order[count:]}
        fewer = [a for a in arrivals if _voice(a) not in left_out and minute_at(a.mention.event_at) < now]
        effects = escalations(_until(fewer, now))
        opens[count] = [tick_of(e) for e in effects if e.kind == "opened" and e.topic == page.topic]
    assert opens[kept]
    assert not opens[kept - 1]
    left = sum(c.negative for c in order[kept:]) / SCALE
    assert (
        floor == round(page.evidence.negative_last_hour - left, 1)
        or abs(floor - (page.evidence.negative_last_hour - left)) < 0.11
    )


def _voice(one: Arrival) -> tuple[int, int]:
    return pseudonym(one.mention.author_key), slot_of(minute_at(one.mention.event_at))


def _until(arrivals: list[Arrival], now: int) -> list[Escalation | Pulse]:
    one = engine()
    return [*one.step(arrivals), *one.advance((now + 1) * 60)]


def _kept_and_order(arrivals: list[Arrival], now: int) -> tuple[int, list[Sighting]]:
    """How many complaints stay, and in which order, by the watch as it stood at that tick."""
    one = engine()
    one.step([a for a in arrivals if minute_at(a.mention.event_at) < now])
    one.advance(now * 60)  # up to the tick before
    one._close(now)
    one._take_in(now)
    watch = one.watches[TOPIC]
    state = watch.state
    state.close_until(watch.volume.closed or state.closed, watch.volume)
    hour = list(state.counts.voices(now - 60, now))
    least = SCALE * min(0.5, 2 * state.baseline.share(watch.volume))
    found = [v for v in hour if v.negative >= least]
    kept = fewest(
        state.counts,
        found,
        lambda: watch._verdict(state.measure(now, watch.volume)) is Verdict.ESCALATES,
    )
    assert kept is not None
    return kept, thinning_order(found)


def test_trying_leaves_no_trace() -> None:
    """Bisection takes mentions out and puts them back; the state afterwards is that of before."""
    one, other = engine(), engine()
    arrivals = storm()
    one.step(arrivals)
    other.step(arrivals)
    state = one.watches[TOPIC].state
    hour = list(state.counts.voices(minute_at(START), minute_at(START) + 4000))
    assert fewest(state.counts, hour, lambda: False) == len(hour)
    assert whole_state(one) == whole_state(other)


def test_where_the_hour_decides_nothing_there_is_no_counterfactual() -> None:
    one = engine()
    one.step(storm())
    counts = one.watches[TOPIC].state.counts
    assert (
        fewest(counts, list(counts.voices(minute_at(START), minute_at(START) + 4000)), lambda: True) is None
    )
