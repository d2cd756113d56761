"""Prints every escalation as it comes: python examples/read_escalations.py BROKER [STREAM]."""

import json
import sys

from kafka import KafkaConsumer  # pip install kafka-python

broker, stream = [*sys.argv[1:], "palovahti.escalations"][:2]
seen = set()
consumer = KafkaConsumer(stream, bootstrap_servers=broker, group_id="example", auto_offset_reset="earliest")
for record in consumer:
    event = json.loads(record.value)
    if event["id"] in seen:  # the same event may come twice
        continue
    seen.add(event["id"])
    escalation = event["data"]
    print(
        f"{event['time']}  {escalation['kind']}  severity {escalation['severity']}  {escalation['topic']}",
        flush=True,
    )
