"""The loader of the golden drafts: what no rule reads is refused, and severities are counted apart."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from alerts.respond.rules import ReplyContext
from tests.golden.measure import FOLDER, LANGUAGES, GoldenSet, golden_set, scores


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("**/*.yaml")), ids=lambda path: str(path.relative_to(FOLDER))
)
def test_every_set_says_only_what_the_loader_and_the_rules_read(path):
    held = golden_set(path)
    for group in (*held.good, *held.bad):
        ReplyContext.model_validate({**held.defaults, **group.context})
    assert all(not group.breaks for group in held.good)
    assert all(group.breaks for group in held.bad)


@pytest.mark.parametrize(
    "group",
    [
        {"texts": ["x"], "responsibility": "unclear"},
        {"texts": ["x"], "rules": ["R01"]},
        {"texts": ["x"], "breaks": ["R99"]},
        {"texts": []},
    ],
)
def test_a_group_with_a_key_or_rule_that_nobody_knows_is_refused(group):
    with pytest.raises(ValidationError):
        GoldenSet.model_validate({"good": [], "bad": [group]})


@pytest.mark.parametrize(
    "context",
    [{"situation": "outrage"}, {"confirmed_facts": ["x"]}, {"polarity": "glad"}, {"responsibility": 1}],
)
def test_a_context_that_no_rule_reads_is_refused(context):
    with pytest.raises(ValidationError):
        ReplyContext.model_validate(context)


@pytest.mark.parametrize("language", LANGUAGES)
def test_errors_and_advice_add_up_to_all(language):
    found = scores(language)
    assert {"block", "warn"} <= found.keys()
    assert found["block"].right + found["warn"].right == found["all"].right
    assert found["block"].wrong + found["warn"].wrong == found["all"].wrong
