"""The moderation ledger: only published rules hide a post, and only its hash is kept."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.moderation import NotModerated, moderate, moderated, snapshot_of
from alerts.organisation import ModerationRule, Organisation
from tests.build import AT

US = Organisation(moderation_rules=(ModerationRule(id="uhkailu", text="Uhkailu poistetaan."),))


def entry(**fields: Any) -> Any:
    values: dict[str, Any] = {
        "post": "mastodon:1",
        "text": "Tiedän missä asut",
        "measure": "hidden",
        "rule": "uhkailu",
        "by": "maija",
        "at": AT,
        "identity": "e1",
        **fields,
    }
    return moderate(values.pop("organisation", US), **values)


def test_an_entry_says_what_was_hidden_by_which_rule_by_whom_and_proves_the_text() -> None:
    kept = entry()
    one = moderated([kept]).entries[0]
    assert (one.post, one.measure, one.rule, one.by, one.at) == (
        "mastodon:1",
        "hidden",
        "uhkailu",
        "maija",
        AT,
    )
    assert one.snapshot == snapshot_of("Tiedän missä asut\n")
    assert "asut" not in kept.model_dump_json()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"rule": "kritiikki"}, "criticism is never hidden"),
        ({"organisation": Organisation()}, "moderation_rules"),
        ({"text": "  "}, "text of the post"),
        ({"by": ""}, "who acts"),
        ({"post": ""}, "name the post"),
        ({"measure": "burnt"}, "no measure"),
    ],
)
def test_without_a_published_rule_a_person_or_the_text_nothing_is_entered(fields: Any, told: str) -> None:
    with pytest.raises(NotModerated, match=told):
        entry(**fields)


def test_the_hash_does_not_depend_on_how_letters_are_composed_but_on_every_word() -> None:
    assert snapshot_of("Törkeää") == snapshot_of("To\u0308rkea\u0308a\u0308 ")
    assert snapshot_of("Törkeää") != snapshot_of("Törkeä")
