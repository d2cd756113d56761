"""What the alert stage knows of the feeds, which other workers read: what those told last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from agents.stages.records import FeedState
from alerts.page.state import FRESH, DataState

SILENT: Final = timedelta(minutes=1)  # six reports missed: its worker is gone, and nobody reads it yet


class FeedsSeen:
    """The last report of each feed. `names`: those that are configured, told of or not."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._told: dict[str, FeedState] = {}

    def hear(self, told: Sequence[FeedState]) -> None:
        """Take reports in; older ones than those that are known change nothing."""
        for state in told:
            before = self._told.get(state.name)
            if before is None or state.at >= before.at:
                self._told[state.name] = state

    def data_state(self, now: datetime, accuracy: Mapping[str, float]) -> DataState | None:
        """How well we see, as one process tells it of its own feeds; None before the first report."""
        if not self._told:
            return None
        alive = [one for one in self._told.values() if one.alive and one.at > (now - SILENT).timestamp()]
        lags = [one.lag_seconds for one in alive if one.lag_seconds is not None]
        ends = [end for one in self._told.values() for end in one.gaps]
        return DataState(
            feeds_alive=len(alive),
            feeds_total=len({*self._names, *self._told}),
            lag_seconds=max(lags, default=None),
            gaps=sum(end > (now - FRESH).timestamp() for end in ends),
            accuracy=dict(accuracy),
        )
