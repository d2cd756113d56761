"""`readiness`: what is missing before the storm, as a score with remedies."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from agents.cli.exits import Exit
from agents.cli.history import opened
from agents.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile, settings_of
from agents.cli.screen import out, say_json
from agents.settings import Settings
from alerts.languages import Language
from alerts.organisation import Organisation
from alerts.readiness.checks import CheckResult, Preparation, Readiness, assess
from alerts.respond.fact_board import with_board
from alerts.respond.faq import load_faq
from alerts.respond.playbook_files import load_playbooks
from alerts.respond.situations import SITUATIONS
from alerts.store.store import Store
from alerts.texts import Words
from streams.clock import SystemClock

_say: Final = Words("alerts.readiness", "texts.yaml")
WIDTH: Final = 20
COLOURS: Final = {"ready": "green", "partial": "yellow", "missing": "red"}
PAGER_TESTS: Final = "pager_test"


def readiness(
    config: ConfigFile = DEFAULT_CONFIG,
    say_in: Annotated[Language | None, typer.Option(help="Language; else the organisation's.")] = None,
    at_least: Annotated[int, typer.Option(min=0, max=100, help="Exit code 1 where the score is lower.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Say what is missing before the storm: owner, roster, tested pager, facts, FAQ, playbooks, drills ..."""
    settings = settings_of(config)
    found = assess(preparation(settings, SystemClock().now()))
    language = say_in or settings.organisation.language
    if as_json:
        say_json(_for_machines(found, language))
    else:
        _picture(found, language)
    raise typer.Exit(Exit.FOUND if found.score < at_least else Exit.DONE)


def preparation(settings: Settings, now: datetime) -> Preparation:
    """What the settings and the store, where there is one, tell of how prepared we are."""
    exists = settings.store.url is not None or settings.store.path.is_file()
    with opened(settings) if exists else nullcontext() as store:
        us = with_board(settings.organisation, store) if store else settings.organisation
        drills = store.entries("drill", limit=1) if store else []
        tests = _pager_tests(store) if store else {}
    misses = drills[0].body.get("misses") if drills else None
    return Preparation(
        organisation=us,
        languages=settings.languages,
        receivers={each.name: each.type for each in settings.receivers},
        now=now,
        pager_tests=tests,
        last_drill=drills[0].at if drills else None,
        drill_misses=len(misses) if isinstance(misses, list) else 0,
        faq=load_faq(us.faq).entries,
        playbooks=frozenset(load_playbooks(us.playbooks, us.tone.address)),
        own_playbooks=_own_playbooks(us),
    )


def _pager_tests(store: Store) -> dict[str, datetime]:
    """When a test last reached each receiver."""
    newest_last = reversed(store.entries(PAGER_TESTS, limit=1000))
    return {entry.about: entry.at for entry in newest_last}


def _own_playbooks(us: Organisation) -> frozenset[tuple[str, str]]:
    folder = us.playbooks or Path()
    pairs = ((code, name) for code in ("fi", "sv", "en") for name in (*SITUATIONS, "common"))
    if us.playbooks is None:
        return frozenset()
    return frozenset((code, name) for code, name in pairs if (folder / code / f"{name}.yaml").is_file())


def _for_machines(found: Readiness, language: Language) -> dict[str, object]:
    record = found.model_dump(mode="json")
    for told, one in zip(record["checks"], found.checks, strict=True):
        told |= {"state": one.state, "title": _say(f"{one.name}.name", language)}
        told["remedy"] = None if one.share >= 1 else _say(f"{one.name}.remedy", language)
    return record


def _picture(found: Readiness, language: Language) -> None:
    """A bar a check, the whole above them, and the remedies below, the weightiest first."""
    screen = out()
    names = {one.name: _say(f"{one.name}.name", language) for one in found.checks}
    widest = max(map(len, names.values()))
    title = _say("title", language, score=found.score)
    colour = COLOURS["ready" if found.score == 100 else "partial" if found.score >= 50 else "missing"]
    screen.print(Text.assemble((title, "bold"), "  ", (_bar(found.score / 100, 2 * WIDTH), colour)))
    screen.print()
    for one in found.checks:
        state = _say(f"state.{one.state}", language)
        line = Text.assemble(
            f"{names[one.name]:<{widest}}  ",
            (_bar(one.share, WIDTH), COLOURS[one.state]),
            f"  {state}",
            f" ({one.about})" if one.about else "",
        )
        screen.print(line, soft_wrap=True)
    screen.print()
    for told in _remedies(found.checks, language):
        screen.print(Text(told), soft_wrap=True)


def _remedies(checks: tuple[CheckResult, ...], language: Language) -> list[str]:
    missing = sorted((one for one in checks if one.share < 1), key=lambda one: -one.weight * (1 - one.share))
    if not missing:
        return [_say("all_there", language)]
    told = [
        f"{number}. {_say(f'{one.name}.remedy', language)}" for number, one in enumerate(missing, start=1)
    ]
    return [_say("next", language), *told]


def _bar(share: float, width: int) -> str:
    full = int(share * width + 0.5) if 0 < share < 1 else int(share) * width
    return "█" * full + "░" * (width - full)
