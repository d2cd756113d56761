"""Whether the store answers: said once each way in the log, always in the metrics and in /readyz."""

from __future__ import annotations

import logging

from streams.errors import StoreUnreachable
from streams.metrics import Metrics

LOG = logging.getLogger("palovahti")


class Reach:
    """What is known of the way to the store; it begins well."""

    def __init__(self, metrics: Metrics) -> None:
        self.reachable = True
        self._metrics = metrics
        metrics.store_reachable(True)

    def lost(self, error: StoreUnreachable) -> None:
        """It did not answer."""
        if self.reachable:
            LOG.error("store_unreachable", extra={"error": str(error)})
        self.reachable = False
        self._metrics.store_reachable(False)

    def found(self) -> None:
        """It answered."""
        if not self.reachable:
            LOG.info("store_reachable")
        self.reachable = True
        self._metrics.store_reachable(True)
