"""The demo stream: reproducible, of the promised size and make-up, and readable by the product."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from itertools import islice
from random import Random

import pytest

from agents.demo import CONFIGURATION, STREAM, generate, stored_lines
from agents.demo.dice import Dice
from agents.demo.recording import BROKEN, recorded_lines
from agents.demo.rhythm import moments, rate_at
from agents.demo.script import Script, load_script
from agents.demo.writer import load_texts
from agents.settings import load_settings
from streams.records import Mention

LANGUAGES = ("fi", "sv", "en")


@pytest.fixture(scope="module")
def script() -> Script:
    return load_script()


@pytest.fixture(scope="module")
def stream() -> list[Mention]:
    return list(generate())


def test_the_stored_stream_begins_as_the_script_is_told_now() -> None:
    """Whoever changes script or texts runs `python -m agents.demo` again."""
    count = 3000
    assert list(islice(stored_lines(), count)) == list(islice(recorded_lines(generate()), count))


@pytest.mark.slow
def test_the_stored_stream_is_the_script_to_the_last_line(stream: list[Mention]) -> None:
    assert list(stored_lines()) == list(recorded_lines(stream))


def test_the_stored_stream_is_small_and_carries_no_time_of_making() -> None:
    packed = STREAM.read_bytes()
    assert len(packed) < 1_500_000
    assert packed[4:8] == bytes(4)


def test_another_seed_tells_another_stream() -> None:
    first, second = (list(islice(generate(seed), 50)) for seed in (1, 2))
    assert first != second


def test_the_stream_has_the_promised_size_and_languages(stream: list[Mention], script: Script) -> None:
    told = Counter(mention.language for mention in stream if mention.language)
    assert 19_000 <= len(stream) <= 21_000
    assert told["fi"] / told.total() == pytest.approx(0.70, abs=0.06)
    assert told["sv"] / told.total() == pytest.approx(0.15, abs=0.06)
    assert {mention.platform for mention in stream} == set(script.platforms)
    assert len({mention.author_key for mention in stream if mention.author}) > 4000


def test_most_of_the_stream_concerns_no_topic(stream: list[Mention], script: Script) -> None:
    stems = [topic[:6].lower() for topic in script.topics]
    named = sum(
        any(stem in (mention.text + (mention.title or "")).lower() for stem in stems) for mention in stream
    )
    assert 0.25 < named / len(stream) < 0.5


def test_the_first_seven_days_have_no_episode(script: Script) -> None:
    first = min(
        [storm.starts for storm in script.storms] + [script.outage.starts, script.flood.waves[0].starts]
    )
    assert (first.date() - script.start).days >= 7


def test_the_stretch_contains_the_change_to_summer_time(script: Script) -> None:
    lengths = {script.midnight(day + 1) - script.midnight(day) for day in range(script.days)}
    assert lengths == {timedelta(hours=23), timedelta(hours=24)}


def test_nights_are_quieter_than_evenings(stream: list[Mention]) -> None:
    hours = Counter(mention.published_at.hour for mention in stream)
    assert hours[0] + hours[1] < (hours[16] + hours[17]) / 4


def test_mentions_arrive_in_order_but_for_the_promised_disorder(stream: list[Mention]) -> None:
    """About one in a hundred is late, and then by a minute at most; copies, edits and backfill aside."""
    latest, late, seen = stream[0].published_at, [], set()
    for mention in stream:
        if mention.backfilled or mention.op != "create" or mention.event_key in seen:
            continue
        seen.add(mention.event_key)
        if mention.published_at < latest:
            late.append(latest - mention.published_at)
        latest = max(latest, mention.published_at)
    assert 0.003 < len(late) / len(stream) < 0.015
    assert max(late) <= timedelta(seconds=60)


def test_the_stream_holds_copies_edits_and_deletions(stream: list[Mention]) -> None:
    keys = Counter(mention.event_key for mention in stream)
    kinds = Counter(mention.op for mention in stream)
    assert 0.015 < (len(stream) - len(keys)) / len(stream) < 0.025
    assert kinds["update"] > 10
    assert kinds["delete"] > 10
    assert all(not mention.text and mention.author is None for mention in stream if mention.op == "delete")


def test_the_outage_is_caught_up_in_a_burst(stream: list[Mention], script: Script) -> None:
    outage = script.outage
    start, end = script.instant(outage.starts), script.instant(outage.ends)
    backfilled = [mention for mention in stream if mention.backfilled]
    missed = [
        mention for mention in stream if mention.platform in outage.platforms and mention.op == "create"
    ]
    missed = [mention for mention in missed if start <= mention.published_at < end]
    assert len(backfilled) > 100
    assert missed == backfilled
    assert all(
        mention.observed_at and end <= mention.observed_at <= end + timedelta(minutes=outage.catch_up_minutes)
        for mention in backfilled
    )


def test_the_broken_lines_are_in_the_stored_stream_and_nothing_else_is_broken() -> None:
    broken = []
    for line in stored_lines():
        try:
            mention = Mention.model_validate_json(line)
        except ValueError:
            broken.append(line)
            continue
        if mention.published_at.year < 2000:
            broken.append(line)
    assert sorted(broken) == sorted(BROKEN.values())


def test_the_daytime_storm_is_one_big_negative_thread(stream: list[Mention]) -> None:
    root = next(mention for mention in stream if mention.author and mention.author.handle == "bridge_alku")
    thread = [mention for mention in stream if mention.thread == root.id]
    hours = (max(mention.published_at for mention in thread) - root.published_at) / timedelta(hours=1)
    half = sorted(mention.published_at for mention in thread)[len(thread) // 2] - root.published_at
    assert len(thread) > 400
    assert len({mention.author_key for mention in thread}) > 250
    assert {"post", "reply", "repost", "quote"} <= {mention.kind for mention in thread}
    assert hours < 11
    assert half < timedelta(hours=4)


def test_the_good_story_is_as_big_and_as_fast_as_the_storm(script: Script) -> None:
    shape = {storm.tale: storm for storm in script.storms}
    good, bad = shape["ski"], shape["bridge"]
    assert sum(good.curve.values()) == pytest.approx(sum(bad.curve.values()), rel=0.15)
    assert 85 <= good.moods["pos"] <= 95
    assert good.voices == bad.voices


def test_the_configuration_names_the_script_s_topics(script: Script) -> None:
    settings = load_settings(CONFIGURATION, {})
    assert [topic.name for topic in settings.topics] == list(script.topics)
    assert settings.organisation.official_accounts == (script.official,)
    assert settings.organisation.timezone == script.zone


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_tells_every_topic_and_tale(language: str, script: Script) -> None:
    texts = load_texts(language)
    assert set(texts["topics"]) == set(script.topics)
    for storm in script.storms:
        assert set(texts["tales"][storm.tale]) >= {"root", "answer", *storm.moods}


def test_no_text_keeps_an_unfilled_place(stream: list[Mention]) -> None:
    assert not [mention.text for mention in stream if set("{}[|]") & set(mention.text)]


def test_chance_uses_only_what_python_promises_to_keep() -> None:
    """`random()` seeded with a text is promised to stay; nothing else of Random is used."""
    assert Dice("a", 1).between(0, 1) == Random("a/1").random()


def test_a_curve_brings_about_as_many_mentions_as_it_says(script: Script) -> None:
    curve = {0.0: 0.0, 2.0: 300.0, 4.0: 0.0}
    times = list(moments(curve, script.midnight(0), Dice("curve")))
    assert len(times) == pytest.approx(600, rel=0.15)
    assert times == sorted(times)
    assert rate_at(curve, 4.0) == 0.0


def test_every_line_is_compact_json_with_the_required_fields() -> None:
    for line in islice(stored_lines(), 200):
        assert {"id", "platform", "text", "published_at"} <= set(json.loads(line))
        assert "null" not in line
