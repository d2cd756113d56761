"""Our own data files, read as YAML."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml


def bundled_yaml(*path: str) -> dict[str, Any]:
    """The content of a file of this package."""
    text = resources.files(__package__).joinpath(*path).read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content
