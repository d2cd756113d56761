"""A browser's manners without a browser: cookies kept, forms read from the page before they are posted."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from html import unescape

from aiohttp import ClientResponse, CookieJar
from aiohttp.test_utils import TestClient, TestServer

from tests.browser.scene import Scene

_FIELD = re.compile(r'name="(form_token|id)" value="([^"]*)"')


class Visitor:
    """Somebody at the page of a scene."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    async def get(self, path: str, **headers: str) -> ClientResponse:
        return await self.client.get(path, headers=_named(headers), allow_redirects=False)

    async def text(self, path: str, **headers: str) -> str:
        return unescape(await (await self.get(path, **headers)).text())

    async def post(self, path: str, fields: Mapping[str, str], **headers: str) -> ClientResponse:
        return await self.client.post(path, data=fields, headers=_named(headers), allow_redirects=False)

    async def form(self, path: str) -> dict[str, str]:
        """The hidden fields of the first form on a page."""
        return dict(reversed(_FIELD.findall(await self.text(path))))

    async def press(self, incident: str, do: str, **fields: str) -> ClientResponse:
        """Press a button on an incident's page."""
        hidden = await self.form(f"/incidents/{incident}")
        return await self.post(f"/incidents/{incident}/actions", {**hidden, "do": do, **fields})


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@asynccontextmanager
async def visiting(scene: Scene) -> AsyncIterator[Visitor]:
    """A visitor with an empty cookie jar."""
    jar = CookieJar(unsafe=True)
    async with TestClient(TestServer(scene.app), cookie_jar=jar) as client:
        yield Visitor(client)
