"""Plays the demo once and renews what the documentation shows of it.

    .venv/bin/python docs/images/renew.py

The page in README.md, docs/images/detection.svg, and docs/images/incident.png (for which Chromium is needed).
Run it after a change of the watch, the page or the demo.
"""

from __future__ import annotations

import asyncio
import io
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web
from detection import picture
from playwright.async_api import async_playwright
from rich.console import Console

from agents.demo.show import Show
from agents.runtimes.embedded import address
from alerts.incidents import Notice
from alerts.notifiers.console import render
from alerts.page import page_lines
from alerts.web.app import create_app, serve
from alerts.web.settings import WebSettings
from streams.records import Escalation, Pulse

HERE = Path(__file__).parent
README = HERE.parents[1] / "README.md"
SHOWN = re.compile(r"(?<=```text\n)╭.*?╯\n(?=```)", re.DOTALL)
TOPIC = "Luotojuna"
WIDTH = 94
WINDOW = {"width": 1120, "height": 880}


def panel(show: Show, notice: Notice) -> str:
    """A page as the console shows it to a reader of English."""
    organisation = show.settings.organisation
    lines = page_lines(notice.incident, organisation, "en", notice.at, show.data_state())
    told = notice.model_copy(update={"language": "en", "lines": lines})
    console = Console(file=io.StringIO(), width=WIDTH, no_color=True)
    with console.capture() as captured:
        console.print(render(told))
    return captured.get()


async def photograph(show: Show, incident: str, target: Path) -> None:
    """An incident's page as a browser on a desk shows it."""
    page = await serve(app(show))
    try:
        async with async_playwright() as playwright:
            program = shutil.which("chromium")
            browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            context = await browser.new_context(locale="en-GB", viewport=WINDOW)  # type: ignore[arg-type]
            tab = await context.new_page()
            await tab.goto(f"{address(page).rstrip('/')}/incidents/{incident}")
            await tab.screenshot(path=target)
            await browser.close()
    finally:
        await page.cleanup()


def app(show: Show) -> web.Application:
    """The web page at the time of the recording."""

    def health() -> Mapping[str, object]:
        return {"ready": True, "data": show.data_state()}

    organisation, desk = show.settings.organisation, show.station.desk
    settings = WebSettings(port=0)
    return create_app(show.store, desk, organisation, settings, show.clock, show.registry, health, show.clock)


async def main() -> None:
    """Play, and write what came of it."""
    show = Show()
    found: list[Escalation | Pulse] = []
    told = 0
    for _, outcome in show.steps():
        found += [*outcome.pulses, *outcome.escalations]
        for notice in outcome.notices:
            if notice.kind != "page" or notice.incident.topic != TOPIC:
                continue
            told += 1
            if told == 1:
                text = README.read_text(encoding="utf-8")
                README.write_text(SHOWN.sub(panel(show, notice), text), encoding="utf-8")
            if told == 2:
                await photograph(show, notice.incident.id, HERE / "incident.png")
    (HERE / "detection.svg").write_text(picture(found), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
