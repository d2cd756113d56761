"""Small bars of text for series of counts."""

from __future__ import annotations

from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"
NOTHING = "·"
MOST = 60


def sparks(counts: Sequence[float], most: int = MOST) -> str:
    """One bar a count, of the last `most`; a dot for none, the full bar for the highest.

    >>> sparks([0, 1, 2, 4])
    '·▂▄█'
    """
    shown = list(counts)[-most:]
    top = max(shown, default=0)
    return "".join(_bar(count, top) for count in shown)


def _bar(count: float, top: float) -> str:
    if count <= 0:
        return NOTHING
    return BARS[max(0, -(-int(count * len(BARS) * 1000) // int(top * 1000)) - 1)]
