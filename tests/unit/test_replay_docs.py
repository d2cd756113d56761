"""docs/cli.md tells of every option of run, demo, replay and series, and of every type of record."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from agents.cli.app import build
from agents.replay import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
COMMON = {"--config", "--json", "--help"}


def section(command: str) -> str:
    """What the page says under the command's heading."""
    return PAGE.partition(f"\n## `{command}`\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("command", ["run", "demo", "replay", "series"])
def test_every_option_is_told_and_none_that_is_not_there(command: str) -> None:
    group = typer.main.get_command(build([command]))
    options = {
        name
        for parameter in group.commands[command].params  # type: ignore[attr-defined]
        for name in parameter.opts
        if name.startswith("--")
    } - COMMON
    assert set(re.findall(r"--[a-z][a-z-]+", section(command))) - COMMON == options


def test_every_type_of_record_is_told() -> None:
    assert all(f"| `{kind}` |" in section("replay") for kind in {*KINDS.values(), "page"})


def test_the_names_of_a_row_are_told() -> None:
    assert '{"timestamp", "value", "score", "threshold", "page"}' in section("series")
