"""Asks the endpoint once. Bounded in time and size; whatever it answers, nothing but text comes back."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

import httpx

from alerts.drafting.prompt import Message
from alerts.drafting.settings import DraftingSettings
from alerts.notifiers.addresses import Resolve, resolve, target_of
from streams.errors import DeliveryFailed, PalovahtiError

MOST_BYTES: Final = 64 * 1024


class NoDraft(PalovahtiError):
    """The endpoint gave nothing usable; the message is one word of ours, never what it said."""


class Model:
    """The model behind the endpoint of the settings."""

    def __init__(
        self, settings: DraftingSettings, client: httpx.AsyncClient, lookup: Resolve = resolve
    ) -> None:
        self._settings = settings
        self._client = client
        self._lookup = lookup

    async def ask(self, messages: list[Message]) -> str:
        """The text that the model answers; NoDraft says in a word why there is none."""
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                return _text_of(await self._post(messages))
        except TimeoutError:
            raise NoDraft("timeout") from None
        except DeliveryFailed:
            raise NoDraft("address") from None
        except httpx.HTTPError as error:
            raise NoDraft(type(error).__name__) from None

    async def _post(self, messages: list[Message]) -> bytes:
        settings = self._settings
        target = await target_of(settings.endpoint, self._lookup, allow_private=settings.allow_private)
        headers = {"User-Agent": "Palovahti", "Accept-Encoding": "identity", **target.headers}
        if settings.key is not None:
            headers["Authorization"] = f"Bearer {settings.key.get_secret_value()}"
        asked = {
            "model": settings.model,
            "messages": messages,
            "max_tokens": settings.answer_tokens,
            "temperature": 0.3,
            "stream": False,
        }
        async with self._client.stream(
            "POST",
            target.url,
            json=asked,
            headers=headers,
            follow_redirects=False,
            timeout=settings.timeout_seconds,
            extensions=target.extensions,
        ) as answer:
            if answer.status_code != 200:
                raise NoDraft(f"status {answer.status_code}")
            return await _bounded(answer)


async def _bounded(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for part in answer.aiter_raw():
        body += part
        if len(body) > MOST_BYTES:
            raise NoDraft("too large")
    return bytes(body)


def _text_of(body: bytes) -> str:
    """The first choice's content; any other shape is no draft."""
    try:
        told: Any = json.loads(body)
        text = told["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise NoDraft("not understood") from None
    if not isinstance(text, str):
        raise NoDraft("not understood")
    return text
