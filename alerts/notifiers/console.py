"""The receiver at hand: prints a page on the terminal the way a pager would show it."""

from __future__ import annotations

from typing import Final, Literal

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from alerts.incidents import Notice
from alerts.notifiers.plain import plain
from alerts.notifiers.settings import ReceiverSettings

COLOURS: Final = {1: "cyan", 2: "yellow", 3: "dark_orange", 4: "red", 5: "bold red"}

SEVERITY_WORD: Final = {"fi": "Vakavuus", "sv": "Allvarsgrad", "en": "Severity"}
KIND_WORDS: Final = {
    "fi": {
        "page": "hälytys",
        "update": "tilanne",
        "resolved": "päättynyt",
        "acknowledged": "kuitattu",
        "test": "KOKEILU",
    },
    "sv": {
        "page": "larm",
        "update": "läge",
        "resolved": "avslutat",
        "acknowledged": "kvitterat",
        "test": "PROV",
    },
    "en": {
        "page": "page",
        "update": "update",
        "resolved": "over",
        "acknowledged": "acknowledged",
        "test": "TEST",
    },
}


class ConsoleSettings(ReceiverSettings):
    """A `type: console` receiver: standard output of the service."""

    type: Literal["console"] = "console"


class ConsoleNotifier:
    """Prints notices; in colour only where `console` is a terminal."""

    def __init__(self, settings: ConsoleSettings, console: Console) -> None:
        self.name = settings.name
        self._console = console

    async def send(self, notice: Notice) -> None:
        """Print one notice."""
        self._console.print(render(notice))

    async def close(self) -> None:
        """Nothing is held."""


def render(notice: Notice) -> Panel:
    """A panel with severity, the page's lines and the link; markup and control codes in texts are inert."""
    colour = "green" if notice.kind == "resolved" else COLOURS[notice.incident.severity]
    body = Text("\n").join(
        Text(plain(line), style="bold" if at == 0 else "") for at, line in enumerate(notice.lines)
    )
    return Panel(
        body,
        title=Text(_title(notice), style=colour),
        title_align="left",
        subtitle=Text(plain(notice.link)) if notice.link else None,
        subtitle_align="left",
        border_style=colour,
    )


def _title(notice: Notice) -> str:
    language = notice.language if notice.language in KIND_WORDS else "en"
    return f"{SEVERITY_WORD[language]} {notice.incident.severity}/5 · {KIND_WORDS[language][notice.kind]}"
