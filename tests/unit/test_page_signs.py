"""What a page says beside its rates: harm, planned peaks, severity's reasons, copies, the all-clear."""

from __future__ import annotations

from alerts.incidents import State
from alerts.organisation import LANGUAGES, Organisation
from alerts.page import headline, page_lines, why
from streams.records import Coordination
from tests.build import AT, evidence, incident, minutes

OURS = Organisation(public_url="https://vahti.example")
ALIKE = Coordination(
    posts=80, texts=60, copies=40, accounts=50, accounts_with_age=30, new_accounts=12, busiest_5_minutes=55
)


def reasons(language: str = "en", **fields: object) -> str:
    return "\n".join(why(incident(**fields), language, OURS))


def test_harm_leads_the_headline_and_the_third_line() -> None:
    hurt = incident(evidence=evidence(safety={"injury": 3, "child": 2}))
    assert headline(hurt, "en") == (
        "Serious 3/5: Posti – people hurt (3 independent authors), harm to a child (2 independent authors)"
    )
    assert page_lines(hurt, OURS, "sv", AT, None)[2].startswith(
        "Drivs av: Skada som uppges: personskador (3 oberoende skribenter)"
    )


def test_a_planned_peak_is_told_with_its_note_and_factor() -> None:
    one = incident(evidence=evidence(planned_factor=3.0, planned_note="joulukampanja"))
    assert (
        "(joulukampanja): tavalliseksi lasketaan 3-kertainen määrä"
        in page_lines(one, OURS, "fi", AT, None)[3]
    )
    assert "3 times the usual counts as usual" in reasons(evidence=one.evidence)


def test_the_points_of_severity_are_shown_and_only_those_earned() -> None:
    assert (
        "Severity 3/5; points: rate above usual 2, people 2, growth 1, forecast 1, channels 1, rarity 2."
        in (reasons())
    )


def test_copies_are_told_as_counts_and_never_as_machines() -> None:
    told = reasons(evidence=evidence(coordination=ALIKE))
    assert (
        "40 of 60 texts are near-identical to another one; 55 of 80 posts came in the busiest five minutes; "
        "12 of 30 accounts are less than 30 days old"
    ) in told
    assert "bot" not in told.casefold()


def test_accounts_of_unknown_age_are_not_called_old() -> None:
    unknown = ALIKE.model_copy(update={"accounts_with_age": 0, "new_accounts": None})
    assert "30 days" not in reasons(evidence=evidence(coordination=unknown))


def test_a_forecast_has_its_interval() -> None:
    told = reasons(evidence=evidence(expected_24h_low=90.0, expected_24h_high=700.0))
    assert "about 260 more negative posts (nine times in ten 90–700)" in told


def test_what_ends_by_itself_gives_the_all_clear() -> None:
    over = incident(state=State.RESOLVED, resolved_at=AT + minutes(150), pages=2, peak_severity=4)
    assert page_lines(over, OURS, "en", AT + minutes(151), None)[4].startswith(
        "All clear: it lasted 3 h 0 min, severity 4/5 at its worst, paged 2 times."
    )
    for language in LANGUAGES:
        assert "4/5" in page_lines(over, OURS, language, AT + minutes(151), None)[4]


def test_what_is_not_known_is_not_told() -> None:
    for language in LANGUAGES:
        assert "None" not in reasons(language)
