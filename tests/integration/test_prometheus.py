"""A real Prometheus scrapes the metrics, and every query of the dashboard gets an answer."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest

from streams.clock import SystemClock
from streams.metrics import OUTCOMES, PAGE_REASONS, STEPS, Metrics
from tests.build import pulse
from tests.ports import free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD: dict[str, Any] = json.loads(
    (DEPLOY / "grafana/dashboards/palovahti.json").read_text(encoding="utf-8")
)
FEEDS, TOPICS, RECEIVERS = ("uutiset", "foorumi"), ("Posti", "S-ryhmä"), ("konsoli", "päivystys")
VALUES = {"$__rate_interval": "30s", "$__range": "1m", "$job": "palovahti", "$topic": ".+", "$feed": ".+"}

pytestmark = [pytest.mark.prometheus, pytest.mark.slow]


def expression(text: str) -> str:
    for name, value in VALUES.items():
        text = text.replace(name, value)
    assert "$" not in text, f"a variable that nobody sets: {text}"
    return text


def queries() -> Iterator[tuple[str, str]]:
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            yield f"{panel['title']} {target['refId']}", expression(target["expr"])
    for annotation in DASHBOARD["annotations"]["list"]:
        yield annotation["name"], expression(annotation["expr"])


def label_queries() -> Iterator[tuple[str, str, str]]:
    """Name, series and label of each variable that the dashboard fills from Prometheus."""
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            found = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"])
            assert found
            yield variable["name"], expression(found[1]), found[2]


async def live(metrics: Metrics) -> None:
    """An hour's work of the service, again and again."""
    clock = SystemClock()
    metrics.know(feeds=FEEDS, topics=TOPICS, receivers=RECEIVERS)
    metrics.configuration(taken=True, now=clock.now())
    while True:
        now = clock.now()
        for feed in FEEDS:
            for step in STEPS:
                metrics.mentions(step, feed, 3)
            metrics.bad(feed, "bad_time")
            metrics.arrived(feed, now - timedelta(seconds=4), now)
        for topic in TOPICS:
            metrics.pulse(pulse(topic=topic, at=now))
            metrics.unanswered(topic, 120.0)
            metrics.quality(topic, budget=1.0, false_a_month=0.5, precision=(0.8, 0.5, 0.95))
        for receiver in RECEIVERS:
            metrics.time_to_page(receiver, 42.0)
            for outcome in OUTCOMES:
                metrics.delivery(receiver, outcome)
        for reason in PAGE_REASONS:
            metrics.paged(reason)
        metrics.open_incidents({3: 1, 5: 1})
        metrics.stage("watch", 2, partitions=4)
        metrics.stream_lag("mentions", 0, 12)
        metrics.watermark(now - timedelta(seconds=60))
        await asyncio.sleep(0.2)


@asynccontextmanager
async def service(registry: CollectorRegistry) -> AsyncIterator[int]:
    """The port of a small server that shows the metrics."""

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(registry), headers={"Content-Type": "text/plain; version=0.0.4"}
        )

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def prometheus_server(program: str, folder: Path, target: int) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a Prometheus that runs our own configuration, only faster and on the target's port."""
    ours = (DEPLOY / "prometheus/prometheus.yml").read_text(encoding="utf-8")
    assert "127.0.0.1:8787" in ours
    config = ours.replace("127.0.0.1:8787", f"127.0.0.1:{target}").replace("_interval: 15s", "_interval: 1s")
    (folder / "prometheus.yml").write_text(config, encoding="utf-8")
    (folder / "rules.yml").write_bytes((DEPLOY / "prometheus/rules.yml").read_bytes())
    port = free_port()
    with (folder / "log").open("wb") as log:
        server = await asyncio.create_subprocess_exec(
            program,
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            stdout=log,
            stderr=log,
        )
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30
        ) as client:
            yield client
    finally:
        server.terminate()
        await server.wait()


async def answer(client: httpx.AsyncClient, path: str, **parameters: str) -> Any:
    """The `data` of an answer; None while the server is not up."""
    try:
        reply = await client.get(f"/api/v1/{path}", params=parameters)
    except httpx.TransportError:
        return None
    assert reply.status_code in (200, 503), reply.text
    return reply.json()["data"] if reply.status_code == 200 else None


async def scraped(client: httpx.AsyncClient, times: int) -> None:
    """Wait until the target was scraped so often."""
    for _ in range(900):
        data = await answer(client, "query", query='count_over_time(up{job="palovahti"}[5m])')
        if data and data["result"] and float(data["result"][0]["value"][1]) >= times:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("Prometheus did not scrape the metrics within three minutes")


def has_data(result: list[dict[str, Any]]) -> bool:
    return any(series["value"][1] not in ("NaN", "+Inf", "-Inf") for series in result)


async def test_every_query_of_the_dashboard_returns_data(prometheus: str, tmp_path: Path) -> None:
    registry = CollectorRegistry()
    work = asyncio.create_task(live(Metrics(registry)))
    try:
        async with service(registry) as target, prometheus_server(prometheus, tmp_path, target) as client:
            await scraped(client, 6)
            found = {name: await answer(client, "query", query=query) for name, query in queries()}
            labels = {
                name: await answer(client, f"label/{label}/values", **{"match[]": series})
                for name, series, label in label_queries()
            }
            rules = await answer(client, "rules")
    finally:
        work.cancel()
    assert len(found) > 25
    assert [name for name, data in found.items() if not has_data(data["result"])] == []
    assert labels == {"job": ["palovahti"], "topic": sorted(TOPICS), "feed": sorted(FEEDS)}
    health = {rule["name"]: rule["health"] for group in rules["groups"] for rule in group["rules"]}
    assert set(health.values()) == {"ok"}, health
