"""The console receiver: a page as a pager would show it."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from rich.console import Console

from alerts.incidents import State
from alerts.notifiers.console import COLOURS, KIND_WORDS, ConsoleNotifier, ConsoleSettings
from tests.build import incident, notice

ANSI = "\x1b["


async def printed(*, terminal: bool = False, **fields: Any) -> str:
    out = io.StringIO()
    console = Console(
        file=out, force_terminal=terminal, color_system="standard" if terminal else None, width=90
    )
    await ConsoleNotifier(ConsoleSettings(name="pääte"), console).send(notice(**fields))
    return out.getvalue()


async def test_a_page_shows_its_severity_its_five_lines_and_its_link() -> None:
    shown = await printed()
    assert "Vakavuus 3/5 · hälytys" in shown
    assert all(line in shown for line in notice().lines)
    assert "https://vahti.example/incidents/inc-1" in shown


async def test_colour_appears_only_on_a_terminal() -> None:
    assert ANSI not in await printed()
    assert ANSI in await printed(terminal=True)


async def test_texts_can_neither_steer_the_terminal_nor_fake_markup() -> None:
    hostile = (
        "\x1b[2J\x1b]0;title\x07[bold red]x[/] \u202eevil\r\nfake \x9b31m [link=file:///]y[/link] :skull:",
    )
    shown = await printed(lines=hostile, link="https://vahti.example/\x1b[31m")
    body = shown.replace("\n", "")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", body)
    assert "[bold red]x[/]" in shown
    assert ":skull:" in shown
    assert "│ [2J]0;title[bold red]x[/] evil fake 31m" in shown


async def test_lone_surrogates_do_not_stop_a_page() -> None:
    (await printed(lines=("a\ud800b",))).encode()


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("kind", ["page", "update", "resolved", "acknowledged", "test"])
async def test_every_kind_has_a_word_in_every_language(language: str, kind: str) -> None:
    shown = await printed(language=language, kind=kind, reason="changed")
    assert KIND_WORDS[language][kind] in shown


async def test_an_unknown_language_falls_back_to_english() -> None:
    assert "Severity 3/5" in await printed(language="et")


async def test_the_end_of_an_incident_is_green_whatever_its_severity() -> None:
    over = incident(severity=5, state=State.RESOLVED)
    assert "\x1b[32m" in await printed(terminal=True, kind="resolved", reason="resolved", incident=over)


def test_every_severity_has_a_colour() -> None:
    assert set(COLOURS) == {1, 2, 3, 4, 5}
