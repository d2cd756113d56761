"""JSON Schemas of what crosses our borders, made from the records: `python -m alerts.schemas [FOLDER]`.

`docs/schemas/` holds the result; a test demands that it is up to date.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode

from alerts.events import EscalationEvent, IncidentEvent
from alerts.incidents import Incident, Notice
from alerts.notifiers.event import OURS, NoticeEvent
from alerts.respond.rules import ReplyContext, Report
from streams.records import Escalation, HumanAction, Mention, Pulse

FOLDER: Final = Path(__file__).parents[1] / "docs" / "schemas"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

RECORDS: Final[dict[str, tuple[type[BaseModel], JsonSchemaMode]]] = {
    "mention": (Mention, "validation"),  # others write it: what we accept
    "human_action": (HumanAction, "validation"),
    "escalation": (Escalation, "serialization"),  # we write it: what we promise
    "incident": (Incident, "serialization"),
    "pulse": (Pulse, "serialization"),
    "notice": (Notice, "serialization"),
    "event": (NoticeEvent, "serialization"),
    "escalation_event": (EscalationEvent, "serialization"),
    "incident_event": (IncidentEvent, "serialization"),
    "reply_context": (ReplyContext, "validation"),
    "reply_report": (Report, "serialization"),
}
"""By name, each with whether its schema says what is taken in or what is given out."""


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of the record `name`; notices and events as receivers see them."""
    model, mode = RECORDS[name]
    made = model.model_json_schema(mode=mode)
    if name in ("notice", "event", "incident_event"):
        made = _as_received(made)
    if mode == "serialization":
        made = _open(made)
    return {"$schema": DIALECT, "$id": f"urn:palovahti:schema:{name}:1", **made}


def write(folder: Path) -> None:
    """Write every schema to `folder`, one file a record."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in RECORDS:
        (folder / f"{name}.json").write_text(text(name), encoding="utf-8")


def text(name: str) -> str:
    """The file of the record `name`."""
    return json.dumps(schema(name), ensure_ascii=False, indent=2) + "\n"


def _as_received(made: dict[str, Any]) -> dict[str, Any]:
    """Without the fields of an incident that are not sent, and without definitions that only they need."""
    parts: dict[str, Any] = dict(made["$defs"])
    parts.pop("BeforeAction")
    incident = dict(parts["Incident"])
    incident["properties"] = {key: part for key, part in incident["properties"].items() if key not in OURS}
    incident["required"] = [key for key in incident["required"] if key not in OURS]
    return {**made, "$defs": {**parts, "Incident": incident}}


def _open(made: Any) -> Any:
    """Without the ban on other fields: a later version may send more, and receivers must not mind."""
    if isinstance(made, dict):
        return {
            key: _open(part) for key, part in made.items() if (key, part) != ("additionalProperties", False)
        }
    return [_open(part) for part in made] if isinstance(made, list) else made


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
