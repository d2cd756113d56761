"""The tables, and what brings them to their version. Times are whole microseconds since 1970 in UTC.

They stand in the schema `palovahti`. To look by hand: `SELECT to_timestamp(opened_at / 1e6), * FROM ...`.
"""

from __future__ import annotations

import secrets
from typing import Final

from psycopg import Connection

from alerts.store.postgres.locks import MIGRATION, lock
from streams.errors import BrokenState

TABLES: Final = """
CREATE TABLE meta (key text PRIMARY KEY, value text NOT NULL);

-- intake; `event` is a digest of the event key, so that long keys cost no more than short ones
CREATE TABLE seen (event bytea PRIMARY KEY, seen_at bigint NOT NULL);
CREATE INDEX seen_by_age ON seen (seen_at);
CREATE TABLE queue (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL);
CREATE TABLE cursors (feed text PRIMARY KEY, cursor text);
CREATE TABLE gaps (
    feed text COLLATE "C", start_at bigint, end_at bigint, reason text NOT NULL,
    PRIMARY KEY (feed, start_at, end_at)
);
CREATE TABLE dead_letters (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, seen_at bigint NOT NULL, body text NOT NULL
);

-- engine; `positions` tells how far each source (a partition of a stream) was taken in
CREATE TABLE state (key text PRIMARY KEY, value bytea NOT NULL);
CREATE TABLE positions (source text PRIMARY KEY, taken bigint NOT NULL);
CREATE TABLE pulses (
    topic text, at bigint, mentions_per_hour float8 NOT NULL, negative_per_hour float8 NOT NULL,
    usual_per_hour float8 NOT NULL, usual_low float8 NOT NULL, usual_high float8 NOT NULL,
    spread_per_hour float8 NOT NULL, negative_share float8 NOT NULL, score float8 NOT NULL,
    threshold float8 NOT NULL, verdict text NOT NULL,
    PRIMARY KEY (topic, at)
);
CREATE INDEX pulses_by_age ON pulses (at);

-- matched mentions; `author` is a pseudonym, `weight` orders them: how negative, how far it reaches.
-- One that was deleted before it came has no time and no topic
CREATE TABLE mentions (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE,
    topics text NOT NULL, thread text NOT NULL, platform text NOT NULL, kind text, author text,
    followers bigint, official boolean NOT NULL, text text NOT NULL, language text, url text,
    negativity float8 NOT NULL, published_at bigint, deleted boolean NOT NULL, weight float8 NOT NULL
);
CREATE INDEX mentions_by_age ON mentions (published_at);
CREATE INDEX mentions_forgotten ON mentions (number) WHERE published_at IS NULL;
CREATE TABLE mention_topics (
    topic text, published_at bigint, mention bigint REFERENCES mentions ON DELETE CASCADE,
    PRIMARY KEY (topic, published_at, mention)
);
CREATE INDEX mention_topics_by_mention ON mention_topics (mention);

-- what people say of single posts, to adapt the scorer by: neg, neu or pos; goes where the text goes
CREATE TABLE labels (
    mention text COLLATE "C" PRIMARY KEY, label text NOT NULL CHECK (label IN ('neg', 'neu', 'pos')),
    by text NOT NULL, at bigint NOT NULL
);

-- incidents
CREATE TABLE incidents (
    id text COLLATE "C" PRIMARY KEY, topic text NOT NULL, state text NOT NULL, opened_at bigint NOT NULL,
    body text NOT NULL
);
CREATE INDEX incidents_by_state ON incidents (state, opened_at);
CREATE INDEX incidents_by_topic ON incidents (topic, opened_at);
CREATE INDEX incidents_by_age ON incidents (opened_at);
CREATE TABLE actions (id text PRIMARY KEY);
CREATE TABLE audit (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, incident text NOT NULL, at bigint NOT NULL,
    by text NOT NULL, what text NOT NULL, detail text NOT NULL
);
CREATE INDEX audit_by_incident ON audit (incident, number);

-- typed entries that only grow: moderation, tests of the pager, drills ...
CREATE TABLE ledger (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ledger text NOT NULL, id text NOT NULL,
    at bigint NOT NULL, by text NOT NULL, about text NOT NULL, body text NOT NULL, UNIQUE (ledger, id)
);
CREATE INDEX ledger_by_time ON ledger (ledger, at);
CREATE INDEX ledger_by_subject ON ledger (ledger, about, at);

CREATE FUNCTION is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the % is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    EXECUTE FUNCTION is_append_only();
CREATE TRIGGER ledger_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
    EXECUTE FUNCTION is_append_only();

-- outbox
CREATE TABLE outbox (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, receiver text NOT NULL, notice text NOT NULL,
    incident text NOT NULL, body text NOT NULL, attempts integer NOT NULL DEFAULT 0, due_at bigint NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed', 'skipped')),
    leased_until bigint NOT NULL DEFAULT 0, last_error text, sent_at bigint,
    UNIQUE (receiver, notice)
);
CREATE INDEX outbox_lanes ON outbox (receiver, incident, number) WHERE state = 'waiting';
CREATE INDEX outbox_due ON outbox (receiver, due_at, number) WHERE state = 'waiting';
CREATE INDEX outbox_by_incident ON outbox (incident, number);
"""

CHANGES: Final[tuple[str, ...]] = ()
"""What came after the first version, in order: only ever append. A store's version is one more than the
number of changes made to it."""

VERSION: Final = 1 + len(CHANGES)


def prepare(db: Connection) -> None:
    """Make schema and tables in an empty database, or bring older ones up to date; one process at a time.

    `BrokenState` where they are not ours or newer than we are.
    """
    lock(db, MIGRATION)
    if not db.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'palovahti'").fetchone():
        db.execute("CREATE SCHEMA palovahti")
    if not db.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'palovahti' LIMIT 1").fetchone():
        _create(db)
    version = _version(db)
    if not 1 <= version <= VERSION:
        raise BrokenState(
            f"the store has version {version}, this program understands {VERSION}: "
            "install the newer program, or take the backup that belongs to this one"
        )
    for change in CHANGES[version - 1 :]:
        db.execute(change.encode())
    db.execute("UPDATE meta SET value = %s WHERE key = 'version' AND value <> %s", (str(VERSION),) * 2)


def pseudonym_key(db: Connection) -> bytes:
    """The key under which authors become pseudonyms; made once, never leaves the store."""
    row = db.execute("SELECT value FROM meta WHERE key = 'pseudonym_key'").fetchone()
    assert row is not None
    return bytes.fromhex(row[0])


def _create(db: Connection) -> None:
    db.execute(TABLES.encode())
    meta = {"version": "1", "pseudonym_key": secrets.token_hex(32), "pulses_thinned_until": "0"}
    db.cursor().executemany("INSERT INTO meta VALUES (%s, %s)", list(meta.items()))


def _version(db: Connection) -> int:
    if db.execute("SELECT to_regclass('palovahti.meta')").fetchone() != (None,):
        row = db.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
        if row:
            return int(row[0])
    raise BrokenState(
        "the schema palovahti in this database is another program's: choose another database in store.url"
    )
