"""The situations that we tell apart, the most serious first."""

from __future__ import annotations

from typing import Final

from streams.errors import BadRecord

# Weight of a mention that hits the situation: words of a narrow matter (a breach, an injury) say more than
# words that fit half of all complaints. Ties go to the earlier line.
WEIGHTS: Final[dict[str, float]] = {
    "injury": 1.6,
    "staff_harassment": 1.6,
    "data_breach": 1.6,
    "recall": 1.5,
    "employee_misconduct": 1.1,
    "rumour": 1.3,
    "moral_outrage": 0.9,
    "outage": 1.1,
    "product_fault": 1.1,
    "service_failure": 1.0,
    "praise": 1.0,
}
UNCLEAR: Final = "unclear"
SITUATIONS: Final[tuple[str, ...]] = (*WEIGHTS, UNCLEAR)


def known_situation(name: str) -> str:
    """`name`, or a `BadRecord` that lists what there is."""
    if name not in SITUATIONS:
        raise BadRecord("unknown_situation", f"{name[:40]!r} is none of {', '.join(SITUATIONS)}")
    return name
