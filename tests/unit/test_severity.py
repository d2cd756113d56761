"""How bad it is: the table of points at its steps and at known fires."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from alerts.severity import POINTS, SEVERITY_FROM, points, severity
from tests.build import evidence

QUIET: dict[str, Any] = {
    "negative_last_hour": 0.0,
    "usual_high": 9.0,
    "people_last_hour": 0,
    "reproduction_low": None,
    "expected_24h": None,
    "channels": {},
    "return_days": 0.0,
}


@pytest.mark.parametrize(
    ("fire", "expected"),
    [
        ({}, 1),
        ({"negative_last_hour": 12.0, "usual_high": 2.0, "people_last_hour": 12, "return_days": 60.0}, 2),
        ({"negative_last_hour": 48.0, "people_last_hour": 41, "reproduction_low": 1.4, "expected_24h": 260.0,
          "channels": {"mastodon": 40, "reddit": 8}, "return_days": 900.0}, 3),
        ({"negative_last_hour": 180.0, "people_last_hour": 170, "reproduction_low": 1.4,
          "expected_24h": 900.0, "channels": {"x": 150, "reddit": 30}, "return_days": 4000.0}, 5),
        ({"negative_last_hour": 100.0, "people_last_hour": 90, "reproduction_low": 1.2, "expected_24h": 500.0,
          "channels": {"x": 100}, "return_days": 2000.0}, 4),
    ],
    ids=["nothing", "small brand stirs", "service failure", "runs over two channels", "one channel burns"],
)  # fmt: skip
def test_known_fires_have_their_severity(fire: dict[str, Any], expected: int) -> None:
    found = evidence(**{**QUIET, **fire})
    assert severity(found) == expected, points(found)


def test_steps_rise_and_at_least_double_so_that_pages_for_a_rise_stay_few() -> None:
    for name, steps in POINTS.items():
        if name not in ("growth", "channels"):
            assert all(high >= 2 * low for low, high in pairwise(steps)), name


def test_a_post_that_brings_exactly_one_more_is_no_growth() -> None:
    assert points(evidence(reproduction_low=1.0))["growth"] == 0
    assert points(evidence(reproduction_low=1.01))["growth"] == 1


def test_where_no_feed_names_people_the_capped_posts_stand_for_them() -> None:
    assert points(evidence(people_last_hour=None, negative_last_hour=48.0))["voices"] == 2
    assert points(evidence(people_last_hour=0, negative_last_hour=48.0))["voices"] == 0


def test_one_measure_alone_never_makes_a_severe_incident() -> None:
    for alone in ({"negative_last_hour": 1e6}, {"people_last_hour": 10**6}, {"return_days": 1e9}):
        assert severity(evidence(**{**QUIET, **alone})) <= 2


def test_a_channel_counts_only_with_some_posts() -> None:
    assert points(evidence(channels={"a": 40, "b": 4, "c": 1}))["channels"] == 0
    assert points(evidence(channels={"a": 40, "b": 5}))["channels"] == 1


def test_the_documentation_shows_the_table_as_it_is() -> None:
    page = (Path(__file__).parents[2] / "docs" / "incidents.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)`:.*\| ([\d., ]+) \|$", page, re.MULTILINE))
    assert {name: tuple(map(float, steps.split(","))) for name, steps in rows.items()} == POINTS
    (sentence,) = re.findall(
        r"Severity 2 from (\d+) points, 3 from (\d+), 4 from (\d+), 5 from (\d+)\.", page
    )
    assert tuple(map(int, sentence)) == SEVERITY_FROM


@pytest.mark.parametrize(
    ("measure", "fields", "earned"),
    [
        ("reach", {"reach_last_hour": 100_000}, 0),
        ("reach", {"reach_last_hour": 100_001}, 1),
        ("arousal", {"aroused_share": 0.7}, 1),
        ("arousal", {"aroused_share": 0.7, "negative_last_hour": 4.9}, 0),
        ("persistence", {"lasted_minutes": 361}, 1),
        ("persistence", {"lasted_minutes": None}, 0),
    ],
)
def test_reach_arousal_and_persistence_earn_their_points(
    measure: str, fields: dict[str, Any], earned: int
) -> None:
    assert points(evidence(**fields))[measure] == earned


@pytest.mark.parametrize(("authors", "least"), [(2, 3), (4, 3), (5, 4), (20, 5)])
def test_harm_that_several_assert_is_never_minor(authors: int, least: int) -> None:
    assert severity(evidence(**{**QUIET, "safety": {"fire": authors}})) == least
