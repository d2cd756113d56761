"""Facts kept in a file of their own (`organisation.facts_file`), beside those in the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import TypeAdapter, ValidationError

from agents.configuration import Document
from alerts.organisation import Fact, Organisation
from alerts.respond.fact_board import with_facts

PLACE: Final = ("organisation", "facts_file")
_FACT: Final = TypeAdapter(Fact)


def with_facts_file(document: Document, organisation: Organisation) -> Organisation:
    """The organisation with the facts of its file before its own; every mistake is noted in the document."""
    path = organisation.facts_file
    if path is None:
        return organisation
    made = (_fact(document, path, at, item) for at, item in enumerate(_items(document, path)))
    return with_facts(organisation, [organisation.in_our_time(fact) for fact in made if fact is not None])


def _items(document: Document, path: Path) -> list[Any]:
    """The list in the file, as it stands or under `facts`."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = getattr(error, "strerror", None) or "not YAML in UTF-8"
        document.mistake(PLACE, f"{path} cannot be read ({reason}); create or mend it, or remove the setting")
        return []
    if isinstance(content, dict):
        content = content.get("facts")
    if content is not None and not isinstance(content, list):
        document.mistake(PLACE, f"{path} must hold a list of facts, each with a statement and confirmed_by")
        return []
    return content or []


def _fact(document: Document, path: Path, at: int, item: Any) -> Fact | None:
    try:
        return _FACT.validate_python(item)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            where = ".".join(str(step) for step in one["loc"])
            document.mistake(PLACE, f"{path}: [{at}].{where}: {one['msg']}")
        return None
