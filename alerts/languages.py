"""The languages that pages and answers are written in."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BeforeValidator

Language = Literal["fi", "sv", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)


def check_language(value: Any) -> Any:
    """`value` when it is one of our languages; else a ValueError that says which there are.

    >>> check_language("sv")
    'sv'
    """
    if value not in LANGUAGES:
        raise ValueError(
            f"unknown language {value!r}: pages and answers are written in fi, sv and en; choose one of them"
        )
    return value


OurLanguage = Annotated[Language, BeforeValidator(check_language)]
