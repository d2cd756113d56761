"""The measured state of topics over time; finely while it is fresh, then the highest of each hour."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta

from alerts.store.kept import FINE_DAYS, HOUR, MEASURED
from alerts.store.times import micros, when
from streams.records import Pulse

THIN = """
DELETE FROM pulses WHERE at >= :start AND at < :end AND EXISTS (
    SELECT 1 FROM pulses AS higher
    WHERE higher.topic = pulses.topic
      AND higher.at >= pulses.at - pulses.at % :hour AND higher.at < pulses.at - pulses.at % :hour + :hour
      AND (higher.score > pulses.score OR (higher.score = pulses.score AND higher.at < pulses.at)))
"""


def add(db: sqlite3.Connection, pulses: Iterable[Pulse]) -> None:
    """Add pulses; a second one of a topic at the same time replaces the first."""
    db.executemany("INSERT OR REPLACE INTO pulses VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", map(_row, pulses))


def between(db: sqlite3.Connection, topic: str, start: datetime, end: datetime) -> list[Pulse]:
    """The pulses of a topic in `[start, end)`, by time."""
    columns = ", ".join(MEASURED)
    rows = db.execute(
        f"SELECT topic, at, {columns} FROM pulses WHERE topic = ? AND at >= ? AND at < ? ORDER BY at",  # noqa: S608 constants
        (topic, micros(start), micros(end)),
    )
    return [_pulse(*row) for row in rows]


def prune(db: sqlite3.Connection, now: datetime, keep_days: int) -> None:
    """Drop what is older than `keep_days`, and thin what is older than `FINE_DAYS`, each hour once."""
    db.execute("DELETE FROM pulses WHERE at < ?", (micros(now - timedelta(days=keep_days)),))
    end = micros(now - timedelta(days=FINE_DAYS)) // HOUR * HOUR
    row = db.execute("SELECT value FROM meta WHERE key = 'pulses_thinned_until'").fetchone()
    db.execute(THIN, {"start": row[0] if row else 0, "end": end, "hour": HOUR})
    db.execute("INSERT OR REPLACE INTO meta VALUES ('pulses_thinned_until', ?)", (end,))


def _row(pulse: Pulse) -> tuple[object, ...]:
    return (pulse.topic, micros(pulse.at), *(getattr(pulse, name) for name in MEASURED))


def _pulse(topic: str, at: int, *measured: object) -> Pulse:
    return Pulse.model_validate(
        {"topic": topic, "at": when(at), **dict(zip(MEASURED, measured, strict=True))}
    )
