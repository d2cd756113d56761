"""The measured state of topics over time; finely while it is fresh, then the highest of each hour."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from psycopg import Connection

from alerts.store.kept import FINE_DAYS, HOUR, MEASURED
from alerts.store.times import micros, when
from streams.records import Pulse

ADD: Final = f"""
INSERT INTO pulses (topic, at, {", ".join(MEASURED)}) VALUES (%s, %s, {", ".join(["%s"] * len(MEASURED))})
ON CONFLICT (topic, at) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in MEASURED)}
"""  # noqa: S608 the columns are the record's own; all that comes from outside is a parameter

BETWEEN: Final = f"""
SELECT topic, at, {", ".join(MEASURED)} FROM pulses WHERE topic = %s AND at >= %s AND at < %s ORDER BY at
"""  # noqa: S608 the same

THIN: Final = """
DELETE FROM pulses WHERE at >= %(start)s AND at < %(end)s AND EXISTS (
    SELECT 1 FROM pulses AS higher
    WHERE higher.topic = pulses.topic AND higher.at >= pulses.at - pulses.at %% %(hour)s
      AND higher.at < pulses.at - pulses.at %% %(hour)s + %(hour)s
      AND (higher.score > pulses.score OR (higher.score = pulses.score AND higher.at < pulses.at)))
"""


def add(db: Connection, pulses: Iterable[Pulse]) -> None:
    """Add pulses; a second one of a topic at the same time replaces the first."""
    db.cursor().executemany(ADD, [_row(pulse) for pulse in pulses])


def between(db: Connection, topic: str, start: datetime, end: datetime) -> list[Pulse]:
    """The pulses of a topic in `[start, end)`, by time."""
    return [_pulse(*row) for row in db.execute(BETWEEN, (topic, micros(start), micros(end)))]


def prune(db: Connection, now: datetime, keep_days: int) -> None:
    """Drop what is older than `keep_days`, and thin what is older than `FINE_DAYS`, each hour once."""
    db.execute("DELETE FROM pulses WHERE at < %s", (micros(now - timedelta(days=keep_days)),))
    end = micros(now - timedelta(days=FINE_DAYS)) // HOUR * HOUR
    row = db.execute("SELECT value FROM meta WHERE key = 'pulses_thinned_until' FOR UPDATE").fetchone()
    db.execute(THIN, {"start": int(row[0]) if row else 0, "end": end, "hour": HOUR})
    db.execute("UPDATE meta SET value = %s WHERE key = 'pulses_thinned_until'", (str(end),))


def _row(pulse: Pulse) -> tuple[object, ...]:
    return (pulse.topic, micros(pulse.at), *(getattr(pulse, name) for name in MEASURED))


def _pulse(topic: str, at: int, *measured: object) -> Pulse:
    return Pulse.model_validate(
        {"topic": topic, "at": when(at), **dict(zip(MEASURED, measured, strict=True))}
    )
