"""Options that several commands have, and the settings behind --config."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agents.settings import Settings

ConfigFile = Annotated[
    Path,
    typer.Option(
        "--config", "-c", envvar="PALOVAHTI_CONFIG", help="The configuration file.", show_default=True
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: one JSON object a line.")]
DEFAULT_CONFIG = Path("palovahti.yaml")


def settings_of(config: Path) -> Settings:
    """The settings of a file, with secrets from this process's environment."""
    from agents.settings import load_settings  # noqa: PLC0415  slow to import; --help must be quick

    return load_settings(config, os.environ)
