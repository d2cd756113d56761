"""Text and links of strangers, made safe to show. Escaping is the template's work; this is the rest."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

# Marks that reorder or hide text: the embeddings, overrides and isolates, and the byte order mark.
_DIRECTION_MARKS = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_UNSEEN = {ord(mark): None for mark in _DIRECTION_MARKS}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_RANGE = re.compile(r"(?<=\d)–(?=\d)")
_MAX_COMBINING = 3


def clean(text: str, limit: int = 600) -> str:
    """`text` without control characters, direction tricks, lone surrogates and piles of accents, cut short.

    >>> clean("a\\u202eb\\x00c")
    'abc'
    """
    bounded = text[: limit * 4].encode("utf-8", "replace").decode("utf-8")
    plain = _CONTROL.sub("", bounded.replace("\r\n", "\n").replace("\r", "\n")).translate(_UNSEEN)
    plain = _without_stacks(plain).strip()
    return plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"


def joined(text: str) -> str:
    """`text` whose ranges of numbers, such as 13–14, are never broken over two lines."""
    return _RANGE.sub("\u2060–\u2060", text)


def web_link(url: str | None) -> str | None:
    """The link if it is a plain http or https address without credentials, else None.

    >>> web_link("javascript:alert(1)"), web_link("https://example.org/a")
    (None, 'https://example.org/a')
    """
    if not url or len(url) > 2000 or "\\" in url or any(unicodedata.category(c)[0] in "CZ" for c in url):
        return None  # control and direction marks, lone surrogates, blanks
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return None
    return url


def _without_stacks(text: str) -> str:
    """Drop combining marks beyond three in a row, which pile up over the lines above."""
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= _MAX_COMBINING:
            kept.append(char)
    return "".join(kept)
