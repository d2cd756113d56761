"""What a run of the benchmark is told, and what its parts give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Row = dict[str, object]
Task = Callable[[], Any]  # to be sent to another process
Half = Literal["tune", "test", "all"]


@dataclass(frozen=True, slots=True)
class Setup:
    """Where the data are, which half of shapes and topics is used, days between injections."""

    data: Path
    half: Half = "test"
    every_days: float = 1.0
