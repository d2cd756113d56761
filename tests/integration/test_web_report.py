"""The after-action report and what stands around an answer, as served."""

from __future__ import annotations

from alerts.organisation import LANGUAGES
from tests.browser.scene import scene
from tests.browser.visitor import visiting

STORM = "/incidents/inc-storm"


async def test_the_report_is_served_with_a_policy_of_its_own_and_no_weaker_one() -> None:
    async with visiting(scene()) as visitor:
        for language in LANGUAGES:
            answer = await visitor.get(f"{STORM}/report?lang={language}")
            page = await answer.text()
            assert answer.status == 200
            assert f'<html lang="{language}">' in page
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; style-src 'sha256-")
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_it_comes_as_markdown_to_download() -> None:
    async with visiting(scene()) as visitor:
        answer = await visitor.get(f"{STORM}/report?form=markdown")
        assert (await answer.text()).startswith("# ")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="inc-storm.md"'


async def test_an_incident_that_is_not_there_has_none() -> None:
    async with visiting(scene()) as visitor:
        assert (await visitor.get("/incidents/inc-none/report")).status == 404


async def test_the_page_leads_to_the_report_and_warns_of_deleted_criticism() -> None:
    stage = scene()
    one = stage.store.incident("inc-storm")
    assert one is not None
    async with visiting(stage) as visitor:
        calm = await visitor.text(f"{STORM}?lang=en")
        with stage.store.transaction() as tx:
            tx.put_incident(one.model_copy(update={"criticism_deleted": 2}))
        warned = await visitor.text(f"{STORM}?lang=en")
    assert "inc-storm/report" in calm
    assert "Do not delete criticism" not in calm
    assert "Our own accounts deleted 2 negative posts" in warned


async def test_programs_get_the_same_as_json() -> None:
    async with visiting(scene()) as visitor:
        answer = await visitor.client.get(f"/api/v1{STORM}/report")
        told = await answer.json()
        assert (await visitor.client.get("/api/v1/incidents/inc-none/report")).status == 404
    assert (told["incident"]["id"], told["target_minutes"]) == ("inc-storm", 60)
