"""A worker with all stages on a real broker."""

from __future__ import annotations

import pytest

from agents.demo.on_kafka import KafkaShow
from agents.demo.show import Show
from alerts.incidents import Incident

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
LEFT_OUT = {
    "overdue_paged_at": True,  # hangs on when somebody looks
    "last_page_at": True,  # the same
    "evidence": {"usual_share": True},  # its prior is that of the topics in the same partition: decision 12
}


def told(incidents: list[Incident]) -> list[dict[str, object]]:
    return [incident.model_dump(mode="json", exclude=LEFT_OUT) for incident in incidents]


async def test_the_demo_through_kafka_ends_in_the_same_incidents(kafka_broker: tuple[str, ...]) -> None:
    embedded = Show()
    for _ in embedded.steps():
        pass
    through_kafka = KafkaShow(kafka_broker)
    await through_kafka.play(lambda _: None)
    assert through_kafka.differences() == []
    assert told(through_kafka.incidents()) == told(embedded.incidents())
