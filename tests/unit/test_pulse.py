"""What a topic's rates are made of: one voice an author and slot, copies collapsed, threads counted alike."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.pulse.copies import CAMPAIGN, copy_keys
from agents.pulse.counts import KEPT_MINUTES, NEGATIVE, PEOPLE, RAW, SPREAD, Counts
from agents.pulse.sighting import TEXT_KEPT, Sighting, pseudonym, sight, words_of
from agents.pulse.threads import IDLE_MINUTES, SCALE, Thread, Threads
from streams.records import ScoredMention
from streams.statistics.cascade import TAUS, folded
from streams.windows import DAY_MINUTES, slot_of
from tests.build import mention

NOON = 29_541_600 // 1440 * 1440 + 720
"""A minute at 12.00 UTC: the beginning of an hour and of a slot."""
STEADY = settings(derandomize=True, max_examples=60, deadline=None)
LONG = "tämä firma on täysi huijaus älkää ostako sieltä enää mitään"


def seen(name: str, minute: int = NOON, **fields: Any) -> Sighting:
    """A sighting of a negative post by a person of the same name."""
    values: dict[str, Any] = {
        "negative": 900,
        "spreads": False,
        "author": fields.pop("by", name),
        "known": True,
        "copies": (),
        "thread": name,
        "platform": "x",
        "language": "fi",
        "reach": 0,
        "text": "",
        **fields,
    }
    values["author"] = pseudonym(str(values["author"]))
    return Sighting(id=name, minute=minute, **values)


def copy_of(name: str, minute: int = NOON, text: str = LONG, **fields: Any) -> Sighting:
    return seen(name, minute, text=text, copies=copy_keys(text, slot_of(minute)), **fields)


def counted(*sightings: Sighting) -> Counts:
    counts = Counts()
    for one in sightings:
        counts.add(one)
    return counts


def totals(counts: Counts) -> list[int]:
    return counts.totals(NOON - 1000, NOON + 1000)


# the author cap


def test_an_author_is_one_voice_a_slot_and_the_most_negative_mention_speaks() -> None:
    counts = counted(seen("a", negative=300, by="m"), seen("b", negative=800, by="m"), seen("c", by="n"))
    assert totals(counts)[:3] == [3, 2, 800 + 900]
    assert sorted(v.id for v in counts.voices(NOON, NOON + 15)) == ["b", "c"]


def test_the_same_author_speaks_again_in_the_next_slot() -> None:
    assert totals(counted(seen("a", by="m"), seen("b", NOON + 14, by="m")))[PEOPLE] == 1
    assert totals(counted(seen("a", by="m"), seen("b", NOON + 15, by="m")))[PEOPLE] == 2


def test_among_equally_negative_mentions_the_earliest_speaks() -> None:
    counts = counted(seen("late", NOON + 9, by="m"), seen("early", NOON + 2, by="m"))
    assert [v.id for v in counts.voices(NOON, NOON + 15)] == ["early"]


def test_the_voice_that_is_replaced_leaves_minute_and_thread() -> None:
    counts = counted(
        seen("a", NOON, negative=200, by="m", thread="t"),
        seen("b", NOON + 3, by="m", thread="u", spreads=True),
    )
    assert counts.minutes[NOON] == [1, 0, 0, 0]
    assert counts.minutes[NOON + 3] == [1, 1, 900, 1]
    assert (counts.threads.by_id["t"].people, counts.threads.by_id["t"].negative) == (0, 0)
    assert counts.threads.by_id["u"].people == 1


def test_a_duplicate_changes_nothing_and_says_so() -> None:
    counts = counted(seen("a"))
    before = totals(counts)
    assert counts.add(seen("a")) is False
    assert totals(counts) == before


def test_an_edit_is_one_mention_that_may_become_more_negative() -> None:
    counts = counted(seen("a", negative=100))
    assert counts.add(seen("a", negative=700)) is True
    assert totals(counts)[:3] == [1, 1, 700]


def test_a_null_author_is_one_voice_a_mention() -> None:
    def anonymous(name: str) -> Sighting:
        return sight(ScoredMention(mention(id=name, author=None), ("Posti",), 0.5, "fi"), ())

    counts = counted(anonymous("x:1"), anonymous("x:2"))
    assert sum(bucket[PEOPLE] for bucket in counts.minutes.values()) == 2
    assert not anonymous("x:1").known


# copies


def test_of_copies_only_the_first_speaks() -> None:
    counts = counted(copy_of("b", NOON + 5), copy_of("a", NOON), copy_of("c", NOON + 40))
    assert totals(counts)[:2] == [3, 1]
    assert [v.id for v in counts.voices(NOON, NOON + 60)] == ["a"]


def test_when_many_copies_follow_soon_not_even_the_first_speaks() -> None:
    few = counted(*(copy_of(f"c{i}", NOON + i) for i in range(CAMPAIGN - 1)))
    many = counted(*(copy_of(f"c{i}", NOON + i) for i in range(CAMPAIGN)))
    assert totals(few)[PEOPLE] == 1
    assert totals(many)[:3] == [CAMPAIGN, 0, 0]


def test_copies_that_trickle_in_over_the_day_are_no_campaign() -> None:
    assert totals(counted(*(copy_of(f"c{i}", NOON + i * 119) for i in range(CAMPAIGN))))[PEOPLE] == 1


def test_the_next_day_the_same_text_speaks_again() -> None:
    counts = counted(copy_of("a", NOON), copy_of("b", NOON + 1440))
    assert counts.totals(NOON, NOON + 2000)[PEOPLE] == 2


def test_short_texts_are_nobodys_copies() -> None:
    assert copy_keys("Olen samaa mieltä!", 7) == ()


def test_variants_of_a_template_collapse_and_own_words_do_not() -> None:
    variants = [f"{LONG} sanon minä{'ksi' * i}" for i in range(2)]
    assert totals(counted(*(copy_of(f"v{i}", text=t) for i, t in enumerate(variants))))[PEOPLE] == 1
    own = [
        "juna seisoo taas sillalla eikä kukaan kerro mitään",
        "kaksi tuntia myöhässä ja kahvi loppu vaunusta",
    ]
    assert totals(counted(*(copy_of(f"o{i}", text=t) for i, t in enumerate(own))))[PEOPLE] == 2


def test_links_handles_case_and_signs_do_not_make_a_copy_original() -> None:
    other = LONG.upper() + "!!! https://huijaus.example/1 @joku 😡"
    assert copy_keys(other, 7) == copy_keys(LONG, 7)


@STEADY
@given(st.permutations(range(12)), st.integers(1, 4))
def test_the_counts_do_not_depend_on_the_order(order: list[int], people: int) -> None:
    def one(i: int) -> Sighting:
        text = LONG if i % 3 else f"omia sanoja numero {i} aivan toisin kuin muut sanovat"
        return copy_of(
            f"m{i}", NOON + 7 * i, text=text, by=f"p{i % (people * 3)}", negative=100 * i, thread=f"t{i % 2}"
        )

    straight, mixed = counted(*map(one, range(12))), counted(*map(one, order))
    assert mixed.minutes == straight.minutes
    assert {t: (x.people, x.negative) for t, x in mixed.threads.by_id.items() if x.people} == {
        t: (x.people, x.negative) for t, x in straight.threads.by_id.items() if x.people
    }
    voices = [sorted(v.id for v in c.voices(NOON, NOON + 100)) for c in (straight, mixed)]
    assert voices[0] == voices[1]


# deletion and closing


def test_a_deletion_takes_the_text_and_leaves_the_count() -> None:
    counts = counted(copy_of("a"))
    before = totals(counts)
    assert counts.forget("a", NOON) is True
    assert totals(counts) == before
    assert [v.text for v in counts.voices(NOON, NOON + 1)] == [""]
    assert slot_of(NOON) in counts.changed, "the next snapshot must hold the deletion"


def test_a_deletion_of_what_was_never_seen_is_nothing() -> None:
    assert counted(seen("a")).forget("b", NOON) is False
    assert Counts().forget("b", NOON) is False


def test_what_is_long_closed_is_dropped() -> None:
    counts = counted(copy_of("a"), copy_of("b", NOON + KEPT_MINUTES + 120))
    for hour in range(NOON // 60, (NOON + KEPT_MINUTES) // 60 + 2):
        counts.close(hour)
    assert list(counts.minutes) == [NOON + KEPT_MINUTES + 120]
    assert list(counts.slots) == [slot_of(NOON + KEPT_MINUTES + 120)]


def test_a_closed_first_keeps_its_voice_whatever_follows() -> None:
    counts = counted(copy_of("a", NOON))
    counts.close(NOON // 60)
    for i in range(CAMPAIGN):
        counts.add(copy_of(f"later{i}", NOON + 60 + i))
    assert totals(counts)[PEOPLE] == 1


def test_yesterdays_groups_are_dropped() -> None:
    counts = counted(copy_of("a"))
    for hour in range(NOON // 60, NOON // 60 + 13):
        counts.close(hour)
    assert counts.copies.days == {}
    assert counts.copies.by_hour == {}


def test_spread_and_raw_mentions_are_counted_side_by_side() -> None:
    bucket = counted(seen("a", spreads=True), seen("b"), seen("b2", by="b", negative=10)).minutes[NOON]
    assert (bucket[RAW], bucket[PEOPLE], bucket[NEGATIVE], bucket[SPREAD]) == (3, 2, 1800, 1)


# sightings


def test_a_sighting_holds_no_name_and_not_the_whole_text() -> None:
    scored = ScoredMention(mention(text="x" * 1000), ("Posti",), 0.12345, "fi")
    one = sight(scored, ())
    assert one.negative == 123
    assert len(one.text) == TEXT_KEPT
    assert "matti" not in repr(one.dump())
    assert "a1" not in repr(one.dump())


def test_words_leave_out_links_and_handles() -> None:
    assert words_of("HEI @maija https://a.fi/kissa kissa_koira 123abc åäö") == [
        "hei",
        "kissa",
        "koira",
        "abc",
        "åäö",
    ]


# threads


def test_a_threads_forecast_is_the_same_open_or_folded() -> None:
    """Folding changes where things are kept; the sums that a forecast rests on stay."""
    one = Thread(NOON)
    for minute in range(0, 50, 5):
        one.add(NOON + minute, 1, 900)
    counts = [(NOON + m, 1) for m in range(0, 50, 5)]
    truth, _ = folded([0.0] * len(TAUS), NOON, NOON + 60, counts)
    one.close(NOON + 60)
    assert one.sums == truth
    assert one.minutes == {}
    assert (one.people, one.negative) == (10, 9000)


def test_a_thread_that_runs_away_promises_more_than_one_that_trickles() -> None:
    fast, slow = Thread(NOON), Thread(NOON)
    for number in range(30):
        fast.add(NOON + number // 3, 1, 900)
        slow.add(NOON + number * 2, 1, 900)
    assert fast.forecast(NOON + 60) > 30 * 900 / SCALE
    assert fast.forecast(NOON + 12) > 2 * slow.forecast(NOON + 60)


def test_a_thread_outgrows_a_size_the_sooner_the_faster_it_runs() -> None:
    fast, slow = Thread(NOON), Thread(NOON)
    for number in range(240):
        fast.add(NOON + number // 8, 1, 900)
        slow.add(NOON + number * 10, 1, 900)
    assert fast.outgrows(500, NOON + 30) > -0.5 > slow.outgrows(500, NOON + 2400)
    assert fast.outgrows(5000, NOON + 30) < -0.5
    expected, low, high = fast.final(NOON + 30)
    assert 240 < low < expected < high


def test_idle_threads_expire_whatever_order_they_came_in() -> None:
    threads = Threads()
    threads.add("new", NOON + IDLE_MINUTES, 1, 900)
    threads.add("old", NOON, 1, 900)
    threads.expire(NOON + IDLE_MINUTES + 60)
    assert list(threads.by_id) == ["new"]
    assert threads.gone == {"old"}


def test_a_thread_comes_back_as_it_was_written() -> None:
    one = Thread(NOON)
    one.add(NOON, 1, 900)
    one.add(NOON + 70, 2, 1500)
    one.close(NOON + 60)
    assert Thread.load(one.dump()).dump() == one.dump()


def test_a_thread_at_rest_weighs_little_and_wakes_as_it_was() -> None:
    threads, awake = Threads(), Thread(NOON)
    for minute in (NOON, NOON + 7, NOON + 61):
        threads.add("t", minute, 1, 900)
        awake.add(minute, 1, 900)
    threads.expire(NOON + 60)
    assert isinstance(threads.by_id["t"], Thread), "its last minute is open"
    threads.expire(NOON + 120)
    assert isinstance(threads.by_id["t"], bytes)
    woken = threads.get("t")
    assert woken is not None
    assert woken.dump() == awake.dump()


def test_a_thread_that_woke_again_is_not_dropped_with_its_first_rest() -> None:
    threads = Threads()
    threads.add("t", NOON, 1, 900)
    threads.expire(NOON + 60)
    threads.add("t", NOON + DAY_MINUTES, 1, 900)
    threads.expire(NOON + DAY_MINUTES + 60)
    threads.expire(NOON + IDLE_MINUTES + 60)
    assert not threads.gone
    threads.expire(NOON + IDLE_MINUTES + DAY_MINUTES + 60)
    assert threads.gone == {"t"}
