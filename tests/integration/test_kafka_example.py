"""The example in examples/ reads what Palovahti writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from alerts.events import escalation_event
from streams.cloudevents import CONTENT_TYPE
from streams.kafka.copying import put
from streams.kafka.creating import create_streams
from streams.kafka.reading import Raw
from streams.kafka.settings import KafkaSettings
from streams.names import ESCALATIONS
from tests.build import AT, escalation

EXAMPLE = Path(__file__).parents[2] / "examples" / "read_escalations.py"


@pytest.mark.kafka
def test_the_example_prints_each_escalation_once(kafka: KafkaSettings) -> None:
    create_streams(kafka, [ESCALATIONS])
    told = [escalation(id="e1"), escalation(id="e1"), escalation(id="e2", kind="resolved")]
    headers = (("content-type", CONTENT_TYPE.encode()),)
    put(
        kafka,
        [
            Raw(ESCALATIONS.name, 0, 0, AT, each.incident.encode(), escalation_event(each, "urn:x"), headers)
            for each in told
        ],
    )
    command = [sys.executable, str(EXAMPLE), ",".join(kafka.bootstrap), ESCALATIONS.full_name(kafka.prefix)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        lines = [reader.stdout.readline() for _ in range(2)]
        reader.kill()
    assert "opened  severity" in lines[0]
    assert "resolved  severity" in lines[1]
