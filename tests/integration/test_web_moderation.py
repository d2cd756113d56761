"""The moderation ledger on the page and over HTTP."""

from __future__ import annotations

from alerts.moderation import LEDGER, snapshot_of
from alerts.organisation import LANGUAGES, ModerationRule, Organisation
from tests.browser.scene import scene
from tests.browser.visitor import visiting
from tests.build import stored_mention

RULES = (ModerationRule(id="uhkailu", text="Uhkailu <b>poistetaan</b>."),)
ENTRY = {"post": "x:1", "text": "Tiedän missä asut", "rule": "uhkailu", "by": "maija", "measure": "hidden"}


async def test_a_person_writes_down_what_was_hidden() -> None:
    stage = scene(organisation=Organisation(moderation_rules=RULES))
    async with visiting(stage) as visitor:
        page = await (await visitor.get("/moderation?lang=fi")).text()
        hidden = await visitor.form("/moderation")
        answer = await visitor.post("/moderation", {**hidden, **ENTRY, "by": "<i>maija</i>"})
        again = await visitor.post("/moderation", {**hidden, **ENTRY})
        shown = await (await visitor.get("/moderation")).text()
    assert "<b>poistetaan" not in page
    assert (answer.status, again.status) == (303, 303)
    assert "x:1" in shown
    assert "<i>" not in shown
    kept = stage.store.entries(LEDGER)
    assert [one.body["snapshot"] for one in kept] == [snapshot_of("Tiedän missä asut")]


async def test_without_published_rules_there_is_nothing_to_hide_by() -> None:
    async with visiting(scene()) as visitor:
        for language in LANGUAGES:
            assert "moderation_rules" in await visitor.text(f"/moderation?lang={language}")
        hidden = await visitor.form("/incidents/inc-storm")
        refused = await visitor.post("/moderation", {**hidden, **ENTRY, "id": "abcdef12"})
    assert refused.status == 400


async def test_a_form_of_another_site_does_nothing() -> None:
    stage = scene(organisation=Organisation(moderation_rules=RULES))
    async with visiting(stage) as visitor:
        await visitor.get("/moderation")
        refused = await visitor.post("/moderation", {**ENTRY, "id": "abcdef12", "form_token": "guessed"})
    assert refused.status == 403
    assert stage.store.entries(LEDGER) == []


async def test_programs_write_and_read_it_and_a_post_that_we_keep_needs_no_text() -> None:
    stage = scene(organisation=Organisation(moderation_rules=RULES))
    with stage.store.transaction() as tx:
        tx.add_mentions([stored_mention(id="mastodon:9", text="Tiedän missä asut")])
    body = {"post": "mastodon:9", "rule": "uhkailu", "by": "botti", "id": "sender-0001"}
    async with visiting(stage) as visitor:
        posted = await visitor.client.post("/api/v1/moderation", json=body)
        twice = await visitor.client.post("/api/v1/moderation", json=body)
        wrong = await visitor.client.post("/api/v1/moderation", json={**body, "rule": "kritiikki"})
        listed = await visitor.client.get("/api/v1/moderation?post=mastodon:9")
        entries = (await listed.json())["entries"]
    assert (posted.status, twice.status, wrong.status) == (200, 200, 400)
    assert [(one["id"], one["snapshot"]) for one in entries] == [
        ("sender-0001", snapshot_of("Tiedän missä asut"))
    ]
