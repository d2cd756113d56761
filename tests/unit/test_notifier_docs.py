"""What docs/receivers.md shows is what happens."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from rich.console import Console

from alerts.notifiers import console, pagerduty, webhook
from alerts.notifiers.event import EventType
from alerts.notifiers.settings import ReceiverSettings
from alerts.notifiers.signature import signed_headers, signing_key
from streams.clock import SystemClock
from tests.build import incident, notice, suggestion

PAGE = (Path(__file__).parents[2] / "docs/receivers.md").read_text(encoding="utf-8")
SHOWN = notice(incident=incident(suggestion=suggestion()))
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
ENVIRONMENT = {"HOOK_URL": "https://hooks.example/in", "HOOK_SECRET": SECRET, "PAGERDUTY_KEY": "k" * 32}
SETTINGS: dict[str, type[ReceiverSettings]] = {
    "console": console.ConsoleSettings,
    "webhook": webhook.WebhookSettings,
    "pagerduty": pagerduty.PagerDutySettings,
}


def blocks(language: str, section: str) -> list[str]:
    """The code blocks of a language in the section of a receiver."""
    text = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def within(shown: Any, sent: Any, where: str) -> None:
    """All that is shown is sent; what is sent beyond it was added after the example was written."""
    if not isinstance(shown, dict):
        assert shown == sent, where
        return
    for key, value in shown.items():
        within(value, sent[key], f"{where}.{key}")


@pytest.mark.parametrize("kind", SETTINGS)
def test_every_setting_of_a_receiver_is_shown_and_the_example_is_valid(kind: str) -> None:
    (example,) = blocks("yaml", kind)
    given: dict[str, Any] = {
        key: ENVIRONMENT[value["env"]] if isinstance(value, dict) else value
        for key, value in yaml.safe_load(example).items()
    }
    assert SETTINGS[kind].model_validate(given)
    assert given.keys() == SETTINGS[kind].model_fields.keys()


def test_the_console_page_looks_as_shown() -> None:
    out = io.StringIO()
    Console(file=out, width=80, color_system=None).print(console.render(SHOWN))
    assert blocks("text", "console") == [out.getvalue()]


def test_the_webhook_body_is_as_shown() -> None:
    (example,) = blocks("json", "webhook")
    within(json.loads(example), json.loads(webhook.render(SHOWN, "urn:palovahti")), "event")


def test_the_shown_way_of_checking_a_signature_works() -> None:
    (code,) = blocks("python", "webhook")
    body = webhook.render(SHOWN, "urn:palovahti")
    headers = signed_headers(SHOWN.id, SystemClock().now(), body, [signing_key(SECRET)])
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {"secret": SECRET, "body": body, "headers": headers})
    assert printed.getvalue() == SHOWN.lines[0] + "\n"


def test_the_pagerduty_events_are_as_shown() -> None:
    page, end = (json.loads(example) for example in blocks("json", "pagerduty"))
    assert page == pagerduty.render(SHOWN)[0]
    assert (end,) == pagerduty.render(notice(kind="resolved", reason="resolved"))


def test_every_event_type_is_explained() -> None:
    assert set(re.findall(r"^\| `(palovahti\.\S+)`", PAGE, re.MULTILINE)) == set(get_args(EventType))
