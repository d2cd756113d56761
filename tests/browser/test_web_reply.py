"""The reply editor and the fact board in a real browser, on a phone, in three languages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.organisation import LANGUAGES
from alerts.respond.published import replies_of
from tests.browser.scene import NOW, Scene, scene
from tests.browser.test_web_browser import axe, looking, shot, wider_than_the_window

pytestmark = pytest.mark.browser

STORM = "/incidents/inc-storm"
BROKEN = {
    "fi": "Pahoittelemme, jos joku loukkaantui. Häiriö johtui alihankkijasta.",
    "sv": "Vi beklagar om någon tagit illa upp. Störningen berodde på en underleverantör.",
    "en": "We are sorry if anyone was offended. The outage was caused by a supplier.",
}
FOUND = {"fi": "estettä", "sv": "hinder", "en": "findings block"}
CLEAN = {"fi": "Säännöt eivät löydä", "sv": "Reglerna hittar inget", "en": "The rules find nothing"}


def waiting(severity: int = 4) -> Scene:
    """The storm, with people waiting since 49 minutes."""
    stage = scene()
    storm = stage.store.incident("inc-storm")
    assert storm is not None
    since = NOW - timedelta(minutes=49)
    with stage.store.transaction() as tx:
        tx.put_incident(storm.model_copy(update={"waiting_since": since, "severity": severity}))
    return stage


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_findings_appear_while_somebody_writes_and_go_when_it_is_mended(
    chromium: str, language: str, scheme: str
) -> None:
    async with looking(chromium, waiting(5)) as sight:
        async with sight.page(color_scheme=scheme) as page:
            await sight.show(page, f"{STORM}?lang={language}&reply_language={language}&channel=bluesky")
            whole = await page.input_value("#draft")
            assert CLEAN[language] in await page.inner_text("#findings")
            assert "49 min" in await page.inner_text(".clock")
            await shot(page, f"reply-phone-{language}-{scheme}")
            await page.fill("#draft", BROKEN[language])
            await page.wait_for_selector("#findings li.block")
            assert FOUND[language] in await page.inner_text("#findings .verdict")
            assert FOUND[language] in str(await page.text_content("#verdict"))  # said to those who do not see
            assert await page.locator("#findings mark").count() >= 2
            assert await wider_than_the_window(page) <= 0
            await shot(page, f"reply-found-phone-{language}-{scheme}")
            await page.fill("#draft", whole)
            await page.wait_for_selector("#findings .verdict.good")
            assert await page.evaluate("violations") == []
        async with sight.page(color_scheme=scheme, bypass_csp=True) as page:
            await sight.show(page, f"{STORM}?lang={language}&reply_language={language}")
            await page.fill("#draft", BROKEN[language])
            await page.wait_for_selector("#findings li.block")
            await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert await axe(page) == []
        assert sight.complaints == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_without_javascript_the_button_checks_and_an_override_lets_it_be_recorded(
    chromium: str, language: str
) -> None:
    stage = waiting()
    async with looking(chromium, stage) as sight, sight.page(java_script_enabled=False) as page:
        await sight.show(page, f"{STORM}?lang={language}&reply_language={language}")
        await page.fill("#draft", BROKEN[language])
        await page.click('button[value="check"]')
        assert FOUND[language] in await page.inner_text("#findings .verdict")
        assert await page.input_value("#draft") == BROKEN[language]
        await page.fill("#author", "Päivi")
        await page.click('button[value="publish"]')
        assert await page.locator("[role=alert]").count() == 1
        await shot(page, f"reply-refused-phone-{language}")
        assert replies_of(stage.store) == []
        for each in await page.locator("input[name^=override]").all():
            await each.fill("päätetty")
        await page.fill("#author", "Päivi")
        await page.click('button[value="publish"]')
        await page.wait_for_url("**?done=answered")
    (kept,) = replies_of(stage.store)
    assert (kept.text, kept.author, kept.language) == (BROKEN[language], "Päivi", language)
    assert set(kept.overrides) >= {"R12", "R03"}


async def test_a_tab_shows_the_channels_own_form_within_its_limit(chromium: str) -> None:
    async with looking(chromium) as sight, sight.page() as page:
        await sight.show(page, f"{STORM}?lang=en")
        for name, limit in (("X", 280), ("Bluesky", 300), ("Mastodon", 500)):
            await page.click(f"nav.tabs a:has-text('{name}')")
            await page.wait_for_selector(f"nav.tabs a[aria-current]:has-text('{name}')")
            length, of = (await page.inner_text("#findings .counter")).split()[-1].split("/")
            assert (int(length) <= limit, int(of)) == (True, limit)
            label = await page.inner_text(f"nav.tabs a:has-text('{name}')")
            assert f"{length}/{limit}" in label


async def test_what_was_written_for_a_channel_waits_there_until_the_suggestion_is_asked_for_again(
    chromium: str,
) -> None:
    async with looking(chromium) as sight, sight.page() as page:
        await sight.show(page, f"{STORM}?lang=en&channel=bluesky")
        suggested = await page.input_value("#draft")
        await page.fill("#draft", "Emme kommentoi.")
        await page.click("nav.tabs a:has-text('Mastodon')")
        await page.wait_for_selector("nav.tabs a[aria-current]:has-text('Mastodon')")
        assert await page.input_value("#draft") != "Emme kommentoi."
        await page.click("nav.tabs a:has-text('Bluesky')")
        await page.wait_for_selector("nav.tabs a[aria-current]:has-text('Bluesky')")
        assert await page.input_value("#draft") == "Emme kommentoi."
        await page.wait_for_selector("#findings li:has-text('R29')")
        await page.click("a[data-afresh]")
        await page.wait_for_selector("#findings .verdict.good")
        assert await page.input_value("#draft") == suggested


async def test_what_is_being_written_is_not_swept_away_by_the_refresh(chromium: str) -> None:
    async with looking(chromium) as sight, sight.page() as page:
        await page.clock.install()
        await sight.show(page, f"{STORM}?lang=en&channel=bluesky")
        await page.fill("#draft", "kesken")
        await page.locator("#draft").blur()
        await page.clock.fast_forward(60_000)
        await page.wait_for_timeout(300)
        assert await page.input_value("#draft") == "kesken"


async def test_the_copy_button_copies_what_was_written(chromium: str) -> None:
    async with looking(chromium) as sight, sight.page() as page:
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await sight.show(page, f"{STORM}?lang=fi")
        await page.fill("#draft", "oma teksti")
        await page.click("text=Kopioi vastaus >> nth=0")
        await page.wait_for_selector("text=Kopioitu")
        assert await page.evaluate("navigator.clipboard.readText()") == "oma teksti"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_wrong_guess_of_the_situation_costs_one_click(chromium: str, language: str) -> None:
    stage = waiting()
    async with looking(chromium, stage) as sight, sight.page() as page:
        await sight.show(page, f"{STORM}?lang={language}")
        before = await page.input_value("#draft")
        await page.locator("form.situation > .buttons button").first.click()
        await page.wait_for_url("**?done=situation")
        assert await page.input_value("#draft") != before
        await shot(page, f"reply-situation-phone-{language}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_fact_confirmed_on_the_board_is_in_the_suggestion_at_once(
    chromium: str, language: str, scheme: str
) -> None:
    async with looking(chromium, waiting()) as sight:
        async with sight.page(color_scheme=scheme, bypass_csp=True) as page:
            await sight.show(page, f"/facts?lang={language}")
            assert await axe(page) == []
            await page.fill(f"#statement-{language}", "Linja 7")
            await page.fill("#by", "Maija")
            await page.click("button.primary")
            await page.wait_for_url("**done=added")
            assert await axe(page) == []
            assert await wider_than_the_window(page) <= 0
            await shot(page, f"facts-phone-{language}-{scheme}")
            await sight.show(page, f"{STORM}?lang={language}&reply_language={language}&channel=facebook")
            assert "Linja 7." in await page.input_value("#draft")
            await sight.show(page, f"/facts?lang={language}")
            await page.click('button[value^="end:"]')
            await page.wait_for_url("**done=taken_back")
            assert await page.locator("li.fact form").count() == 0
        assert sight.complaints == []
