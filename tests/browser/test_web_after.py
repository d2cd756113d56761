"""The report and the moderation ledger in a real browser: phone and desk, three languages."""

from __future__ import annotations

import pytest

from alerts.organisation import LANGUAGES, ModerationRule, Organisation
from tests.browser.scene import scene
from tests.browser.test_web_browser import SIZES, axe, looking, shot, wider_than_the_window

pytestmark = pytest.mark.browser

PAGES = {"report": "/incidents/inc-storm/report", "moderation": "/moderation"}
RULES = (ModerationRule(id="uhkailu", text="Uhkaukset poistetaan."),)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_they_are_sound_accessible_and_fit(chromium: str, language: str) -> None:
    """The report's own content policy lets its styles work and nothing else; axe finds nothing."""
    async with looking(chromium, scene(organisation=Organisation(moderation_rules=RULES))) as sight:
        for size in SIZES:
            for name, path in PAGES.items():
                async with sight.page(size) as page:
                    await sight.show(page, f"{path}?lang={language}")
                    assert await page.evaluate("document.documentElement.lang") == language
                    assert await page.evaluate("violations") == []
                    assert await wider_than_the_window(page) <= 0
                    assert await page.evaluate("getComputedStyle(document.body).marginTop") == "0px"
                    await shot(page, f"{name}-{size}-{language}")
                async with sight.page(size, bypass_csp=True) as page:
                    await sight.show(page, f"{path}?lang={language}")
                    assert await axe(page) == []
        own = [
            one for one in sight.complaints if "404" not in one
        ]  # a report names no icon; browsers ask for one
        assert own == []


async def test_somebody_writes_down_what_was_hidden_on_a_phone(chromium: str) -> None:
    async with (
        looking(chromium, scene(organisation=Organisation(moderation_rules=RULES))) as sight,
        sight.page(java_script_enabled=False) as page,
    ):
        await sight.show(page, "/moderation?lang=fi")
        await page.fill("#post", "mastodon:13")
        await page.fill("#text", "Tiedän missä asut")
        await page.fill("#by", "Maija")
        await page.click("form button.primary")
        assert "Kirjattu." in await page.inner_text("main")
        assert "mastodon:13" in await page.inner_text("main")
