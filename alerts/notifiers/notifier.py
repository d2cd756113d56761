"""The Notifier protocol: one receiver a file, a pure `render` plus a thin send. No retry here."""

from __future__ import annotations

from typing import Protocol

from alerts.incidents import Notice


class Notifier(Protocol):
    """Somebody, or some system, that gets notices."""

    name: str

    async def send(self, notice: Notice) -> None:
        """Deliver one notice, or raise `DeliveryFailed` (permanent or not, with retry_after)."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...
