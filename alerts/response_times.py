"""How soon the first public answer is due: by situation, and by the size of the community.

The table is the crisis literature in short: within the hour, and within a quarter or half of one where
people may come to harm (Coombs: quick, accurate, consistent; status pages: acknowledge early). A large
community sees more in the same time, a small one forgives more where nobody is in danger. Every figure may
be set otherwise.
"""

from __future__ import annotations

from typing import Final, Literal

from alerts.respond.situations import SITUATIONS

CommunitySize = Literal["small", "medium", "large"]

SMALL_BELOW: Final = 5_000
LARGE_FROM: Final = 100_000

# fmt: off
MINUTES: Final[dict[str, tuple[int, int, int]]] = {
    #                      small  medium  large
    "injury":              (30,    30,     15),
    "recall":              (30,    30,     15),
    "outage":              (30,    30,     15),
    "staff_harassment":    (30,    30,     15),  # moderation is immediate, and a matter of its own
    "data_breach":         (60,    60,     60),
    "employee_misconduct": (120,   120,    60),
    "product_fault":       (120,   60,     60),
    "service_failure":     (120,   60,     60),
    "rumour":              (120,   60,     60),
    "moral_outrage":       (60,    60,     60),  # that we heard it; the statement comes later
    "unclear":             (120,   60,     60),
    "praise":              (1440,  1440,   1440),
}
# fmt: on
"""Minutes until the first public answer, by situation, for a small, medium and large community."""

DEFAULT_SITUATION: Final = "unclear"


def size_of(community: int | None) -> CommunitySize:
    """How large a community of so many followers or members is; not known counts as medium.

    >>> size_of(800), size_of(None), size_of(250_000)
    ('small', 'medium', 'large')
    """
    if community is None:
        return "medium"
    if community < SMALL_BELOW:
        return "small"
    return "large" if community >= LARGE_FROM else "medium"


def usual_minutes(situation: str | None, community: int | None) -> int:
    """Minutes of the table; a situation that it does not know counts as unclear.

    >>> usual_minutes("outage", 250_000), usual_minutes("outage", None), usual_minutes(None, None)
    (15, 30, 60)
    """
    column = ("small", "medium", "large").index(size_of(community))
    return MINUTES.get(situation or DEFAULT_SITUATION, MINUTES[DEFAULT_SITUATION])[column]


def check_situations(names: dict[str, int]) -> dict[str, int]:
    """The same mapping, or a ValueError that names the situations there are."""
    strange = [name for name in names if name not in SITUATIONS]
    if strange:
        raise ValueError(f"unknown situation {strange[0]!r}: there are {', '.join(SITUATIONS)}")
    wrong = [name for name, minutes in names.items() if not 1 <= minutes <= 10_080]
    if wrong:
        raise ValueError(f"{wrong[0]}: {names[wrong[0]]} minutes; write 1 to 10080 (a week)")
    return names
