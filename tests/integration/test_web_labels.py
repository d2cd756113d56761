"""On an incident's page people say how negative a post really is."""

from __future__ import annotations

import re

import pytest

from tests.browser.scene import Scene, scene
from tests.browser.visitor import Visitor, visiting

STORM = "/incidents/inc-storm"
SHOWN = re.compile(r'name="mention" value="([^"]+)"')


async def say(visitor: Visitor, **fields: str) -> int:
    hidden = await visitor.form(STORM)
    return (await visitor.post(f"{STORM}/labels", {**hidden, **fields})).status


def labels(stage: Scene) -> list[str]:
    return [one.label for one in stage.store.labelled()]


async def test_a_label_is_kept_and_shown_and_the_last_one_counts() -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        post = SHOWN.findall(await visitor.text(STORM))[0]
        assert await say(visitor, mention=post, label="neg") == 303
        assert await say(visitor, mention=post, label="neu") == 303
        page = await visitor.text(f"{STORM}?lang=en")
    assert labels(stage) == ["neu"]
    assert "You said: Neutral" in page
    assert page.count('aria-pressed="true"') == 1


async def test_every_post_that_is_shown_can_be_labelled_but_no_deleted_one() -> None:
    async with visiting(scene()) as visitor:
        page = await visitor.text(STORM)
    assert len(SHOWN.findall(page)) == page.count('class="post-text"') > 0


@pytest.mark.parametrize("fields", [{"label": "awful"}, {"mention": ""}, {"form_token": "forged"}])
async def test_other_labels_and_forged_forms_keep_nothing(fields: dict[str, str]) -> None:
    stage = scene()
    async with visiting(stage) as visitor:
        post = SHOWN.findall(await visitor.text(STORM))[0]
        assert await say(visitor, **{"mention": post, "label": "neg", **fields}) in (400, 403)
    assert labels(stage) == []
