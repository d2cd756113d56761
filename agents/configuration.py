"""A configuration file as plain values, each with the line it stands on, and the mistakes found in it.

Reading never stops at the first mistake: people want to see them all at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from streams.errors import BadConfiguration

Place = tuple[str | int, ...]
MAX_BYTES = 20_000_000
_MAX_DEPTH = 20
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C reads 20,000 terms in a blink


@dataclass(slots=True)
class Document:
    """What a file says. `lines` tells where each value stands; `mistakes` collects (line, text)."""

    path: Path
    values: dict[str, object] = field(default_factory=dict)
    lines: dict[Place, int] = field(default_factory=dict)
    mistakes: list[tuple[int, str]] = field(default_factory=list)
    wrong: set[Place] = field(default_factory=set)

    def known(self, place: Place) -> Place:
        """The place itself where the file has it, else the nearest one around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return place

    def is_wrong(self, place: Place) -> bool:
        """Whether a mistake was noted at this place or around it."""
        return any(place[:length] in self.wrong for length in range(1, len(place) + 1))

    def mistake(self, place: Place, text: str) -> None:
        """Note a mistake at a place; `text` says what is wrong and what to do."""
        line = self.lines.get(self.known(place), 1)
        self.wrong.add(place)
        self.mistakes.append((line, f"{self.path}:{line}: {key_text(place)}{text}"))

    def check(self) -> None:
        """Raise `BadConfiguration` with all mistakes in the file's order, if there are any."""
        if self.mistakes:
            unique = dict.fromkeys(text for _, text in sorted(self.mistakes, key=lambda each: each[0]))
            raise BadConfiguration(list(unique))


def read_document(path: Path) -> Document:
    """Read a YAML file; what is wrong with its form is among the document's mistakes.

    Raises `BadConfiguration` where there is nothing to look at: no file, no YAML, not a mapping.
    """
    text = _text(path)
    document = Document(path)
    try:
        nodes = list(yaml.compose_all(text, _LOADER))
    except yaml.YAMLError as error:
        raise BadConfiguration([_syntax_mistake(path, text, error)]) from None
    if not nodes or nodes[0] is None:
        raise BadConfiguration([f"{path}:1: the file is empty; write a new one with: palovahti init"])
    if len(nodes) > 1 or not isinstance(nodes[0], yaml.MappingNode):
        raise BadConfiguration([f"{path}:1: must hold one document of sections such as topics: and feeds:"])
    values = _Reader(document).value(nodes[0], ())
    assert isinstance(values, dict)
    document.values = values
    return document


def key_text(place: Place) -> str:
    """A place as people write it, with a colon behind.

    >>> key_text(("topics", 0, "terms", 2))
    'topics[0].terms[2]: '
    """
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return text.lstrip(".") + ": " if text else ""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    by_small = {each.lower(): each for each in known}
    near = difflib.get_close_matches(word.lower(), list(by_small), n=1, cutoff=0.6)
    return by_small[near[0]] if near else None


def unknown(word: str, known: Iterable[str], kind: str) -> str:
    """What to say about a word that is none of the known ones.

    >>> unknown("compound", ["terms", "compounds"], "key")
    'unknown key; did you mean compounds?'
    """
    known = list(known)
    near = nearest(word, known)
    return f"unknown {kind}; " + (f"did you mean {near}?" if near else f"known are: {', '.join(known)}")


def secret(reference: Mapping[str, object], base: Path, environ: Mapping[str, str]) -> str:
    """The secret behind {env: NAME} or {file: PATH}; raises ValueError with a remedy that shows no secret."""
    (kind, name), *_ = reference.items()
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"give the name of the {'variable' if kind == 'env' else 'file'}")
    if kind == "env":
        value = environ.get(name, "")
        if not value.strip():
            raise ValueError(f"the environment variable {name} is not set; set it before the start")
        return value.strip()
    path = base / Path(name).expanduser()
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ValueError(f"cannot read the secret from {path}: {reason}") from None
    if not value:
        raise ValueError(f"the file {path} is empty; put the secret into it")
    return value


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadConfiguration([f"{path}: larger than {MAX_BYTES} bytes; is it the right file?"])
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        remedy = "write one with: palovahti init, or name another with --config"
        raise BadConfiguration([f"{path}: there is no such file; {remedy}"]) from None
    except UnicodeDecodeError as error:
        raise BadConfiguration([f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8"]) from None
    except OSError as error:
        raise BadConfiguration([f"{path}: cannot be read: {error.strerror}"]) from None


def _syntax_mistake(path: Path, text: str, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else 1
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    has_tab = "\t" in "".join(text.split("\n")[line - 1 : line])
    remedy = "indent with spaces, not tabs" if has_tab else "look at indentation, quotes and colons"
    return f"{path}:{line}: {problem}; {remedy}, here and on the line before"


class _Reader:
    """Turns nodes into values and remembers their lines."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._scalars = yaml.SafeLoader("")

    def value(self, node: yaml.Node, place: Place) -> object:
        """The plain value of a node."""
        self._document.lines.setdefault(place, node.start_mark.line + 1)
        if len(place) > _MAX_DEPTH:
            self._document.mistake(place, "nested too deeply")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, at)) for at, item in enumerate(node.value)]
        return self._scalar(node, place)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, object]:
        values: dict[str, object] = {}
        for key, item in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            inner = (*place, name)
            if name in values:
                first = self._document.lines[inner]
                self._document.lines[inner] = key.start_mark.line + 1
                self._document.mistake(inner, f"given twice, first on line {first}; remove one of them")
                continue
            self._document.lines[inner] = key.start_mark.line + 1
            values[name] = self.value(item, inner)
        return values

    def _scalar(self, node: yaml.Node, place: Place) -> object:
        try:
            return self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError):
            self._document.mistake(place, f"{str(node.value)[:40]!r} cannot be read; put it in quotes")
            return None
