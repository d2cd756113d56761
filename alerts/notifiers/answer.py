"""What a receiver's HTTP answer means for the next try. Pure; every HTTP notifier judges by this one table.

| answer                                   | meaning                                  |
|------------------------------------------|------------------------------------------|
| 2xx                                      | accepted                                 |
| 408, 425, 429, 5xx, no answer            | try again, not before Retry-After        |
| everything else, redirects included      | the same message will never be accepted  |
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from streams.errors import DeliveryFailed

TRY_AGAIN: Final = frozenset({408, 425, 429})


def judge(status: int, headers: Mapping[str, str], now: datetime) -> None:
    """Return when `status` means accepted; else raise `DeliveryFailed` that says whether to try again."""
    if 200 <= status < 300:
        return
    if status in TRY_AGAIN or status >= 500:
        raise DeliveryFailed(f"answer {status}", retry_after=retry_after(headers, now))
    raise DeliveryFailed(f"answer {status}", permanent=True)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait that the receiver asks for, from seconds or an HTTP date; None when it names none.

    A date is measured from the receiver's own `Date` where given, so that its clock may be wrong.

    >>> retry_after({"Retry-After": "120"}, datetime.now(UTC))
    120.0
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    until = _date(value)
    if until is None:
        return None
    return max(0.0, (until - (_date(headers.get("Date", "")) or now)).total_seconds())


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date
