"""Text of strangers, made safe for a terminal and for one line."""

from __future__ import annotations

from streams.plain_text import cleaned


def plain(text: str, limit: int = 2000) -> str:
    """`text` as one line without control characters, direction tricks and lone surrogates, cut at `limit`.

    Unlike `alerts.neutral.plain` it keeps brackets and the like: a terminal shows them as they are.

    >>> plain("calm\\x1b[31m red\\u202e\\nnext")
    'calm[31m red next'
    """
    line = " ".join(cleaned(text[: limit * 4])[0].split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
