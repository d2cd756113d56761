"""The pages in a real browser: phone and desk, fi, sv and en, light and dark, with and without JavaScript."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from pydantic import SecretStr

from alerts.incidents import State
from alerts.organisation import LANGUAGES
from alerts.web.settings import WebSettings
from tests import build
from tests.browser.scene import NOW, Scene, scene

pytestmark = pytest.mark.browser

SHOTS = Path(__file__).parents[2] / "var" / "screenshots"
SIZES = {"phone": (412, 915), "desktop": (1280, 900)}
PAGES = {"list": "/", "incident": "/incidents/inc-storm"}
STORM = "/incidents/inc-storm"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WATCH_POLICY = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
        violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Sight:
    """A browser before a running application, and all that it complained about."""

    stage: Scene
    browser: Browser
    address: str
    complaints: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def page(self, size: str = "phone", **options: Any) -> AsyncIterator[Page]:
        width, height = SIZES[size]
        context = await self.browser.new_context(viewport={"width": width, "height": height}, **options)
        await context.add_init_script(WATCH_POLICY)
        context.set_default_timeout(45_000)
        try:
            yield self._watched(await context.new_page())
        finally:
            await context.close()

    def _watched(self, page: Page) -> Page:
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(f"{said.type}: {said.text}"))
        page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        return page

    async def show(self, page: Page, path: str) -> None:
        answer = await page.goto(self.address + path)
        assert answer is not None
        assert answer.ok


@asynccontextmanager
async def looking(chromium: str, stage: Scene | None = None) -> AsyncIterator[Sight]:
    stage = stage or scene()
    async with TestServer(stage.app) as server, async_playwright() as player:
        browser = await player.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        try:
            yield Sight(stage, browser, str(server.make_url("")).rstrip("/"))
        finally:
            await browser.close()


async def shot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


async def axe(page: Page) -> list[str]:
    """What axe-core finds, each with the places."""
    await page.evaluate(AXE_SCRIPT)
    found = await page.evaluate("axe.run()")
    return [f"{v['id']}: {[node['html'] for node in v['nodes']]}" for v in found["violations"]]


async def wider_than_the_window(page: Page) -> int:
    return int(await page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_both_pages_are_sound_accessible_and_fit(chromium: str, language: str, scheme: str) -> None:
    """No complaint of the browser, none of its content policy, none of axe, no sideways scrolling."""
    async with looking(chromium) as sight:
        for size in SIZES:
            for name, path in PAGES.items():
                async with sight.page(size, color_scheme=scheme) as page:
                    await sight.show(page, f"{path}?lang={language}")
                    assert await page.evaluate("document.documentElement.lang") == language
                    assert await page.evaluate("violations") == []
                    assert await wider_than_the_window(page) <= 0
                    await shot(page, f"{name}-{size}-{language}-{scheme}")
                async with sight.page(size, color_scheme=scheme, bypass_csp=True) as page:
                    await sight.show(page, f"{path}?lang={language}")
                    await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                    assert await axe(page) == []
        assert sight.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_lesser_pages_are_accessible_too(chromium: str, scheme: str) -> None:
    """A calm list, the login with a wrong token, every severity and state."""
    guarded = scene(WebSettings(token=SecretStr("correct-horse-battery-staple")), empty=True)
    async with looking(chromium, guarded) as sight, sight.page(color_scheme=scheme, bypass_csp=True) as page:
        await sight.show(page, "/?lang=fi")
        await page.fill("#token", "wrong")
        await page.click("button.primary")
        assert await axe(page) == []
        await shot(page, f"login-phone-fi-{scheme}")
        await page.fill("#token", "correct-horse-battery-staple")
        await page.click("button.primary")
        assert await axe(page) == []
        await shot(page, f"calm-phone-fi-{scheme}")
        for number, state in enumerate(State):
            keep(guarded, build.incident(id=f"s{number}", state=state, severity=1 + number % 5))
        for number in range(len(State)):
            await sight.show(page, f"/incidents/s{number}")
            assert await axe(page) == []
        await shot(page, f"incident-reopened-fi-{scheme}")


def keep(stage: Scene, incident: Any) -> None:
    with stage.store.transaction() as tx:
        tx.put_incident(incident)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_acknowledging_takes_a_name_and_one_click(chromium: str, javascript: bool) -> None:
    async with looking(chromium) as sight:
        async with sight.page(java_script_enabled=javascript) as page:
            await sight.show(page, f"{STORM}?lang=fi")
            await page.fill("#by", "Päivi")
            await page.click("text=Kuittaa – otan tämän")
            await page.wait_for_url("**?done=acknowledge")
            text = await page.inner_text("main")
            assert "Kuitattu. Tapaus on nyt sinun." in text
            assert "Päivi otti tämän 14.23" in text
            await shot(page, f"acknowledged-{'js' if javascript else 'plain'}")
            await page.click("text=Kumoa viimeisin valinta >> nth=0")
            assert "Kukaan ei ole vielä ottanut tätä" in await page.inner_text("main")
        assert sight.complaints == []
    incident = sight.stage.store.incident("inc-storm")
    assert incident is not None
    assert [e.what for e in sight.stage.store.audit("inc-storm")][-2:] == ["acknowledge", "undo"]


async def test_the_first_screen_of_a_phone_holds_what_matters(chromium: str) -> None:
    """Severity, what, how fast, who has it and the button stand above the fold."""
    async with looking(chromium) as sight:
        for language in LANGUAGES:
            async with sight.page() as page:
                await sight.show(page, f"{STORM}?lang={language}")
                for selector in (".signs .severity", "h1", ".lead", ".standing", "button.primary"):
                    box = await page.locator(selector).first.bounding_box()
                    assert box is not None
                    assert box["y"] + box["height"] <= 915, (language, selector)


async def test_buttons_and_links_are_big_enough_for_a_thumb(chromium: str) -> None:
    async with looking(chromium) as sight, sight.page() as page:
        await sight.show(page, STORM)
        for button in await page.locator("button:visible, summary:visible, .top a:visible").all():
            box = await button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44


async def test_without_javascript_nothing_is_offered_that_needs_it(chromium: str) -> None:
    async with looking(chromium) as sight, sight.page(java_script_enabled=False) as page:
        await sight.show(page, STORM)
        assert await page.locator("[data-copy]:visible, .auto:visible").count() == 0
        assert "Olemme lukeneet viestinne" in await page.input_value("#draft")


async def test_the_copy_button_copies_the_draft_exactly(chromium: str) -> None:
    async with looking(chromium) as sight, sight.page() as page:
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await sight.show(page, f"{STORM}?lang=fi")
        await page.click("text=Kopioi vastaus >> nth=0")
        await page.wait_for_selector("text=Kopioitu")
        stored = sight.stage.store.incident("inc-storm")
        assert stored is not None
        assert stored.suggestion is not None
        assert await page.evaluate("navigator.clipboard.readText()") == stored.suggestion.text


async def test_an_open_page_follows_the_incident_but_not_under_writing_hands(chromium: str) -> None:
    async with looking(chromium) as sight:
        async with sight.page() as page:
            await page.clock.install()
            await sight.show(page, f"{STORM}?lang=fi")
            await page.fill("#note", "kesken")
            change(sight.stage, State.COOLING)
            await page.clock.fast_forward(25_000)
            await page.wait_for_timeout(300)
            assert "Pahenee" in await page.inner_text(".signs")
            await page.fill("#note", "")
            await page.locator("#note").blur()
            await page.clock.fast_forward(25_000)
            await page.wait_for_selector(".signs >> text=Laantuu")
            assert await page.locator("[data-copy]:visible").count() == 1
            assert await page.evaluate("violations") == []
        assert sight.complaints == []


def change(stage: Scene, state: State) -> None:
    incident = stage.store.incident("inc-storm")
    assert incident is not None
    keep(stage, incident.model_copy(update={"state": state}))


async def test_a_page_that_lost_its_server_says_so_and_stays(chromium: str) -> None:
    async with looking(chromium) as sight, sight.page() as page:
        await page.clock.install()
        await sight.show(page, f"{STORM}?lang=fi")
        await page.context.set_offline(True)
        await page.clock.fast_forward(25_000)
        await page.wait_for_selector("text=Yhteys poikki")
        assert await page.locator("h1").inner_text() == "Revontuli-sovellus"


async def test_hostile_text_neither_runs_nor_breaks_the_layout(chromium: str) -> None:
    """Scripts, endless words, right-to-left text and piles of accents, on the narrowest screen."""
    stage = scene(empty=True)
    topic = "A" * 120 + "<script>document.title='gone'</script>"
    posts = [
        build.stored_mention(id="m1", topics=(topic,), text="W" * 5000, url="javascript:alert(1)"),
        build.stored_mention(
            id="m2", topics=(topic,), text="\u202eزبالة " * 40 + "<img src=x onerror=alert(1)>"
        ),
        build.stored_mention(id="m3", topics=(topic,), text="Z" + "\u0351" * 500, language="ar"),
    ]
    with stage.store.transaction() as tx:
        tx.add_mentions(posts)
    keep(stage, build.incident(id="inc-storm", topic=topic, suggestion=build.suggestion(text="x" * 900)))
    async with looking(chromium, stage) as sight:
        for path in PAGES.values():
            async with sight.page() as page:
                await page.set_viewport_size({"width": 320, "height": 640})
                await sight.show(page, path)
                assert await wider_than_the_window(page) <= 0
                assert await page.title() != "gone"
                assert await page.evaluate("violations") == []
                await shot(page, f"hostile-{'list' if path == '/' else 'incident'}")
        assert sight.complaints == []


async def test_a_visitor_from_a_mail_keeps_the_session(chromium: str) -> None:
    """The strict cookie does not come with a link from elsewhere; one step of our own brings it."""
    async with looking(chromium) as sight, sight.page() as page:
        await sight.show(page, "/")
        before = await session(page.context)
        await page.route(
            "https://mail.example/",
            lambda route: route.fulfill(
                content_type="text/html", body=f'<a href="{sight.address}{STORM}">page</a>'
            ),
        )
        await page.goto("https://mail.example/")
        await page.click("text=page")
        await page.wait_for_selector("h1 >> text=Revontuli-sovellus")
        assert await session(page.context) == before
        await page.click("button.primary")
        await page.wait_for_url("**?done=acknowledge")
    incident = sight.stage.store.incident("inc-storm")
    assert incident is not None
    assert incident.acknowledged_at == NOW


async def session(context: BrowserContext) -> str:
    return next(c["value"] for c in await context.cookies() if c["name"] == "palovahti_session")
