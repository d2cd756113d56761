"""The pages say what a woken person needs, in three languages, and act only by POST."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.incidents import State
from alerts.organisation import LANGUAGES, Organisation
from tests import build
from tests.browser.scene import NOW, scene
from tests.browser.visitor import visiting

STORM = "/incidents/inc-storm"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", ["2 tapausta käynnissä", "Hyvin vakava", "Pahenee", "Kukaan ei ole", "Päättyneet"]),
        ("sv", ["2 händelser pågår", "Mycket allvarlig", "Förvärras", "Ingen har tagit det här ännu"]),
        ("en", ["2 live incidents", "Severe", "Getting worse", "Nobody has taken this yet", "False alarm"]),
    ],
)  # fmt: skip
async def test_the_list_shows_live_incidents_first_and_worst_first(language: str, words: list[str]) -> None:
    async with visiting(scene()) as visitor:
        text = await visitor.text(f"/?lang={language}")
    assert [word for word in words if word not in text] == []
    order = [text.index(f'href="/incidents/{one}"') for one in ("inc-storm", "inc-taken", "inc-old-1")]
    assert order == sorted(order)


async def test_a_quiet_list_says_that_all_is_calm() -> None:
    async with visiting(scene(empty=True)) as visitor:
        text = await visitor.text("/?lang=sv")
    assert "Allt är lugnt" in text
    assert "Det finns inga avslutade händelser ännu." in text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_incident_tells_all_that_its_page_told(language: str) -> None:
    async with visiting(scene()) as visitor:
        text = await visitor.text(f"{STORM}?lang={language}")
    wanted = [
        "4/5",
        "Revontuli-sovellus",
        "48",
        "41",
        "23 min",
        "3\u2060–\u20609",
        "Revontulen sovellus kaatuu",
    ]
    assert [word for word in wanted if word not in text] == []
    assert "503 Service Unavailable" in text
    assert "Soitin IT-päivystykseen" in text
    assert [limit for limit in ("/280", "/300", "/500", "/2000") if limit not in text] == []  # variants


async def test_clock_times_are_the_organisations() -> None:
    async with visiting(scene(organisation=Organisation(timezone="America/New_York"))) as visitor:
        text = await visitor.text(f"{STORM}?lang=en")
    assert 'datetime="2026-03-10T08:00:00-04:00">08:00</time>' in text


async def test_the_language_is_remembered_and_falls_back_to_the_browsers_then_ours() -> None:
    async with visiting(scene(organisation=Organisation(language="sv"))) as visitor:
        assert '<html lang="sv">' in await visitor.text("/")
        assert '<html lang="en">' in await visitor.text("/", Accept_Language="en-GB,fi;q=0.8")
        await visitor.get("/?lang=fi")
        assert '<html lang="fi">' in await visitor.text("/", Accept_Language="en-GB")


async def test_acknowledging_by_post_is_shown_with_name_and_time_and_can_be_undone() -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        answer = await visitor.press("inc-storm", "acknowledge", by="Päivi")
        assert (answer.status, answer.headers["Location"]) == (303, f"{STORM}?done=acknowledge")
        taken = stage.store.incident("inc-storm")
        assert taken is not None
        assert (taken.state, taken.acknowledged_by) == (State.ACKNOWLEDGED, "Päivi")
        text = await visitor.text(f"{STORM}?done=acknowledge")
        assert "Päivi otti tämän 14.23" in text
        assert 'value="Päivi"' in text  # remembered for the next step
        assert 'class="primary" name="do" value="answered"' in text
        await visitor.press("inc-storm", "undo", by="Päivi")
    undone = stage.store.incident("inc-storm")
    assert undone is not None
    assert (undone.state, undone.acknowledged_by) == (State.ESCALATED, None)


@pytest.mark.parametrize(
    ("do", "state"),
    [("resolve", State.RESOLVED), ("false_alarm", State.FALSE_ALARM), ("useful", State.ESCALATED)],
)
async def test_every_button_does_its_own_step(do: str, state: State) -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        assert (await visitor.press("inc-storm", do, by="Olli")).status == 303
    incident = stage.store.incident("inc-storm")
    assert incident is not None
    assert incident.state is state
    assert [(e.by, e.what) for e in stage.store.audit("inc-storm")][-1] == ("Olli", do)


@pytest.mark.parametrize(
    ("length", "until"),
    [("30", NOW + timedelta(minutes=30)), ("morning", build.AT + timedelta(hours=18))],
)
async def test_a_snooze_ends_when_it_says(length: str, until: object) -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        await visitor.press("inc-storm", f"snooze:{length}")
    incident = stage.store.incident("inc-storm")
    assert incident is not None
    assert incident.snoozed_until == until


async def test_a_button_pressed_twice_acts_once() -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        fields = {**await visitor.form(STORM), "do": "useful", "by": "Olli"}
        for _ in range(2):
            assert (await visitor.post(f"{STORM}/actions", fields)).status == 303
    incident = stage.store.incident("inc-storm")
    assert incident is not None
    assert incident.votes_useful == 1


async def test_a_step_that_the_state_forbids_changes_nothing_and_says_so() -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        hidden = await visitor.form(STORM)
        answer = await visitor.post("/incidents/inc-old-2/actions", {**hidden, "do": "acknowledge"})
        text = await answer.text()
    assert answer.status == 409
    assert "Mitään ei muutettu" in text
    unchanged = stage.store.incident("inc-old-2")
    assert unchanged is not None
    assert unchanged.state is State.FALSE_ALARM


@pytest.mark.parametrize("do", ["explode", "", "snooze:7", "snooze", "note"])
async def test_nonsense_is_refused_with_what_would_be_right(do: str) -> None:
    async with visiting(scene()) as visitor:
        answer = await visitor.press("inc-storm", do)
        text = await answer.text()
    assert answer.status == 400
    assert "Tietoja puuttuu" in text


@pytest.mark.parametrize("path", [f"{STORM}/actions", f"{STORM}/actions?do=acknowledge", "/logout"])
async def test_a_mere_link_never_acts(path: str) -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        answer = await visitor.get(path)
    assert answer.status == 405
    assert stage.store.incident("inc-storm") == scene().store.incident("inc-storm")


async def test_reading_changes_nothing_in_the_store() -> None:
    stage = scene()
    before = (stage.store.incidents(), stage.store.audit("inc-storm"))
    async with visiting(stage) as visitor:
        for path in ("/", STORM, f"{STORM}?done=acknowledge", "/api/v1/incidents", "/metrics"):
            assert (await visitor.get(path)).status == 200
    assert (stage.store.incidents(), stage.store.audit("inc-storm")) == before


@pytest.mark.parametrize("path", ["/incidents/nobody", "/nowhere", "/incidents/"])
async def test_what_is_not_there_says_so_in_the_readers_language(path: str) -> None:
    async with visiting(scene()) as visitor:
        answer = await visitor.get(path, Accept_Language="en")
        text = await answer.text()
    assert answer.status == 404
    assert "There is no such" in text
    assert 'href="/"' in text


async def test_an_incident_without_suggestion_posts_pulses_or_people_is_still_a_page() -> None:
    stage = scene(empty=True)
    stage.facts.pop("data")
    bare = build.incident(
        id="bare",
        evidence=build.evidence(
            people_last_hour=None,
            reproduction=None,
            reproduction_low=None,
            reproduction_high=None,
            channels={},
            top_words=(),
            would_not_page_below=None,
            expected_24h=None,
            largest_thread=None,
            largest_thread_share=None,
            started_at=None,
            learning=True,
            possible_coordination=True,
        ),
    )
    with stage.store.transaction() as tx:
        tx.put_incident(bare)
    async with visiting(stage) as visitor:
        for language in LANGUAGES:
            assert (await visitor.get(f"/incidents/bare?lang={language}")).status == 200


async def test_advice_to_watch_shows_no_draft_to_copy() -> None:
    stage = scene(empty=True)
    watch = build.suggestion(action="watch", text="", reason="tiny_rumour")
    with stage.store.transaction() as tx:
        tx.put_incident(
            build.incident(id="w", suggestion=watch, acknowledged_at=NOW, acknowledged_by="Maija")
        )
    async with visiting(stage) as visitor:
        text = await visitor.text("/incidents/w?lang=en")
    assert "watch, do not answer yet" in text
    assert "data-copy" not in text
    assert 'class="primary" name="do" value="resolve"' in text  # nothing to answer: the next step is to close
