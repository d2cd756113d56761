"""The checker of scenarios says exactly what differs; the loader says what is wrong with a file."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agents.scenario import Expectation, Scenario, check, load
from agents.scenario_input import mentions_of
from streams.errors import BadConfiguration
from tests.build import evidence, incident, suggestion

START = "name: koe\nstart: 2026-03-23\nconfig: {topics: [{name: Posti, terms: [Posti]}]}\n"
OPENED = datetime(2026, 3, 31, 11, 20, tzinfo=UTC)


def written(folder: Path, text: str) -> Scenario:
    path = folder / "koe.yaml"
    path.write_text(START + text, encoding="utf-8")
    return load(path)


def expectation(folder: Path, more: str = "") -> Expectation:
    """Posti, opened on day 8 between 13.50 and 14.50 local time, and what else is given."""
    opened = "{after: 8d 13:50, before: 8d 14:50}"
    text = f"expect: {{incidents: [{{topic: Posti, opened: {opened}{more}}}]}}\n"
    return written(folder, "input: {}\n" + text).expect


def inputs(folder: Path, line: str) -> Scenario:
    return written(folder, f"input: {{mentions: [{line}]}}\nexpect: {{}}\n")


def test_nothing_differs_when_what_was_expected_came(tmp_path: Path) -> None:
    assert check(expectation(tmp_path), [incident(opened_at=OPENED)]) == []


def test_a_missing_incident_is_named(tmp_path: Path) -> None:
    assert check(expectation(tmp_path), []) == ["Posti (2026-03-31 13:50): no such incident"]


def test_a_late_opening_is_told_in_local_summer_time(tmp_path: Path) -> None:
    late = incident(opened_at=OPENED + timedelta(hours=1))
    (difference,) = check(expectation(tmp_path), [late])
    assert difference.endswith("opened 2026-03-31 15:20, expected 2026-03-31 13:50 to 2026-03-31 14:50")


def test_the_end_of_the_span_is_outside(tmp_path: Path) -> None:
    at_the_end = incident(opened_at=datetime(2026, 3, 31, 11, 50, tzinfo=UTC))
    assert check(expectation(tmp_path), [at_the_end])


def test_another_incident_is_a_difference_unless_others_are_allowed(tmp_path: Path) -> None:
    came = [incident(opened_at=OPENED), incident(id="inc-2", opened_at=OPENED + timedelta(hours=5))]
    expected = expectation(tmp_path)
    assert len(check(expected, came)) == 1
    assert check(expected.model_copy(update={"no_other": False}), came) == []


def test_the_incident_in_time_is_taken_where_the_topic_has_several(tmp_path: Path) -> None:
    came = [incident(id="inc-0", opened_at=OPENED - timedelta(days=2)), incident(opened_at=OPENED)]
    (difference,) = check(expectation(tmp_path), came)
    assert "not expected: inc-0" in difference


@pytest.mark.parametrize(
    ("wanted", "difference"),
    [
        ("severity: {at_least: 4}", "severity is 3, expected at least 4"),
        ("severity: {at_least: 1, at_most: 2}", "severity is 3, expected at least 1 and at most 2"),
        ("severity: 5", "severity is 3, expected 5"),
        ("pages: 2", "pages is 1, expected 2"),
        ("state: resolved", "state is open, expected resolved"),
        (
            "evidence: {people_last_hour: {at_least: 50}}",
            "evidence.people_last_hour is 41, expected at least 50",
        ),
        ("evidence: {possible_coordination: true}", "evidence.possible_coordination is False, expected True"),
        ("evidence: {largest_thread: null}", "evidence.largest_thread is mastodon:1, expected None"),
        ("suggestion: {action: watch}", "suggestion.action is answer, expected watch"),
    ],
)
def test_each_key_that_is_given_is_checked(tmp_path: Path, wanted: str, difference: str) -> None:
    came = incident(opened_at=OPENED, evidence=evidence(), suggestion=suggestion())
    (said,) = check(expectation(tmp_path, f", {wanted}"), [came])
    assert said.endswith(difference)


def test_an_unknown_number_keeps_no_bounds(tmp_path: Path) -> None:
    """A feed that names nobody gives no people; that is not zero people, and not enough of them."""
    came = incident(opened_at=OPENED, evidence=evidence(people_last_hour=None))
    assert check(expectation(tmp_path, ", evidence: {people_last_hour: {at_most: 99}}"), [came])


def test_a_thread_is_any_thread_unless_it_is_given(tmp_path: Path) -> None:
    in_thread = incident(opened_at=OPENED, thread="mastodon:1")
    whole = incident(opened_at=OPENED, thread=None)
    assert check(expectation(tmp_path), [in_thread]) == []
    assert check(expectation(tmp_path, ', thread: "mastodon:1"'), [in_thread]) == []
    assert check(expectation(tmp_path, ", thread: null"), [whole]) == []
    assert check(expectation(tmp_path, ", thread: null"), [in_thread])


def test_a_rate_brings_so_many_mentions_an_hour_and_always_the_same_ones(tmp_path: Path) -> None:
    line = "{from: 0d 00:00, to: 1d 00:00, per_hour: 20, text: 'Posti {n}', authors: 50}"
    first, second = (mentions_of(inputs(tmp_path, line)) for _ in range(2))
    assert first == second
    assert len(first) == pytest.approx(480, rel=0.15)
    assert len({mention.author_key for mention in first}) <= 50
    assert len({mention.text for mention in first}) == len(first)


def test_a_day_of_the_clock_change_has_23_hours(tmp_path: Path) -> None:
    line = "{from: 6d 00:00, to: 7d 00:00, per_hour: 60, text: Posti}"
    times = [mention.published_at for mention in mentions_of(inputs(tmp_path, line))]
    assert timedelta(hours=22.8) < times[-1] - times[0] < timedelta(hours=23)


def test_day_and_night_make_nights_quiet(tmp_path: Path) -> None:
    line = "{from: 0d 00:00, to: 1d 00:00, per_hour: 60, day_night: true, text: Posti}"
    found = mentions_of(inputs(tmp_path, line))
    night = [mention for mention in found if mention.published_at.hour in (23, 0, 1)]
    assert 0 < len(night) < len(found) / 12


def test_replies_reposts_and_quotes_belong_to_the_thread_s_first_post(tmp_path: Path) -> None:
    lines = ", ".join(
        f"{{at: 0d 10:0{minute}, thread: t, as: {way}, text: Posti}}"
        for minute, way in enumerate(["post", "reply", "repost", "quote"])
    )
    found = mentions_of(inputs(tmp_path, lines))
    assert [mention.thread for mention in found] == ["mastodon:t"] * 4
    assert found[0].id == "mastodon:t"
    assert [mention.spreads for mention in found] == [False, True, True, True]


def test_what_is_seen_later_arrives_later_as_backfill(tmp_path: Path) -> None:
    lines = "{at: 0d 10:00, seen: 0d 12:00, text: vanha Posti}, {at: 0d 11:00, text: uusi Posti}"
    found = mentions_of(inputs(tmp_path, lines))
    assert [mention.text for mention in found] == ["uusi Posti", "vanha Posti"]
    assert [mention.backfilled for mention in found] == [False, True]


def test_a_line_without_a_time_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="say when it comes"):
        mentions_of(inputs(tmp_path, "{text: Posti}"))


@pytest.mark.parametrize("text", ["input: {}", "input: {}\nexpect: {incident: []}", "input: {oops", "[]"])
def test_a_file_that_is_no_scenario_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "outo.yaml"
    path.write_text(text if text == "[]" else START + text, encoding="utf-8")
    with pytest.raises(BadConfiguration, match=r"outo\.yaml"):
        load(path)


def test_a_recorded_file_is_read_from_beside_the_scenario(tmp_path: Path) -> None:
    lines = [
        '{"id":"m:1","platform":"mastodon","text":"Posti","published_at":"2026-03-24T10:00:00Z"}',
        "{oops",
    ]
    (tmp_path / "talteen.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    (mention,) = mentions_of(written(tmp_path, "input: {file: talteen.jsonl.gz}\nexpect: {}\n"))
    assert mention.id == "m:1"


def test_evidence_is_that_of_the_opening_where_it_is_given(tmp_path: Path) -> None:
    expected = expectation(tmp_path, ", evidence: {people_last_hour: {at_least: 40}}")
    came = incident(opened_at=OPENED, evidence=evidence(people_last_hour=3))
    assert check(expected, [came])
    assert check(expected, [came], {came.id: evidence(people_last_hour=41)}) == []
