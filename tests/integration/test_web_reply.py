"""The editor, the fact board and their API, without a browser."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import pytest
from pydantic import SecretStr

from alerts.organisation import LANGUAGES, Organisation
from alerts.respond.fact_board import board
from alerts.respond.published import replies_of
from alerts.schemas import schema
from alerts.web.openapi import document
from alerts.web.settings import WebSettings
from tests import build
from tests.browser.scene import NOW, ORGANISATION, Scene, scene
from tests.browser.visitor import Visitor, visiting

STORM = "/incidents/inc-storm"
WRITTEN = (
    "Olemme lukeneet viestinne sovelluksen häiriöstä. Ymmärrämme, että tämä harmittaa. "
    "Emme vielä tiedä syytä. Selvitämme sitä nyt. Kerromme lisää viimeistään klo 15.20. https://revontuli.example/nyt\n"
    "– Aino, asiakaspalvelu"
)
BROKEN = "Pahoittelemme, jos joku loukkaantui. " + WRITTEN
HOSTILE = "<script>alert(1)</script> {{7*7}} \u202e \x00 ${jndi:ldap://evil} " + "å" * 500


async def write(visitor: Visitor, do: str, text: str, **fields: str) -> Any:
    hidden = await visitor.form(STORM)
    chosen = {"channel": "mastodon", "reply_language": "fi", "kind": "reply", "by": "Maija"}
    return await visitor.post(f"{STORM}/reply", {**hidden, **chosen, "do": do, "text": text, **fields})


def field(text: str) -> str:
    """What stands in the editor."""
    found = re.search(r'<textarea id="draft"[^>]*>\n(.*?)</textarea>', text, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_editor_holds_the_suggestion_of_the_chosen_channel_and_language(language: str) -> None:
    async with visiting(scene()) as visitor:
        for channel, limit in (("x", 280), ("bluesky", 300), ("mastodon", 500)):
            text = await visitor.text(f"{STORM}?channel={channel}&reply_language={language}&lang=en")
            assert f'aria-current="true">{ {"x": "X"}.get(channel, channel.capitalize()) } <small>' in text
            assert 0 < len(field(text)) <= limit
            assert "The rules find nothing." in text
            assert f'lang="{language}" dir="auto" spellcheck' in text


async def test_an_address_that_asks_for_nonsense_gets_the_usual_editor() -> None:
    async with visiting(scene()) as visitor:
        usual = field(await visitor.text(STORM))
        for query in ("reply_language=xx", "kind=explode", "anyway=maybe"):
            assert field(await visitor.text(f"{STORM}?{query}")) == usual
        odd = await visitor.get(f"{STORM}?channel=%3Cscript%3E{'a' * 300}")
        assert odd.status == 200
        assert "<script>a" not in await odd.text()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_check_names_rule_words_reason_and_remedy_and_keeps_the_text(language: str) -> None:
    wanted = {"fi": "1 este", "sv": "1 hinder", "en": "1 finding blocks"}
    async with visiting(scene()) as visitor:
        await visitor.text(f"{STORM}?lang={language}")
        answer = await write(visitor, "check", BROKEN)
        text = await answer.text()
    assert answer.status == 200
    assert wanted[language] in text
    assert '<mark class="block">Pahoittelemme, jos<sup>R12</sup></mark>' in text
    assert 'name="override-R12"' in text
    assert field(text) == BROKEN.replace("\n", "\n")
    assert "data-edited" in text


async def test_a_part_holds_the_findings_alone() -> None:
    async with visiting(scene()) as visitor:
        text = await (await write(visitor, "check", BROKEN, part="1")).text()
    assert text.strip().startswith('<div id="findings"')
    assert "<html" not in text
    assert "R12" in text


async def test_what_was_published_is_recorded_and_shown() -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        answer = await write(visitor, "publish", WRITTEN, suggested="Olemme lukeneet viestinne")
        assert (answer.status, answer.headers["Location"]) == (303, f"{STORM}?done=answered")
        text = await visitor.text(f"{STORM}?lang=en")
    assert "Maija answered on mastodon 14:23" in text
    (kept,) = replies_of(stage.store, "inc-storm")
    assert (kept.text, kept.author, kept.suggested) == (WRITTEN, "Maija", "Olemme lukeneet viestinne")


async def test_a_blocking_finding_keeps_the_answer_from_being_recorded_until_it_is_overridden() -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        refused = await write(visitor, "publish", BROKEN)
        assert refused.status == 409
        text = await refused.text()
        assert 'role="alert"' in text
        assert field(text) == BROKEN
        assert replies_of(stage.store) == []
        taken = await write(visitor, "publish", BROKEN, **{"override-R12": "johto päätti <b>näin</b>"})
        assert taken.status == 303
        history = await visitor.text(STORM)
    assert replies_of(stage.store)[0].overrides == {"R12": "johto päätti <b>näin</b>"}
    assert "R12: johto päätti <b>näin</b>" in history  # as text: the visitor undoes the escaping


async def test_at_severity_five_the_desk_asks_for_a_second_person() -> None:
    stage = scene(organisation=ORGANISATION.model_copy(update={"approver": "Olli"}))
    storm = stage.store.incident("inc-storm")
    assert storm is not None
    with stage.store.transaction() as tx:
        tx.put_incident(storm.model_copy(update={"severity": 5}))
    async with visiting(stage) as visitor:
        assert 'name="approver" value="Olli"' in await visitor.text(STORM)
        alone = await write(visitor, "publish", WRITTEN, approver="maija")
        assert (alone.status, "kaksi nimettyä" in await alone.text()) == (409, True)
        assert (await write(visitor, "publish", WRITTEN, approver="Olli")).status == 303


async def test_the_situation_changes_with_one_press_and_back_with_another() -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        guess = re.findall(r'value="situation:(\w+)"', await visitor.text(STORM))
        assert {"outage", "rumour", "unclear"} <= set(guess)
        before = field(await visitor.text(STORM))
        assert (await visitor.press("inc-storm", "situation:recall", by="Maija")).status == 303
        assert field(await visitor.text(STORM)).startswith("Älkää käyttäkö")
        await visitor.press("inc-storm", "undo", by="Maija")
        assert field(await visitor.text(STORM)) == before
        assert (await visitor.press("inc-storm", "situation:<b>", by="Maija")).status == 400


async def test_advice_to_watch_says_why_and_an_answer_can_be_asked_for_all_the_same() -> None:
    stage = scene()
    storm = stage.store.incident("inc-storm")
    assert storm is not None
    watch = build.suggestion(action="watch", text="", reason="coordination", situation="rumour")
    with stage.store.transaction() as tx:
        tx.put_incident(storm.model_copy(update={"suggestion": watch}))
    async with visiting(stage) as visitor:
        text = await visitor.text(f"{STORM}?lang=en")
        assert "an answer would spread them" in text
        assert '<textarea id="draft"' not in text
        assert field(await visitor.text(f"{STORM}?anyway=1")).startswith("Olemme lukeneet")


async def test_where_no_suggestion_can_be_made_the_page_is_shown_without_one() -> None:
    stage = scene()
    storm = stage.store.incident("inc-storm")
    assert storm is not None
    with stage.store.transaction() as tx:
        tx.put_incident(storm.model_copy(update={"situation": "of a later version"}))
    async with visiting(stage) as visitor:
        answer = await visitor.get(f"{STORM}?lang=en")
        text = await answer.text()
    assert (answer.status, "There is no suggestion." in text, "Revontuli-sovellus" in text) == (
        200,
        True,
        True,
    )


async def test_after_the_answer_the_closing_line_is_offered() -> None:
    async with visiting(scene()) as visitor:
        await write(visitor, "publish", WRITTEN)
        assert "Closing line" in await visitor.text(f"{STORM}?lang=en")
        text = await visitor.text(f"{STORM}?kind=closing&lang=en")
    assert "hoidettu" in field(text)
    assert "The rules find nothing." in text


@pytest.mark.parametrize("size", [0, 1, 10_001])
async def test_no_draft_however_odd_breaks_the_page(size: int) -> None:
    async with visiting(scene()) as visitor:
        answer = await write(visitor, "check", (HOSTILE * 60)[:size])
        text = await answer.text()
    assert answer.status == 200
    assert "<script>alert" not in text


async def test_the_board_takes_a_fact_uses_it_at_once_and_ends_it() -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        hidden = await visitor.form("/facts")
        fact = {
            "statement_fi": "Lipunmyynti on poikki.",
            "by": "Maija",
            "topic": "Revontuli-sovellus",
            "hours": "3",
        }
        added = await visitor.post("/facts", {**hidden, **fact, "do": "add"})
        assert (added.status, added.headers["Location"]) == (303, "/facts?done=added")
        assert "Lipunmyynti on poikki." in field(await visitor.text(f"{STORM}?channel=facebook"))
        text = await visitor.text("/facts?lang=en")
        assert "confirmed by Maija" in text
        (identity,) = re.findall(r'value="end:([^"]+)"', text)
        await visitor.post("/facts", {**await visitor.form("/facts"), "do": f"end:{identity}", "by": "Olli"})
        assert "Lipunmyynti" not in field(await visitor.text(f"{STORM}?channel=facebook"))
        assert "ended by Olli" in await visitor.text("/facts?lang=en")


@pytest.mark.parametrize(
    "wrong",
    [
        {"by": ""},
        {"statement_fi": "  "},
        {"hours": "-1"},
        {"hours": "99999999999"},
        {"hours": "٣"},
        {"do": "end:nothing"},
    ],
)
async def test_a_wrong_fact_is_refused(wrong: dict[str, str]) -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        fact = {**await visitor.form("/facts"), "statement_fi": "A.", "by": "M", "do": "add", **wrong}
        assert (await visitor.post("/facts", fact)).status in (400, 404)
    assert board(stage.store) == []


def check_schema(answer: Any, name: str) -> None:
    components = document()["components"]
    jsonschema.validate(answer, {"$ref": f"#/components/schemas/{name}", "components": components})


async def post(visitor: Visitor, path: str, body: object, **headers: str) -> Any:
    return await visitor.client.post(path, json=body, headers=headers)


async def test_the_api_checks_a_draft_as_the_command_does() -> None:
    context = {"situation": "outage", "channel": "x", "facts": ["Katko alkoi klo 6.40."], "owner": ""}
    async with visiting(scene()) as visitor:
        body = {"text": BROKEN, "language": "fi", "context": context, "say_in": "en"}
        answer = await post(visitor, "/api/v1/reply/check", body)
        report = await answer.json()
    check_schema(report, "Report")
    jsonschema.validate(report, schema("reply_report"))
    assert report["verdict"] == "blocked"
    assert {"R12", "R06"} <= {one["rule"] for one in report["findings"]}
    assert "condition" in next(one["why"] for one in report["findings"] if one["rule"] == "R12")


async def test_with_an_incident_the_context_is_its_own() -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        told = WRITTEN.replace("Emme vielä", "Katko alkoi klo 9.15. Emme vielä")
        body = {"text": told, "language": "fi", "incident": "inc-storm"}
        first = await (await post(visitor, "/api/v1/reply/check", body)).json()
        fact = {"statement": {"fi": "Katko alkoi klo 9.15."}, "confirmed_by": "Maija"}
        added = await (await post(visitor, "/api/v1/facts", {"fact": fact, "id": "sender-0001"})).json()
        second = await (await post(visitor, "/api/v1/reply/check", body)).json()
        unknown = await post(visitor, "/api/v1/reply/check", {**body, "incident": "nobody"})
    check_schema(added, "BoardFact")
    assert [one["rule"] for one in first["findings"]] == ["R03"]
    assert second["findings"] == []
    assert unknown.status == 404


async def test_facts_are_listed_added_once_and_ended_over_the_api() -> None:
    ours = Organisation(facts=({"statement": "Vanha.", "confirmed_by": "A", "topic": "Laukku"},))
    stage = scene(organisation=ours)
    fact = {"statement": "Lipunmyynti on poikki.", "confirmed_by": "Maija", "expires": "2026-03-10T20:00:00"}
    async with visiting(stage) as visitor:
        for _ in range(2):
            added = await post(visitor, "/api/v1/facts", {"fact": fact, "id": "sender-0001"})
            assert added.status == 200
        everything = await (await visitor.get("/api/v1/facts")).json()
        usable = await (await visitor.get("/api/v1/facts?topic=Revontuli-sovellus")).json()
        end = await (await post(visitor, "/api/v1/facts/fact:sender-0001/end", {"by": "Olli"})).json()
        gone = await (await visitor.get("/api/v1/facts?topic=Revontuli-sovellus")).json()
        missing = await post(visitor, "/api/v1/facts/fact:nothing/end", {"by": "Olli"})
    check_schema(everything, "FactList")
    assert (len(everything["board"]), len(everything["configured"])) == (1, 1)
    assert (len(usable["board"]), len(usable["configured"])) == (1, 0)
    assert everything["board"][0]["fact"]["expires"] == "2026-03-10T20:00:00+02:00"
    assert end["ended_by"] == "Olli"
    assert (gone["board"], missing.status) == ([], 404)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/v1/reply/check", {"text": "", "language": "fi"}, 400),
        ("/api/v1/reply/check", {"text": "a" * 10_001, "language": "fi"}, 400),
        ("/api/v1/reply/check", {"text": " ", "language": "fi"}, 400),
        ("/api/v1/reply/check", {"text": "a", "language": "de"}, 400),
        ("/api/v1/reply/check", {"text": "a", "language": "fi", "context": {"order": 0}}, 400),
        ("/api/v1/reply/check", {"text": "a", "language": "fi", "konteksti": {}}, 400),
        ("/api/v1/reply/check", {"text": "a", "language": "fi", "context": {"thread": ["a" * 70_000]}}, 413),
        ("/api/v1/facts", {"fact": {"statement": "A."}}, 400),
        ("/api/v1/facts", {"fact": {"statement": "A" * 301, "confirmed_by": "M"}}, 400),
        ("/api/v1/facts", {"fact": {"statement": "A.\nB.", "confirmed_by": "M"}}, 400),
        ("/api/v1/facts/x/end", {"by": ""}, 400),
    ],
)
async def test_a_wrong_body_is_refused_with_the_remedy(path: str, body: object, status: int) -> None:
    async with visiting(scene()) as visitor:
        answer = await post(visitor, path, body)
        assert answer.status == status
        check_schema(await answer.json(), "ErrorAnswer")


async def test_the_new_doors_are_closed_without_the_token() -> None:
    token = "correct-horse-battery-staple"
    async with visiting(scene(WebSettings(token=SecretStr(token)))) as visitor:
        for path in ("/api/v1/reply/check", "/api/v1/facts", "/api/v1/facts/x/end"):
            assert (await post(visitor, path, {})).status == 401
        assert (await visitor.get("/facts")).headers["Location"].startswith("/login")
        body = {"text": WRITTEN, "language": "fi"}
        allowed = await post(visitor, "/api/v1/reply/check", body, Authorization=f"Bearer {token}")
        assert allowed.status == 200


async def test_an_answer_over_the_api_is_cleared_like_one_on_the_page() -> None:
    stage: Scene = scene()
    path = "/api/v1/incidents/inc-storm/actions"
    reply = {"text": BROKEN, "channel": "mastodon", "language": "fi"}
    async with visiting(stage) as visitor:
        refused = await post(visitor, path, {"kind": "answered", "by": "Maija", "reply": reply})
        told = (await refused.json())["error"]
        assert (refused.status, told["code"]) == (409, "not_cleared")
        assert "R12" in told["remedy"]
        wrong = await post(visitor, path, {"kind": "note", "note": "a", "by": "M", "reply": reply})
        assert wrong.status == 400
        allowed = {**reply, "overrides": {"R12": "decided"}}
        taken = await post(visitor, path, {"kind": "answered", "by": "Maija", "reply": allowed})
        assert taken.status == 200
    incident = stage.store.incident("inc-storm")
    assert incident is not None
    assert incident.answered_at == NOW
