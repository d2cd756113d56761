"""What commands print: text with colour on a terminal for people, one JSON object a line for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from rich.console import Console
from rich.text import Text


def out() -> Console:
    """Standard output; texts of strangers go through it as `Text`, so that no markup in them acts."""
    return Console(highlight=False, markup=False, emoji=False)


def err() -> Console:
    """Standard error: progress, warnings, errors."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def say_json(record: Mapping[str, object]) -> None:
    """One object on one line of standard output, lone surrogates escaped."""
    text = json.dumps(record, ensure_ascii=False, separators=(", ", ": "))
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(record, separators=(", ", ": "))
    sys.stdout.buffer.write(text.encode() + b"\n")


def complain(text: str) -> None:
    """One line of error, in red on a terminal."""
    err().print(Text(text, style="red" if sys.stderr.isatty() else ""))
