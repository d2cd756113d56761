"""More of any measure never makes an incident less severe."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from alerts.severity import severity
from tests.build import evidence

counts = st.integers(0, 10**6)
amounts = st.floats(0, 1e9)
fires = st.fixed_dictionaries(
    {
        "negative_last_hour": amounts,
        "usual_high": st.floats(0, 1e4),
        "people_last_hour": counts,
        "reproduction_low": st.floats(0, 20),
        "expected_24h": amounts,
        "return_days": amounts,
        "channels": st.dictionaries(st.sampled_from("abcdef"), counts),
        "reach_last_hour": counts,
        "lasted_minutes": counts,
        "aroused_share": st.floats(0, 1),
        "safety": st.dictionaries(st.sampled_from(["injury", "fire"]), st.integers(2, 50)),
    }
)
MORE = ["negative_last_hour", "people_last_hour", "reproduction_low", "expected_24h", "return_days"]
MORE += ["reach_last_hour", "lasted_minutes"]


@given(fires, st.sampled_from(MORE), st.integers(0, 10**6))
def test_severity_is_monotone_in_each_measure(fire: dict[str, Any], name: str, more: int) -> None:
    assert severity(evidence(**{**fire, name: fire[name] + more})) >= severity(evidence(**fire))


@given(fires, st.sampled_from("abcdef"), counts)
def test_severity_is_monotone_in_channels(fire: dict[str, Any], channel: str, more: int) -> None:
    wider = {**fire["channels"], channel: fire["channels"].get(channel, 0) + more}
    assert severity(evidence(**{**fire, "channels": wider})) >= severity(evidence(**fire))


@given(fires, st.floats(1, 100))
def test_a_higher_usual_never_makes_it_worse(fire: dict[str, Any], more: float) -> None:
    calmer = {**fire, "usual_high": fire["usual_high"] + more}
    assert severity(evidence(**calmer)) <= severity(evidence(**fire))


@given(fires, st.sampled_from(["reproduction_low", "expected_24h", "reach_last_hour", "lasted_minutes"]))
def test_what_is_not_known_earns_nothing(fire: dict[str, Any], name: str) -> None:
    assert severity(evidence(**{**fire, name: None})) == severity(evidence(**{**fire, name: 0.0}))
