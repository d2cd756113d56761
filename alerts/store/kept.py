"""What every store makes of what it keeps, whatever database is behind it."""

from __future__ import annotations

import hashlib
import hmac
import math
from typing import Final

from streams.records import Pulse

MOST_FORGOTTEN: Final = 100_000
"""So many deletions are remembered whose mention has not come; the newest are kept."""

FINE_DAYS: Final = 14
"""How long every pulse is kept; later only each hour's highest score, so that a peak stays on the chart."""

HOUR: Final = 3_600_000_000
"""In microseconds."""

MEASURED: Final = tuple(name for name in Pulse.model_fields if name not in ("topic", "at"))
"""What a pulse holds after topic and time, in the order of the tables."""


def pseudonym(author: str, key: bytes) -> str:
    """The same for the same author, and of no use without the key: HMAC-SHA256, half of it."""
    return hmac.digest(key, author.encode(), "sha256")[:16].hex()


def event_digest(event_key: str) -> bytes:
    """An event key in 16 bytes, so that long keys cost no more than short ones."""
    return hashlib.blake2b(event_key.encode(), digest_size=16).digest()


def weight(negativity: float, followers: int | None) -> float:
    """What orders mentions for people: how negative, and how far it reaches.

    >>> weight(0.5, 99)
    1.5
    """
    return negativity * (1 + math.log10(1 + (followers or 0)))
