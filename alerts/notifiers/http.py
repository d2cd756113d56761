"""The one way in which HTTP notifiers post: bounded in time, no redirects, and errors without secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import httpx

from alerts.notifiers.answer import judge
from streams.errors import DeliveryFailed

TIMEOUT_SECONDS: Final = 15.0


async def post(
    client: httpx.AsyncClient,
    url: httpx.URL | str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    now: datetime,
    extensions: dict[str, Any] | None = None,
) -> None:
    """Post once; return when accepted, else raise `DeliveryFailed`.

    The answer's body is never read: it says nothing that decides, and a hostile one has no end. The error
    names the answer's number or the kind of failure, never the address, which may itself be a secret. No
    connection is kept: two receivers behind one address must not answer for each other.
    """
    try:
        async with (
            asyncio.timeout(TIMEOUT_SECONDS),
            client.stream(
                "POST",
                url,
                content=body,
                headers={"User-Agent": "Palovahti", "Connection": "close", **headers},
                follow_redirects=False,
                timeout=TIMEOUT_SECONDS,
                extensions=extensions,
            ) as answer,
        ):
            judge(answer.status_code, answer.headers, now)
    except TimeoutError:
        raise DeliveryFailed(f"no answer in {TIMEOUT_SECONDS:g} s") from None
    except httpx.HTTPError as error:
        raise DeliveryFailed(f"no answer ({type(error).__name__})") from None
