"""How many people a public answer needs."""

from __future__ import annotations

from typing import Final

TWO_PEOPLE: Final = 5
"""From this severity on, another than the author approves."""
