"""The tables, and what brings a file to their version. Times are whole microseconds since 1970 in UTC."""

from __future__ import annotations

import secrets
import sqlite3

from streams.errors import BrokenState

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;

-- intake; `event` is a digest of the event key, so that long keys cost no more than short ones
CREATE TABLE seen (event BLOB PRIMARY KEY, seen_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE queue (position INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL) STRICT;
CREATE TABLE cursors (feed TEXT PRIMARY KEY, cursor TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE gaps (
    feed TEXT, start_at INTEGER, end_at INTEGER, reason TEXT NOT NULL,
    PRIMARY KEY (feed, start_at, end_at)
) STRICT, WITHOUT ROWID;
CREATE TABLE dead_letters (
    number INTEGER PRIMARY KEY AUTOINCREMENT, seen_at INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;

-- engine
CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE pulses (
    topic TEXT, at INTEGER, mentions_per_hour REAL NOT NULL, negative_per_hour REAL NOT NULL,
    usual_per_hour REAL NOT NULL, usual_low REAL NOT NULL, usual_high REAL NOT NULL,
    spread_per_hour REAL NOT NULL, negative_share REAL NOT NULL, score REAL NOT NULL,
    threshold REAL NOT NULL, verdict TEXT NOT NULL,
    PRIMARY KEY (topic, at)
) STRICT, WITHOUT ROWID;

-- matched mentions; `author` is a pseudonym, `weight` orders them: how negative, how far it reaches
CREATE TABLE mentions (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, topics TEXT NOT NULL, thread TEXT NOT NULL,
    platform TEXT NOT NULL, kind TEXT, author TEXT, followers INTEGER, official INTEGER NOT NULL,
    text TEXT NOT NULL, language TEXT, url TEXT, negativity REAL NOT NULL, published_at INTEGER NOT NULL,
    deleted INTEGER NOT NULL, weight REAL NOT NULL
) STRICT;
CREATE INDEX mentions_by_age ON mentions (published_at);
CREATE TABLE mention_topics (
    topic TEXT, published_at INTEGER, mention INTEGER, PRIMARY KEY (topic, published_at, mention)
) STRICT, WITHOUT ROWID;
-- deletions whose mention never came, or has not come yet
CREATE TABLE forgotten (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE) STRICT;

-- incidents
CREATE TABLE incidents (
    id TEXT PRIMARY KEY, topic TEXT NOT NULL, state TEXT NOT NULL, opened_at INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX incidents_by_state ON incidents (state, opened_at);
CREATE INDEX incidents_by_topic ON incidents (topic, opened_at);
CREATE INDEX incidents_by_age ON incidents (opened_at);
CREATE TABLE actions (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT, incident TEXT NOT NULL, at INTEGER NOT NULL,
    by TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_incident ON audit (incident, number);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;

-- outbox
CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT, receiver TEXT NOT NULL, notice TEXT NOT NULL,
    incident TEXT NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed', 'skipped')),
    leased_until INTEGER NOT NULL DEFAULT 0, last_error TEXT, sent_at INTEGER,
    UNIQUE (receiver, notice)
) STRICT;
CREATE INDEX outbox_lanes ON outbox (receiver, incident, number) WHERE state = 'waiting';
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'waiting';
CREATE INDEX outbox_by_incident ON outbox (incident, number);
"""

LABELS = """
-- what people say of single posts, to adapt the scorer by: neg, neu or pos; goes where the text goes
CREATE TABLE labels (
    mention TEXT PRIMARY KEY, label TEXT NOT NULL CHECK (label IN ('neg', 'neu', 'pos')),
    by TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""

LEDGER = """
-- typed entries that only grow: moderation, tests of the pager, drills ...
CREATE TABLE ledger (
    number INTEGER PRIMARY KEY AUTOINCREMENT, ledger TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL,
    by TEXT NOT NULL, about TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (ledger, id)
) STRICT;
CREATE INDEX ledger_by_time ON ledger (ledger, at);
CREATE INDEX ledger_by_subject ON ledger (ledger, about, at);
CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_is_never_deleted BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
"""

POSITIONS = """
-- how far each source (a partition of a stream) was taken in
CREATE TABLE positions (source TEXT PRIMARY KEY, taken INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""

CHANGES = (LABELS, LEDGER, POSITIONS)
"""What came after the first version, in order: only ever append. A store's version is one more than the
number of changes made to it."""

VERSION = 1 + len(CHANGES)


def prepare(db: sqlite3.Connection) -> None:
    """Make the tables in an empty file, or bring an older file up to date.

    `BrokenState` on a file that is not ours or newer than we are.
    """
    if not db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        _create(db)
    version = _version(db)
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise BrokenState(
            f"the store has version {version!r}, this program understands {VERSION}: "
            "install the newer program, or take the backup that belongs to this one"
        )
    for change in CHANGES[version - 1 :]:
        for statement in _statements(change):
            db.execute(statement)
    db.execute("UPDATE meta SET value = ? WHERE key = 'version' AND value <> ?", (VERSION, VERSION))


def pseudonym_key(db: sqlite3.Connection) -> bytes:
    """The key under which authors become pseudonyms; made once, never leaves the store."""
    (key,) = db.execute("SELECT value FROM meta WHERE key = 'pseudonym_key'").fetchone()
    return bytes(key)


def _create(db: sqlite3.Connection) -> None:
    for statement in _statements(TABLES):
        db.execute(statement)
    rows = [("version", 1), ("pseudonym_key", secrets.token_bytes(32))]
    db.executemany("INSERT INTO meta VALUES (?, ?)", rows)


def _version(db: sqlite3.Connection) -> object:
    try:
        row = db.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
    except sqlite3.OperationalError:
        raise BrokenState("this file is another program's database: choose another store.path") from None
    return row[0] if row else None


def _statements(script: str) -> list[str]:
    """The statements of a script, so that they run inside the open transaction (a script commits it)."""
    found, held = [], ""
    for line in script.splitlines(keepends=True):
        held += line
        if sqlite3.complete_statement(held):
            found.append(held)
            held = ""
    return found
