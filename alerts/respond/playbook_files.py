"""Playbooks: what to say in a situation, written by communicators in YAML, one file a language and situation.

`playbooks/<language>/<situation>.yaml`, with what all situations share in `common.yaml` beside them. An
organisation's own folder has the same shape; each file there replaces the bundled one of its name.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from alerts.organisation import LANGUAGES
from alerts.respond.bundled import bundled_yaml
from alerts.respond.playbook import PLACEHOLDER, Piece, Playbook
from alerts.respond.rules import forbidden
from alerts.respond.situations import SITUATIONS
from alerts.tone import Address
from streams.errors import BadConfiguration

COMMON: Final = "common"

Playbooks = dict[tuple[str, str], Playbook]
"""By language and situation; all 36 are there."""


def load_playbooks(folder: Path | None = None, address: Address | None = None) -> Playbooks:
    """The bundled playbooks, each replaced by the file of its name in `folder` where there is one.

    `address` informal: the bundled ones say sinä and du; own ones stay as they are written.

    Raises BadConfiguration with every mistake: file, key, why and remedy.
    """
    mistakes: list[str] = []
    if folder is not None:
        mistakes += _strangers(folder)
    books: Playbooks = {}
    for language in LANGUAGES:
        common = _read(language, COMMON, folder, mistakes).get("slots", {})
        for situation in SITUATIONS:
            book = _playbook(language, situation, common, folder, mistakes)
            if book is not None:
                bundled = _own(language, situation, folder) is None
                books[language, situation] = _informal(book) if bundled and address == "informal" else book
    if mistakes:
        raise BadConfiguration(mistakes)
    return books


@lru_cache(maxsize=8)
def playbooks_for(folder: Path | None, address: Address | None = None) -> Playbooks:
    """As `load_playbooks`, read once a process."""
    return load_playbooks(folder, address)


def reread_playbooks(folder: Path | None) -> None:
    """Read again after an edit; after a mistake the old ones stay and BadConfiguration says why."""
    load_playbooks(folder)
    playbooks_for.cache_clear()


def _playbook(
    language: str, situation: str, common: dict[str, Any], folder: Path | None, mistakes: list[str]
) -> Playbook | None:
    before = len(mistakes)
    raw = _read(language, situation, folder, mistakes)
    if len(mistakes) > before:
        return None
    where = _where(language, situation, folder)
    own = raw.get("slots")
    slots = {**common, **own} if isinstance(own, dict) and isinstance(common, dict) else own
    try:
        book = Playbook.model_validate({**raw, "slots": slots})
    except ValidationError as error:
        mistakes += [f"{where}: {_key(one['loc'])}: {one['msg']}" for one in error.errors()]
        return None
    if (book.language, book.situation) != (language, situation):
        mistakes.append(f"{where}: language and situation must be those of the path: {language}, {situation}")
    if _own(language, situation, folder) or _own(language, COMMON, folder):  # ours are tested when we build
        mistakes += [f"{where}: {problem}" for problem in _spoken_mistakes(book)]
    return book


def _informal(book: Playbook) -> Playbook:
    """A bundled playbook that speaks to one reader, by the list in playbooks/informal.yaml."""
    instead = _informal_words()[book.language]
    slots = {
        name: Piece(text=_exchanged(piece.text, instead), short=_exchanged(piece.short, instead))
        for name, piece in book.slots.items()
    }
    return book.model_copy(update={"slots": slots})


def _exchanged(text: str, instead: dict[str, str]) -> str:
    for formal, informal in instead.items():
        text = text.replace(formal, informal)
    return text


@cache
def _informal_words() -> dict[str, dict[str, str]]:
    return bundled_yaml("playbooks", "informal.yaml")


def _spoken_mistakes(book: Playbook) -> list[str]:
    found = []
    for name, piece in book.slots.items():
        for text in (piece.text, piece.short):
            spoken = PLACEHOLDER.sub("", text)
            found += [f"slots.{name}: {why}" for why in forbidden(spoken, book.language, book.situation)]
    return found


def _read(language: str, name: str, folder: Path | None, mistakes: list[str]) -> dict[str, Any]:
    where = _where(language, name, folder)
    try:
        raw = yaml.safe_load(_text(language, name, folder))
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(f"{where}: cannot be read ({type(error).__name__}): check the file and its rights")
        return {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not YAML"
        mistakes.append(f"{where}{line}: {problem}; put texts with a colon in quotes")
        return {}
    if not isinstance(raw, dict):
        mistakes.append(f"{where}: must hold keys such as slots and next_steps, not {type(raw).__name__}")
        return {}
    return raw


def _text(language: str, name: str, folder: Path | None) -> str:
    own = _own(language, name, folder)
    if own is not None:
        return own.read_text(encoding="utf-8")
    bundled = resources.files(__package__).joinpath("playbooks", language, f"{name}.yaml")
    return bundled.read_text(encoding="utf-8")


def _own(language: str, name: str, folder: Path | None) -> Path | None:
    if folder is None:
        return None
    path = folder / language / f"{name}.yaml"
    return path if path.is_file() else None


def _where(language: str, name: str, folder: Path | None) -> str:
    return str(_own(language, name, folder) or f"bundled playbooks/{language}/{name}.yaml")


def _strangers(folder: Path) -> list[str]:
    """Mistakes in the folder itself: not there, or files that nothing would read."""
    if not folder.is_dir():
        return [f"organisation.playbooks: {folder} is not a folder: create it or remove the setting"]
    known = {Path(language) / f"{name}.yaml" for language in LANGUAGES for name in (*SITUATIONS, COMMON)}
    strange = [path for path in sorted(folder.rglob("*.y*ml")) if path.relative_to(folder) not in known]
    hint = f"name it <language>/<situation>.yaml with a situation of {', '.join(SITUATIONS)}"
    return [f"{path}: nothing reads this file: {hint}" for path in strange]


def _key(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) or "file"
