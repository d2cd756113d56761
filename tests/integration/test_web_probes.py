"""What machines ask: metrics, alive, ready."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from alerts.web.settings import WebSettings
from tests.browser.scene import scene
from tests.browser.visitor import visiting

TOKEN = "correct-horse-battery-staple"


async def test_metrics_are_the_registrys() -> None:
    async with visiting(scene()) as visitor:
        answer = await visitor.get("/metrics")
        families = {family.name for family in text_string_to_metric_families(await answer.text())}
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert "palovahti_things" in families


async def test_openmetrics_is_given_to_who_asks_for_it() -> None:
    async with visiting(scene()) as visitor:
        answer = await visitor.get("/metrics", Accept="application/openmetrics-text; version=1.0.0")
        assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
        assert (await answer.text()).endswith("# EOF\n")


async def test_alive_is_alive_also_when_not_ready() -> None:
    stage = scene()
    stage.facts["ready"] = False
    async with visiting(stage) as visitor:
        assert (await visitor.get("/livez")).status == 200
        answer = await visitor.get("/readyz")
        assert (answer.status, (await answer.json())["ready"]) == (503, False)


@pytest.mark.parametrize(
    ("header", "told"),
    [({}, False), ({"Authorization": "Bearer wrong"}, False), ({"Authorization": f"Bearer {TOKEN}"}, True)],
)
async def test_the_facts_behind_readiness_are_for_those_with_the_token(
    header: dict[str, str], told: bool
) -> None:
    async with visiting(scene(WebSettings(token=SecretStr(TOKEN)))) as visitor:
        body = await (await visitor.get("/readyz", **header)).json()
    assert body["ready"] is True
    assert ("data" in body) is told


async def test_without_a_token_the_facts_are_shown() -> None:
    async with visiting(scene()) as visitor:
        body = await (await visitor.get("/readyz")).json()
    assert body["data"]["feeds_alive"] == 3
