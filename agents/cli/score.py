"""`score`: how negative texts are, as a filter between other programs.

Input is decided by its first line that is not empty: a JSON object with a string `text` makes it JSON lines,
anything else makes every line a text as it stands. In JSON lines, a line that is no such object is scored as
the text it is, and counted on standard error. Empty lines are texts, so that answers keep the order and the
number of the lines. Bytes that are not UTF-8 become U+FFFD.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, NamedTuple

import typer

from agents.cli.options import AsJson, settings_of
from agents.cli.screen import complain, out, say_json

if TYPE_CHECKING:
    from agents.sentiment.language import LanguageGuesser
    from agents.sentiment.scorer import Scorer

_CHUNK_BYTES = 1 << 18
_SHOWN = 100


class Line(NamedTuple):
    """One text of the input. `language` is None where the input does not say."""

    text: str
    language: str | None = None
    is_odd: bool = False


def score(
    as_json: AsJson = False,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Take model and languages from this configuration.")
    ] = None,
) -> None:
    """Read texts, one a line, or JSON lines with `text` and perhaps `language`; say how negative each is.

    --json gives one object a line, in order: negativity (0-1), label (neg, neu, pos), language (fi, sv, ...).
    """
    scorer, guesser = _judges(config)
    odd = 0
    for lines in batches(sys.stdin.buffer):
        odd += sum(line.is_odd for line in lines)
        _answer(lines, scorer, guesser, as_json=as_json)
        sys.stdout.flush()
    if odd:
        complain(f"score: {odd} lines were no JSON object with a string text; they were scored as they stand")


def batches(stream: BinaryIO) -> Iterator[list[Line]]:
    """The input's lines as they arrive; each batch is what could be read without waiting for more."""
    rest, as_objects = b"", None
    while chunk := _read(stream):
        *whole, rest = (rest + chunk).split(b"\n")
        if as_objects is None:
            as_objects = _holds_objects(whole)
        if whole:
            yield [_line(raw, as_objects=bool(as_objects)) for raw in whole]
    if rest:
        yield [_line(rest, as_objects=bool(_holds_objects([rest]) if as_objects is None else as_objects))]


def _read(stream: BinaryIO) -> bytes:
    some: bytes = getattr(stream, "read1", stream.read)(_CHUNK_BYTES)
    return some


def _holds_objects(lines: Sequence[bytes]) -> bool | None:
    """Whether the first line that is not empty is a JSON object with a text; None when all are empty."""
    first = next((line for line in lines if line.strip()), None)
    return None if first is None else not _line(first, as_objects=True).is_odd


def _line(raw: bytes, *, as_objects: bool) -> Line:
    text = raw.removesuffix(b"\r").decode("utf-8", "replace")
    if not as_objects or not text.strip():
        return Line(text)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return Line(text, is_odd=True)
    if not isinstance(found, dict) or not isinstance(found.get("text"), str):
        return Line(text, is_odd=True)
    language = found.get("language")
    return Line(found["text"], language if isinstance(language, str) and language else None)


def _judges(config: Path | None) -> tuple[Scorer, LanguageGuesser]:
    from agents.sentiment.language import LanguageGuesser  # noqa: PLC0415  slow to import
    from agents.sentiment.loading import load_scorer  # noqa: PLC0415  slow to import

    if config is None:
        return load_scorer(), LanguageGuesser(("fi", "sv", "en"))
    settings = settings_of(config)
    return load_scorer(settings.sentiment), LanguageGuesser(settings.languages)


def _answer(lines: Sequence[Line], scorer: Scorer, guesser: LanguageGuesser, *, as_json: bool) -> None:
    texts = [line.text for line in lines]
    unsaid = [line.text for line in lines if line.language is None]
    guessed = iter(guesser.guess(unsaid))
    languages = [line.language or next(guessed) for line in lines]
    negativity = scorer.negativity(texts, languages).tolist()
    labels = scorer.labels(texts, languages)
    for text, chance, label, language in zip(texts, negativity, labels, languages, strict=True):
        if as_json:
            say_json({"negativity": round(chance, 4), "label": label, "language": language})
        else:
            _say(text, chance, label, language)


def _say(text: str, chance: float, label: str, language: str) -> None:
    from alerts.notifiers.plain import plain  # noqa: PLC0415  slow to import

    out().print(f"{chance:.2f}  {label}  {language}  {plain(text, _SHOWN)}", soft_wrap=True)
