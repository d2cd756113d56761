"""Words in Finnish, Swedish and English, looked up by name in a YAML file beside the code that says them."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml

from alerts.languages import LANGUAGES


class Words:
    """The words of one file: `Words("alerts.feedback", "texts.yaml")("title", "sv", n=3)`."""

    def __init__(self, package: str, name: str) -> None:
        self._package, self._name = package, name

    def __call__(self, name: str, language: str, /, **slots: object) -> str:
        """The words under `name` ("head.title") with their slots filled; English for other languages.

        KeyError for a name that is not there.
        """
        entry: Any = self.table()
        for part in name.split("."):
            entry = entry[part]
        text = str(entry[language if language in LANGUAGES else "en"])
        return text.format(**slots) if slots else text

    def table(self) -> dict[str, Any]:
        """The whole file."""
        return _read(self._package, self._name)


@cache
def _read(package: str, name: str) -> dict[str, Any]:
    text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read
