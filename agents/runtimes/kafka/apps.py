"""One Faust app a stage: how it reaches the broker, and what its agent does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import faust

from agents.runtimes.kafka.chunks import CHUNK, ChunkApp
from agents.runtimes.kafka.declaring import PatientTransport
from agents.runtimes.kafka.table import StateTable
from streams.kafka.reaching import tls_context
from streams.kafka.settings import KafkaSettings
from streams.names import Stream

REQUEST_BYTES = 8_388_608


@dataclass(frozen=True, slots=True)
class Work:
    """How a worker works: where its tables lie, and how fast a dead one is noticed."""

    folder: Path
    store: str = "memory://"
    standby_replicas: int = 0
    session_seconds: float = 10.0
    commit_seconds: float = 1.0


class Taker(Protocol):
    """What thinks, behind an agent: takes one chunk, and acknowledges it when it is done with."""

    async def take(self, event: Any) -> None:
        """Take a chunk; whatever it raises stops the worker."""
        ...


def stage_app(stage: str, kafka: KafkaSettings, work: Work) -> ChunkApp:
    """The app of a stage: its id is its consumer group, so workers of any mix of stages get along."""
    faust_folder = work.folder / stage
    faust_folder.mkdir(parents=True, exist_ok=True)
    app = ChunkApp(
        kafka.prefix + stage,
        broker=[f"kafka://{each}" for each in kafka.bootstrap],
        broker_credentials=credentials(kafka),
        datadir=faust_folder,
        store=work.store,
        web_enabled=False,
        topic_disable_leader=True,
        topic_replication_factor=kafka.replication or 1,
        table_standby_replicas=work.standby_replicas,
        broker_session_timeout=work.session_seconds,
        broker_heartbeat_interval=work.session_seconds / 5,
        broker_rebalance_timeout=max(30.0, work.session_seconds),
        broker_commit_interval=work.commit_seconds,
        broker_max_poll_records=20_000,
        consumer_max_fetch_size=REQUEST_BYTES,
        consumer_auto_offset_reset="earliest",
        producer_max_request_size=REQUEST_BYTES,
        producer_linger=0.005,
        stream_wait_empty=False,
        stream_buffer_maxsize=16,
        stream_recovery_delay=0.0,
        autodiscover=False,
    )
    app.transport = PatientTransport(app.conf.broker_consumer, app)
    return app


def add_agent(app: ChunkApp, kafka: KafkaSettings, stream: Stream, taker: Taker, chunk_size: int) -> None:
    """Let the app read a stream in chunks and hand each to `taker`."""
    name = stream.full_name(kafka.prefix)
    app.chunk_topics, app.chunk_size = frozenset({name}), chunk_size

    async def agent(chunks: Any) -> None:
        async for event in chunks.noack().events():
            await taker.take(event)

    app.agent(app.topic(name, key_serializer="raw", value_serializer=CHUNK), name=stream.name)(agent)


def add_table(app: ChunkApp, name: str, partitions: int) -> StateTable:
    """A table whose partitions go with those of the app's stream."""
    table = StateTable(
        app,
        name=name,
        key_type=bytes,
        value_type=bytes,
        partitions=partitions,
        recovery_buffer_size=100,
        standby_buffer_size=1,  # records are fat; what waits in a buffer would be read again by the heir
        options={"driver": "rocksdict"},
        extra_topic_configs={
            "max.message.bytes": str(REQUEST_BYTES),
            "min.cleanable.dirty.ratio": "0.2",
            "segment.ms": "3600000",
        },
    )
    app.tables.add(table)
    return table


def credentials(kafka: KafkaSettings) -> Any:
    """TLS and SASL as configured; None for a plain connection."""
    context = tls_context(kafka)
    if kafka.security.startswith("sasl"):
        password = kafka.sasl_password.get_secret_value() if kafka.sasl_password else None
        return faust.SASLCredentials(
            username=kafka.sasl_username,
            password=password,
            mechanism=kafka.sasl_mechanism,
            ssl_context=context,
        )
    return faust.SSLCredentials(context=context) if context else None
