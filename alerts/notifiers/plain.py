"""Text of strangers, made safe for a terminal and for one line."""

from __future__ import annotations

from typing import Final

_REORDERING: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_CONTROL: Final = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029]
_GONE: Final = {**dict.fromkeys(_CONTROL, " "), **{ord(mark): None for mark in _REORDERING}}


def plain(text: str, limit: int = 2000) -> str:
    """`text` as one line without control characters, direction tricks and lone surrogates, cut at `limit`.

    >>> plain("calm\\x1b[31m red\\u202e\\nnext")
    'calm [31m red next'
    """
    line = " ".join(text[: limit * 4].translate(_GONE).encode("utf-8", "replace").decode().split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
