"""What every thinking part looks like: state and a batch in, effects out, time with the items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", covariant=True)


class Stage(Protocol[In_contra, Out_co]):
    """A deterministic step. It never waits, logs, sends or reads a clock.

    The outputs for a sequence of items do not depend on how the sequence is cut into batches.
    """

    def step(self, batch: Sequence[In_contra]) -> Sequence[Out_co]:
        """Take a batch into the state and return what follows from it."""
        ...
