"""A request that is not done: one word for what is wrong; the words for people stand in the catalog."""

from __future__ import annotations

from streams.errors import PalovahtiError


class Refusal(PalovahtiError):
    """The request is turned down and nothing was changed.

    `code` is a key under `error.` of the page's texts; `places` fill the remedy's places.
    """

    def __init__(self, status: int, code: str, **places: object) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.places = places
