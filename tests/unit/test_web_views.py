"""What the pages show follows from the records alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.incidents import CLOSED, AuditEntry, State
from alerts.organisation import Organisation
from alerts.web import views
from alerts.web.language import Texts
from tests.build import AT, evidence, incident, minutes, stored_mention, suggestion

US = Organisation(response_minutes=60)
FI = Texts("fi")


@pytest.mark.parametrize(
    ("fields", "step"),
    [
        ({}, "acknowledge"),
        ({"state": State.ESCALATED}, "acknowledge"),
        ({"acknowledged_at": AT}, "answered"),
        ({"acknowledged_at": AT, "suggestion": suggestion(action="watch")}, "resolve"),
        ({"acknowledged_at": AT, "answered_at": AT}, "resolve"),
        ({"answered_at": AT}, "acknowledge"),
        ({"state": State.RESOLVED}, None),
        ({"state": State.FALSE_ALARM}, None),
    ],
)
def test_the_one_big_button_is_the_next_thing_to_do(fields: dict[str, object], step: str | None) -> None:
    assert views.next_step(incident(**fields)) == step


@pytest.mark.parametrize("state", State)
def test_the_next_step_can_always_be_taken(state: State) -> None:
    for fields in ({}, {"acknowledged_at": AT}, {"acknowledged_at": AT, "answered_at": AT}):
        one = incident(state=state, **fields)
        step = views.next_step(one)
        assert step is None or step in views.allowed(one)
        assert (step is None) is (state in CLOSED)


def test_the_answer_is_due_after_the_first_page_then_late_then_given() -> None:
    waiting = incident()
    assert views.answer_of(waiting, US, AT + minutes(60)) == views.Answer("answer_due", AT + minutes(60))
    assert views.answer_of(waiting, US, AT + minutes(61)) == views.Answer("answer_late", AT + minutes(60))
    given_at = AT + minutes(70)
    assert views.answer_of(incident(answered_at=given_at), US, AT + minutes(99)) == views.Answer(
        "answered", given_at
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"first_page_at": None},
        {"state": State.RESOLVED},
        {"suggestion": suggestion(action="watch")},
    ],
)
def test_no_answer_is_due_where_none_is_awaited(fields: dict[str, object]) -> None:
    assert views.answer_of(incident(**fields), US, AT) is None


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [(1.2, 2.0, "growing"), (0.4, 0.9, "fading"), (0.8, 1.3, "unclear"), (None, None, "unclear")],
)
def test_only_an_interval_beside_one_tells_a_direction(
    low: float | None, high: float | None, told: str
) -> None:
    assert views.trend(evidence(reproduction_low=low, reproduction_high=high)) == told


def test_the_posts_that_decided_come_first_and_no_more_than_eight() -> None:
    mentions = [stored_mention(id=f"m{n}", text=f"text {n}", negativity=n / 20) for n in range(20)]
    one = incident(evidence=evidence(top_mentions=("m3", "m1")))
    shown = [post.text for post in views.posts_of(one, mentions)]
    assert shown == ["text 3", "text 1", *(f"text {n}" for n in range(19, 13, -1))]


def test_a_deleted_post_has_no_link_and_a_writer_no_name() -> None:
    post = views.posts_of(incident(), [stored_mention(deleted=True, text="", author="mastodon:matti")])[0]
    assert (post.link, post.text) == (None, "")
    assert post.tag is not None
    assert "matti" not in post.tag


@given(st.text(st.characters(), min_size=1))
def test_a_writers_tag_is_short_and_stays_the_same_within_an_incident(author: str) -> None:
    tag = views.author_tag(author, "inc-1")
    assert tag == views.author_tag(author, "inc-1")
    assert len(tag) == 4
    assert tag.isascii()


def test_writers_cannot_be_followed_from_incident_to_incident() -> None:
    tags = {views.author_tag("mastodon:matti", f"inc-{n}") for n in range(20)}
    assert len(tags) > 15


@pytest.mark.parametrize(
    ("by", "what", "detail", "shown"),
    [
        ("watch", "opened", "severity 3; opened",
         (None, "Tapaus avattiin", "vakavuus vakava 3/5; hälytettiin")),
        ("watch", "raised", "severity 3 to 4; severity_rose",
         (None, "Tilanne paheni", "vakavuus hyvin vakava 4/5; hälytettiin")),
        ("watch", "cooling", "severity 3 to 3; changed", (None, "Tilanne laantuu", "")),
        ("desk", "overdue", "answer_overdue", (None, "Julkinen vastaus myöhässä", "hälytettiin")),
        ("Maija", "undo", "undoes acknowledge", ("Maija", "Kumosi valinnan", "Kuittasi")),
        ("Maija", "note", "severity 3; opened", ("Maija", "Muistiinpano", "severity 3; opened")),
        ("web", "acknowledge", "", ("Joku", "Kuittasi", "")),
        ("desk", "brand_new_word", "odd\u202e detail", (None, "brand new word", "odd detail")),
    ],
)  # fmt: skip
def test_the_history_is_told_in_the_readers_language(
    by: str, what: str, detail: str, shown: tuple[str | None, str, str]
) -> None:
    line = views.lines_of([AuditEntry(incident="inc-1", at=AT, by=by, what=what, detail=detail)], FI)[0]
    assert (line.by, line.what, line.detail) == shown


def test_the_history_is_newest_first() -> None:
    entries = [AuditEntry(incident="i", at=AT + minutes(n), by="x", what="note") for n in (0, 5, 3)]
    assert [line.at for line in views.lines_of(entries, FI)] == [AT + minutes(n) for n in (5, 3, 0)]


def test_every_page_and_step_is_marked_in_the_chart() -> None:
    one = incident(acknowledged_at=AT + minutes(4), evidence=evidence(started_at=None))
    assert views.marks_of(one, [AT + minutes(9), AT, AT]) == [
        ("onset", one.onset_at),
        ("page", AT),
        ("page", AT + minutes(9)),
        ("acknowledged", AT + minutes(4)),
    ]
    assert ("page", one.opened_at) in views.marks_of(one, [])


def test_small_rates_keep_a_decimal() -> None:
    assert [views.rate_text(rate, "fi") for rate in (0.44, 9.94, 9.96, 48.2)] == ["0,4", "9,9", "10", "48"]
