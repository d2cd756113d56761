"""What machines ask of a worker that has no page: whether it lives, is ready, and its metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from streams.errors import BadConfiguration

Health = Callable[[], Mapping[str, object]]


def probes(registry: CollectorRegistry, health: Health) -> web.Application:
    """Three addresses and nothing else: /livez, /readyz, /metrics."""

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def ready(_: web.Request) -> web.Response:
        is_ready = bool(health().get("ready"))
        return web.json_response({"ready": is_ready}, status=200 if is_ready else 503)

    async def metrics(request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(registry), headers={"Content-Type": content_type})

    app = web.Application()
    app.add_routes([web.get("/livez", live), web.get("/readyz", ready), web.get("/metrics", metrics)])
    return app


async def listen(app: web.Application, host: str, port: int) -> web.AppRunner:
    """Listen there; the caller ends it with `cleanup()`.

    `BadConfiguration` when the address cannot be had.
    """
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise BadConfiguration(
            [f"web: cannot listen on {host}:{port} ({error.strerror}); give this worker a --port of its own"]
        ) from None
    return runner
