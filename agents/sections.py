"""One section of a configuration file as its pydantic model, every mistake with its line and remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from agents.configuration import Document, Place, secret, unknown

Model = TypeVar("Model", bound=BaseModel)
# Never printed, because it may hold a token, but it may stand in the file.
_MAY_BE_PLAIN = frozenset({"url"})


class Sections:
    """Reads models out of a document; a model with mistakes is None, the mistakes are in the document."""

    def __init__(self, document: Document, environ: Mapping[str, str]) -> None:
        self._document = document
        self._environ = environ
        self._base = document.path.parent

    def model(self, model: type[Model], value: object, place: Place) -> Model | None:
        """The model of what stands at `place`, with secrets fetched and paths made whole."""
        if not isinstance(value, dict):
            names = ", ".join(list(model.model_fields)[:3])
            self._document.mistake(place, f"must hold keys with values, such as {names}")
            return None
        before = len(self._document.mistakes)
        prepared = {name: self._prepared(model, name, given, place) for name, given in value.items()}
        spoilt = len(self._document.mistakes) > before
        try:
            made = model.model_validate(prepared)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                if details["loc"] or not spoilt:
                    self._note(model, details, place)
            return None
        return None if spoilt else made

    def one_of(self, kinds: Mapping[str, type[Model]], value: object, place: Place) -> Model | None:
        """The model of an item that names its kind by `type`."""
        kind = str(value.get("type", "")) if isinstance(value, dict) else ""
        if kind in kinds:
            return self.model(kinds[kind], value, place)
        if kind:
            self._document.mistake((*place, "type"), unknown(kind, kinds, "type"))
        else:
            self._document.mistake(place, f"type is missing; choose one of: {', '.join(kinds)}")
        return None

    def _prepared(self, model: type[BaseModel], name: str, given: object, place: Place) -> object:
        field = model.model_fields.get(name)
        if field is None or given is None:
            return given
        kinds = set(_inner_types(field.annotation))
        if SecretStr in kinds:
            return self._secret(given, (*place, name), name)
        if Path in kinds and isinstance(given, str):
            return self._base / Path(given).expanduser()
        return given

    def _secret(self, given: object, place: Place, name: str) -> object:
        if isinstance(given, list):
            return [self._secret(each, (*place, at), name) for at, each in enumerate(given)]
        try:
            if isinstance(given, dict) and list(given) in (["env"], ["file"]):
                return SecretStr(secret(given, self._base, self._environ))
            if name in _MAY_BE_PLAIN and isinstance(given, str):
                return SecretStr(_without_password(given))
            remedy = f"keep it in the environment or a file and write {name}: {{env: NAME}} or {{file: PATH}}"
            raise ValueError(f"a secret must not stand in this file; {remedy}")  # noqa: TRY301 - one place notes all
        except ValueError as error:
            self._document.mistake(place, str(error))
            return None

    def _note(self, model: type[BaseModel], details: ErrorDetails, place: Place) -> None:
        """A mistake that the model found; the first one at each place is enough."""
        where = (*place, *details["loc"])
        if details["type"] == "missing":
            self._document.mistake(where, "is missing; add it")
            return
        where = self._document.known(where)
        if not self._document.is_wrong(where):
            self._document.mistake(where, message(details, model))


def _without_password(url: str) -> str:
    """The address of a server, which may stand in the file where its password does not."""
    if url.startswith(("postgresql:", "postgres:")):
        from alerts.store.postgres.address import has_password  # noqa: PLC0415  only who uses it loads psycopg

        if has_password(url):
            raise ValueError(
                "a password must not stand in this file; keep it in the environment or a file "
                "and write password: {env: NAME} or {file: PATH} beside the address without it"
            )
    return url


def message(details: ErrorDetails, model: type[BaseModel]) -> str:
    """What is wrong and what to do, in plain words; never the value of a secret."""
    loc, kind = details["loc"], details["type"]
    owner = _owner(model, loc)
    if kind == "extra_forbidden":
        return unknown(str(loc[-1]), owner.model_fields, "key")
    if kind == "value_error":
        return str(details["ctx"]["error"])
    given = "" if _is_secret(model, loc) else _shown(details["input"])
    if kind == "string_type" and isinstance(details["input"], int | float):
        return f"must be text, but YAML reads it as {details['input']!r}; put it in quotes"
    if kind == "string_pattern_mismatch":
        return f"must have the form {details['ctx']['pattern']}{given}"
    return details["msg"].replace("Input should be", "must be").replace("Input should", "must") + given


def _shown(value: object) -> str:
    if isinstance(value, dict | list | tuple):
        return ""
    text = repr(value)
    return f"; it is {text}" if len(text) <= 60 else f"; it begins with {text[:60]}"


def _owner(model: type[BaseModel], loc: tuple[str | int, ...]) -> type[BaseModel]:
    """The model that the last step of `loc` belongs to."""
    for step in loc[:-1]:
        field = model.model_fields.get(str(step))
        inner = [kind for kind in _inner_types(field.annotation) if _is_model(kind)] if field else []
        model = inner[0] if inner else model
    return model


def _is_secret(model: type[BaseModel], loc: tuple[str | int, ...]) -> bool:
    field = model.model_fields.get(str(loc[0])) if loc else None
    return field is not None and SecretStr in set(_inner_types(field.annotation))


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _inner_types(annotation: Any) -> Iterator[Any]:
    """All types that an annotation is made of."""
    inner = get_args(annotation)
    if not inner:
        yield annotation
    for each in inner:
        yield from _inner_types(each)
